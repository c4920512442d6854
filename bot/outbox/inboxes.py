"""Telling channels and people in Slack of what happens in inboxes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from bot.domain.evidence import Post, PostRole
from bot.domain.inbox import Event, Notification
from bot.domain.reading import Workspace
from bot.outbox import drawing, errors
from bot.outbox.cards import Cards, case_of
from bot.outbox.posting import Poster
from bot.outbox.sender import Refused, Sent, Unreachable
from bot.storage.claims import Held
from bot.storage.database import Database, Work
from bot.storage.outcomes import siblings
from bot.usecases import digests
from bot.views import inbox_posts
from bot.views.blocks import Message
from bot.views.inbox_posts import Reason

# Worth the attention of everybody in the channel, not only of those who follow the thread.
LOUD = {Event.ENTERED, Event.STAYED}

CANNOT_ENTER = (
    "The inbox cannot post in {place}. Type `/invite @casebook` there, or choose another channel with *Edit inbox*."
)
REMEDIES: Mapping[str, str] = {
    "is_archived": "{place} is archived. Unarchive it, or choose another channel with *Edit inbox*.",
    "channel_not_found": CANNOT_ENTER,
    "not_in_channel": CANNOT_ENTER,
}


class Inboxes:
    def __init__(
        self, poster: Poster, cards: Cards, workspace: Workspace, db: Database, clock: Callable[[], datetime]
    ) -> None:
        self.poster = poster
        self.cards = cards
        self.workspace = workspace
        self.db = db
        self.clock = clock

    def notify(self, held: Held) -> Sent:
        """One post for a case in a channel, however many inboxes and events: what comes later is said below it."""
        delivery = held.delivery
        with self.db.read() as work:
            case = case_of(work, delivery)
            rows = work.inboxes.notifications(delivery.data["notifications"])
            if case is None or not rows:
                return Sent()
            post = work.cases.standing_post(case.id, delivery.target)
            message = self.cards.drawn(work, case, delivery.target) if post else None
            news = self.news(work, rows) if post and not already_up(held, post) else []
        with in_words_of_inboxes(delivery.target):
            if not (post and message and self.cards.update(post, message)):
                self.cards.put_up(held, PostRole.INBOX)
            elif news:
                said = inbox_posts.event_line(case, news)
                loud = any(reason.event in LOUD for reason in news)
                if not self.poster.reply(held, post.channel, post.ts, said, broadcast=loud):
                    raise Unreachable("the card was deleted at once", perhaps_sent=False)
        return Sent()

    def news(self, work: Work, rows: Sequence[Notification]) -> list[Reason]:
        """What a card that has stood for a while does not say by itself."""
        inboxes = work.inboxes.by_ids(row.inbox_id for row in rows)
        return [
            Reason(inboxes[row.inbox_id], Event(row.event), is_inside=row.event != Event.LEFT)
            for row in rows
            if row.event != Event.CREATED and row.inbox_id in inboxes
        ]

    def refresh(self, held: Held) -> Sent:
        """One drawing serves every refresh that waits behind this one. A deleted post stays deleted."""
        delivery = held.delivery
        with self.db.read() as work:
            covered = siblings(work, held)
            case = case_of(work, delivery)
            post = work.cases.standing_post(case.id, delivery.target) if case else None
            if case is None or post is None:
                return Sent(covered)
            message = self.cards.drawn(work, case, delivery.target)
        with in_words_of_inboxes(delivery.target):
            self.cards.update(post, message)
        return Sent(covered)

    def digest(self, held: Held) -> Sent:
        now = self.clock()
        found = digests.read(self.db, held.delivery.data["recipient"], now)
        if found is None:
            return Sent()
        with self.db.read() as work:
            names = drawing.names(work, (case.assignee for case in found.listing.cases))
        message: Message = inbox_posts.digest(found.inbox, found.listing, self.workspace, names=names, now=now)
        with in_words_of_inboxes(held.delivery.target):
            self.poster.post(held, held.delivery.target, message)
        return Sent()

    def join(self, held: Held) -> Sent:
        self.poster.join(held.delivery.target)
        return Sent()


def already_up(held: Held, post: Post) -> bool:
    """Whether the card was put up by this very delivery, whose worker then died: it says all that there is to say."""
    return held.was_taken_over and datetime.fromtimestamp(float(post.ts), UTC) >= held.delivery.created_at


@contextmanager
def in_words_of_inboxes(target: str) -> Iterator[None]:
    """What an owner of an inbox can do is not what an admin of a project can."""
    try:
        yield
    except Refused as refused:
        if not errors.is_person(target) and refused.problem in REMEDIES:
            refused.remedy = REMEDIES[refused.problem].format(place=errors.place(target))
        raise
