"""The end of a silence: told once, with what it held back."""

from datetime import datetime

from bot.domain import silence_telling
from bot.domain.act import Act
from bot.domain.errors import NotFound
from bot.domain.inbox import Medium
from bot.domain.reading import Listing, SilenceEnd
from bot.domain.silence import Silence
from bot.storage.database import Database, Work
from bot.usecases.access import person_of
from bot.usecases.looking import listing, viewer_for

BATCH = 50
# A query has room for so many of the longest keys.
SHOWN = 80
GONE = "What this silence held back is no longer known: it was over more than a week ago. `/case search` finds cases."
NOTHING_LEFT = "The cases that this silence held back have been deleted."


def tell_of_ended(db: Database, now: datetime) -> None:
    """Called every minute: silences whose time is over."""
    while True:
        with db.read() as work:
            ids = work.silences.untold(now, BATCH)
        if not ids:
            return
        for silence_id in ids:
            with db.write() as work:
                silence = work.silences.by_id(silence_id, lock=True)
                if silence and silence.told_at is None and silence.ends_at <= now:
                    announce(work, silence, now)


def announce(work: Work, silence: Silence, now: datetime) -> None:
    """To the channels that it kept quiet, and to who set it. Its row must be locked."""
    silence.told_at = now
    inbox = work.inboxes.by_id(silence.inbox_id) if silence.inbox_id else None
    own = [one.target for one in inbox.recipients if one.medium == Medium.CHANNEL] if inbox else []
    maker = work.people.by_id(silence.made_by)
    people = [maker.id] if maker and not maker.is_gone else []
    channels = work.silences.channels(silence.id)
    work.enqueue(silence_telling.over(silence, [*own, *channels, *people], now))
    work.enqueue([silence_telling.posts(silence, "over", now)])


def read_end(work: Work, silence_id: int, target: str) -> SilenceEnd | None:
    """What its maker, or else the channel ``target``, is told; ``None`` if there is nothing to tell any more."""
    silence = work.silences.by_id(silence_id)
    if silence is None:
        return None
    channel = "" if target == silence.made_by else target
    inbox = work.inboxes.by_id(silence.inbox_id) if silence.inbox_id else None
    return SilenceEnd(silence, inbox, work.silences.count_held(silence_id, channel), channel)


def list_held_back(db: Database, act: Act, silence_id: int, channel: str = "") -> Listing:
    """Those of them that the person may see; the newest, if they are too many for a query."""
    with db.read() as work:
        person = person_of(work, act.actor)
        if work.silences.by_id(silence_id) is None:
            raise NotFound(GONE)
        keys = work.silences.held(silence_id, channel, SHOWN)
        if not keys:
            raise NotFound(NOTHING_LEFT)
        heading = "Held back by a silence" if len(keys) < SHOWN else "The newest held back by a silence"
        return listing(work, viewer_for(work, person, act.at), heading, f"key:({' OR '.join(keys)})", 1)
