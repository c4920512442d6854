"""What a digest says to one recipient."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.inbox import Inbox, Medium, Recipient
from bot.domain.person import Notify
from bot.domain.query import Viewer
from bot.domain.query_text import QueryError
from bot.domain.reading import Listing
from bot.storage.database import Database, Work
from bot.usecases.access import projects_for
from bot.usecases.looking import listing, viewer_for


@dataclass(frozen=True, slots=True)
class Digest:
    inbox: Inbox
    owner: str
    listing: Listing


def read(db: Database, recipient_id: int, now: datetime) -> Digest | None:
    """Only what the owner sees and the recipient may see too; ``None`` if there is nobody to tell any more."""
    with db.read() as work:
        recipient = work.inboxes.recipient(recipient_id)
        inbox = work.inboxes.by_id(recipient.inbox_id) if recipient else None
        owner = work.people.by_id(inbox.owner) if inbox else None
        if recipient is None or inbox is None or owner is None or owner.is_gone:
            return None
        viewer = viewer_for(work, owner, now)
        projects = projects_shown(work, inbox, recipient, viewer)
        if projects is None:
            return None
        try:
            found = listing(work, replace(viewer, projects=projects), inbox.name, inbox.query, 1)
        except QueryError:
            return None
        return Digest(inbox, owner.name, replace(found, inbox=inbox.id))


def projects_shown(work: Work, inbox: Inbox, recipient: Recipient, viewer: Viewer) -> frozenset[int] | None:
    """``None`` for a person who wants nothing of it."""
    if recipient.medium == Medium.PERSON:
        person = work.people.by_id(recipient.target)
        silent = person is None or person.is_gone or person.notify == Notify.NOTHING
        if silent or person is None or work.inboxes.is_muted(inbox.id, recipient.target):
            return None
        return viewer.projects & {project.id for project in projects_for(work, person)}
    if recipient.medium == Medium.CHANNEL:
        return shown_in(work, recipient.target, viewer)
    return viewer.projects


def shown_in(work: Work, channel: str, viewer: Viewer) -> frozenset[int]:
    """Who is in a channel Slack alone knows: what is of a private project stays in its own."""
    return viewer.projects & {
        project.id for project in work.projects.all() if not project.is_private or project.home_channel == channel
    }
