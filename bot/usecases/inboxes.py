"""Making, changing and looking into inboxes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain import notifying
from bot.domain.act import Act
from bot.domain.delivery import Tell
from bot.domain.errors import Invalid, NotAllowed, NotFound
from bot.domain.inbox import Inbox, Medium, Mute, Recipient, check
from bot.domain.person import Person
from bot.domain.query import Viewer, parse
from bot.domain.query_meaning import understand
from bot.domain.text import kept, kept_line
from bot.storage.database import Database, Work
from bot.usecases.access import person_of
from bot.usecases.listening import is_timely
from bot.usecases.looking import viewer_for
from bot.usecases.people import enqueue_absent, redraw_home
from bot.usecases.verb import once

NO_INBOX = "This inbox no longer exists. `/case inbox` lists the others."


@dataclass(frozen=True, slots=True)
class InboxFields:
    """What the inbox form was left with. ``team`` or ``project``: whose it is, by id; personal without either.

    ``channels`` and ``people``: Slack ids to tell. ``digest``: see ``domain.digest``; its zone is the owner's.
    """

    name: str
    query: str
    team: int | None = None
    project: int | None = None
    events: Sequence[str] = ("created",)
    stay_minutes: int | None = None
    channels: Sequence[str] = ()
    people: Sequence[str] = ()
    digest: str | None = None
    digest_minute: int = 540


def create_inbox(db: Database, act: Act, fields: InboxFields) -> Inbox:
    """Raises ``Invalid`` naming each field that is wrong, and ``QueryError`` pointing at the word."""

    def attempt(work: Work) -> Inbox:
        if act.origin and (repeated := work.inboxes.from_origin(act.origin)):
            return loaded(repeated)
        person = person_of(work, act.actor)
        inbox = Inbox(owner=person.id, origin=act.origin, created_at=act.at, knows_cases=False, recipients=[])
        fill(work, act, person, inbox, fields)
        work.add(inbox)
        seed(work, inbox, act.at)
        redraw_home(work, person, act)
        return loaded(inbox)

    return once(db, attempt)


def change_inbox(db: Database, act: Act, inbox_id: int, fields: InboxFields) -> Inbox:
    """The same for one that is there; recipients outside Slack stay as they are."""

    def attempt(work: Work) -> Inbox:
        person, inbox = editable(work, act, inbox_id)
        before = (inbox.query, inbox.holds_cases, inbox.stay_minutes)
        fill(work, act, person, inbox, fields)
        work.session.flush()
        if before != (inbox.query, inbox.holds_cases, inbox.stay_minutes):
            inbox.knows_cases = False
            work.inboxes.let_all_go(inbox.id)
            seed(work, inbox, act.at)
        redraw_home(work, person, act)
        return loaded(inbox)

    return once(db, attempt)


def fill(work: Work, act: Act, person: Person, inbox: Inbox, fields: InboxFields) -> None:
    query = kept(fields.query)
    outside = sum(recipient.target == "" for recipient in inbox.recipients)
    check(fields.name, query, fields.events, len(fields.channels) + len(fields.people) + outside)
    owner = person if inbox.owner == person.id else person_of(work, inbox.owner)
    viewer = viewer_for(work, owner, act.at)
    parsed = parse(query)
    understand(parsed, viewer, work.search.names)
    inbox.name, inbox.query = kept_line(fields.name), query
    inbox.team_id, inbox.project_id = shelf(work, person, viewer, fields)
    inbox.events, inbox.stay_minutes = list(fields.events), fields.stay_minutes
    inbox.digest, inbox.digest_minute, inbox.digest_tz = fields.digest, fields.digest_minute, owner.tz
    inbox.digest_at = inbox.rhythm.after(act.at) if inbox.rhythm else None
    inbox.is_timely = is_timely(work, parsed, viewer)
    inbox.updated_at = act.at
    inbox.recipients = recipients(work, inbox, fields, act.at)


def shelf(work: Work, person: Person, viewer: Viewer, fields: InboxFields) -> tuple[int | None, int | None]:
    """Team and project that the inbox may belong to. Raises ``Invalid`` for those of others."""
    if fields.team is not None and fields.project is not None:
        raise Invalid.field("shelf", "An inbox belongs to a team or to a project, not to both.")
    if fields.team is not None and fields.team not in viewer.teams and not person.is_admin:
        raise Invalid.field("shelf", "Only members of a team make inboxes for it. Choose another, or keep it yours.")
    if fields.project is not None and fields.project not in viewer.projects:
        raise Invalid.field("shelf", "You do not see that project. Choose another, or keep the inbox yours.")
    return fields.team, fields.project


def recipients(work: Work, inbox: Inbox, fields: InboxFields, at: datetime) -> list[Recipient]:
    """Those in Slack as the form has them, what is known of each kept; those outside as they were."""
    there = {(one.medium, one.target): one for one in inbox.recipients}
    wanted = [(Medium.CHANNEL.value, id_) for id_ in dict.fromkeys(fields.channels)]
    wanted += [(Medium.PERSON.value, id_) for id_ in dict.fromkeys(fields.people)]
    found = [there.get(one) or Recipient(medium=one[0], target=one[1]) for one in wanted]
    fresh = [channel for channel in fields.channels if (Medium.CHANNEL.value, channel) not in there]
    enqueue_absent(work, [notifying.join(channel, at) for channel in dict.fromkeys(fresh)])
    for one in found:
        if one.medium == Medium.PERSON:
            refuse_unreachable(work, one.target)
    return [*found, *(one for one in inbox.recipients if not one.target)]


def refuse_unreachable(work: Work, person_id: str) -> None:
    person = work.people.by_id(person_id)
    if person is None:
        raise Invalid.field("people", "Casebook does not know one of these people yet. Please try again in a minute.")
    if person.is_bot or person.is_gone:
        what = "an app" if person.is_bot else "no longer in this workspace"
        raise Invalid.field("people", f"{person.name} is {what} and cannot be told. Leave them out.")


def seed(work: Work, inbox: Inbox, at: datetime) -> None:
    if inbox.holds_cases:
        work.enqueue([notifying.chore(Tell.SEED, inbox, at.isoformat(), at)])


def delete_inbox(db: Database, act: Act, inbox_id: int) -> str:
    """Its name. The posts that it has put up stay."""

    def attempt(work: Work) -> str:
        person, inbox = editable(work, act, inbox_id)
        work.session.delete(inbox)
        redraw_home(work, person, act)
        return inbox.name

    return once(db, attempt)


def add_recipient(db: Database, act: Act, inbox_id: int, medium: Medium, label: str, sealed: str) -> Inbox:
    """One outside Slack. ``label``: what people may see of it; ``sealed``: its address and key, encrypted."""

    def attempt(work: Work) -> Inbox:
        _, inbox = editable(work, act, inbox_id)
        if act.origin is None or all(one.origin != act.origin for one in inbox.recipients):
            check(inbox.name, inbox.query, inbox.events, len(inbox.recipients) + 1)
            inbox.recipients.append(
                Recipient(medium=medium.value, target="", label=label, sealed=sealed, origin=act.origin)
            )
            work.session.flush()
        return loaded(inbox)

    return once(db, attempt)


def remove_recipient(db: Database, act: Act, inbox_id: int, recipient_id: int) -> Inbox:
    def attempt(work: Work) -> Inbox:
        _, inbox = editable(work, act, inbox_id)
        inbox.recipients = [one for one in inbox.recipients if one.id != recipient_id]
        work.session.flush()
        return loaded(inbox)

    return once(db, attempt)


def try_recipient(db: Database, act: Act, inbox_id: int, recipient_id: int) -> Recipient:
    """Sends a recipient outside Slack a test; what came of it, if nothing did, stands on the recipient."""

    def attempt(work: Work) -> Recipient:
        _, inbox = editable(work, act, inbox_id)
        found = next((one for one in inbox.recipients if one.id == recipient_id and not one.target), None)
        if found is None:
            raise NotFound("This recipient is gone. Open the inbox again to see the others.")
        enqueue_absent(work, [notifying.trial(found, act.origin or act.at.isoformat(), act.at)])
        return found

    return once(db, attempt)


def mute_inbox(db: Database, act: Act, inbox_id: int, *, muted: bool = True) -> Inbox:
    """No direct messages of it for this person any more, or again."""

    def attempt(work: Work) -> Inbox:
        person = person_of(work, act.actor)
        inbox = work.inboxes.by_id(inbox_id)
        if inbox is None:
            raise NotFound(NO_INBOX)
        if muted and not work.inboxes.is_muted(inbox_id, act.actor):
            work.add(Mute(inbox_id=inbox_id, person_id=act.actor))
        if not muted:
            work.inboxes.unmute(inbox_id, act.actor)
        redraw_home(work, person, act)
        return loaded(inbox)

    return once(db, attempt)


def editable(work: Work, act: Act, inbox_id: int) -> tuple[Person, Inbox]:
    person = person_of(work, act.actor)
    inbox = work.inboxes.by_id(inbox_id, lock=True)
    if inbox is None:
        raise NotFound(NO_INBOX)
    if not inbox.may_edit(person, frozenset(work.teams.of_person(person.id))):
        owner = work.people.by_id(inbox.owner)
        raise NotAllowed(
            f"This inbox is {owner.name if owner else 'somebody'}'s. Ask them or one of Casebook's admins to change "
            "it, or make one of your own with `/case inbox new`."
        )
    return person, inbox


def find_inbox(db: Database, act: Act, inbox_id: int) -> Inbox:
    """For somebody who may change it."""
    with db.read() as work:
        _, inbox = editable(work, act, inbox_id)
        return loaded(inbox)


def loaded(inbox: Inbox) -> Inbox:
    _ = inbox.recipients
    return inbox
