"""Recipients of inboxes that cannot be reached: it stands on them until they can be reached again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.delivery import Delivery, Tell
from bot.domain.inbox import Medium, Recipient
from bot.storage.database import Database, Work

OF_INBOXES = {Tell.NOTIFY, Tell.INBOX, Tell.DIGEST, Tell.PAGE, Tell.HOOK}
# What could not be told for so long is told when it can be again; older news would be none.
STILL_NEWS = timedelta(days=1)


def note_problem(work: Work, delivery: Delivery, remedy: str, now: datetime) -> list[str]:
    """The owners of the inboxes, or of the weekly statistics, that the delivery was for; of any other one nobody."""
    if delivery.kind == Tell.WEEKLY:
        return note_weekly(work, delivery, remedy)
    found = concerned(work, delivery)
    for recipient in found:
        recipient.problem, recipient.problem_at = remedy, now
    owners = {inbox.owner for inbox in work.inboxes.by_ids(one.inbox_id for one in found).values()}
    return sorted(owner for owner in owners if owner != delivery.target)


def note_recovery(work: Work, delivery: Delivery, now: datetime) -> None:
    """What had failed in the meantime is sent again; of weekly statistics the next ones are enough."""
    if delivery.kind == Tell.WEEKLY:
        note_weekly(work, delivery, None)
        return
    found = [recipient for recipient in concerned(work, delivery) if recipient.problem]
    for recipient in found:
        recipient.problem = recipient.problem_at = None
    if found:
        work.deliveries.revive(Tell.NOTIFY, delivery.target, since=now - STILL_NEWS, at=now)
        work.has_deliveries = True


def note_weekly(work: Work, delivery: Delivery, problem: str | None) -> list[str]:
    """Whose weekly statistics these are."""
    weekly = work.weeklies.by_id(delivery.data["weekly"])
    if weekly is None:
        return []
    weekly.problem = problem
    return [weekly.owner]


def concerned(work: Work, delivery: Delivery) -> Sequence[Recipient]:
    if delivery.kind not in OF_INBOXES:
        return ()
    if delivery.target:
        medium = Medium.PERSON if delivery.target[0] in "UW" else Medium.CHANNEL
        return work.inboxes.recipients_at(medium, delivery.target)
    ids = work.inboxes.recipients_of(delivery.data)
    return [one for id_ in ids if (one := work.inboxes.recipient(id_))]


def try_again(db: Database, channel: str, now: datetime) -> None:
    """A channel that inboxes post to may be open again: send what could not be sent."""
    with db.read() as work:
        broken = any(one.problem for one in work.inboxes.recipients_at(Medium.CHANNEL, channel))
    if broken:
        with db.write() as work:
            work.deliveries.revive(Tell.NOTIFY, channel, since=now - STILL_NEWS, at=now)
            work.has_deliveries = True
