"""What a recipient outside Slack is told, read from the database as it is now."""

import json
from collections.abc import Mapping
from datetime import datetime

from bot.domain.case import Case
from bot.domain.delivery import Delivery
from bot.domain.inbox import Event as Happened
from bot.domain.inbox import Inbox, Recipient
from bot.domain.reading import Workspace
from bot.integrations.notice import Event, Notice, Told
from bot.outbox import drawing
from bot.storage.database import Database, Work
from bot.usecases import digests
from bot.usecases.verb import loaded
from bot.vault import Vault
from bot.views.words import case_link

# What is over at PagerDuty has left the inbox, whichever way.
EVENTS: Mapping[Happened, Event] = {
    Happened.CREATED: Event.CREATED,
    Happened.ENTERED: Event.ENTERED,
    Happened.LEFT: Event.LEFT,
    Happened.STAYED: Event.STAYED,
    Happened.RESOLVED: Event.LEFT,
}


class Notices:
    """The ``Loader`` of the partners' senders. A recipient's ``sealed`` holds ``{"address", "secret"}`` as JSON."""

    def __init__(self, db: Database, vault: Vault, workspace: Workspace) -> None:
        self.db = db
        self.vault = vault
        self.workspace = workspace

    def __call__(self, work: Work, delivery: Delivery) -> Notice | None:
        if "incident" in delivery.data:
            return self.of_incident(work, delivery)
        if "notification" in delivery.data:
            return self.of_case(work, delivery)
        if "slot" in delivery.data:
            return self.of_digest(work, delivery)
        return self.trial(work, delivery)

    def of_case(self, work: Work, delivery: Delivery) -> Notice | None:
        rows = work.inboxes.notifications([delivery.data["notification"]])
        case = work.cases.by_id(delivery.case_id or 0)
        if not rows or case is None:
            return None
        recipient, event = work.inboxes.recipient(rows[0].recipient_id), EVENTS[Happened(rows[0].event)]
        names = drawing.names(work, [case.assignee, case.reporter])
        return self.notice(work, recipient, event, rows[0].at, told=[self.told(case)], names=names)

    def of_incident(self, work: Work, delivery: Delivery) -> Notice | None:
        case = work.cases.by_id(delivery.case_id or 0)
        if case is None:
            return None
        event = Event.ENDED if delivery.data["over"] else Event.DECLARED
        recipient = work.inboxes.recipient(delivery.data["recipient"])
        names = drawing.names(work, [case.assignee, case.reporter])
        return self.notice(work, recipient, event, delivery.created_at, told=[self.told(case)], names=names)

    def of_digest(self, work: Work, delivery: Delivery) -> Notice | None:
        at = datetime.fromisoformat(delivery.data["slot"])
        found = digests.read(self.db, delivery.data["recipient"], at)
        if found is None:
            return None
        cases, recipient = found.listing.cases, work.inboxes.recipient(delivery.data["recipient"])
        names = drawing.names(work, [person for case in cases for person in (case.assignee, case.reporter)])
        told = [self.told(case) for case in cases]
        return self.notice(work, recipient, Event.DIGEST, at, told=told, total=found.listing.total, names=names)

    def trial(self, work: Work, delivery: Delivery) -> Notice | None:
        """Somebody tries whether the recipient can be told."""
        recipient = work.inboxes.recipient(delivery.data["recipient"])
        return self.notice(work, recipient, Event.TEST, delivery.created_at)

    def notice(
        self, work: Work, recipient: Recipient | None, event: Event, at: datetime, **more: object
    ) -> Notice | None:
        inbox: Inbox | None = work.inboxes.by_id(recipient.inbox_id) if recipient else None
        if recipient is None or recipient.sealed is None or inbox is None:
            return None
        owner = work.people.by_id(inbox.owner)
        opened = json.loads(self.vault.open(recipient.sealed))
        known = {
            "inbox_id": inbox.id, "inbox": inbox.name, "query": inbox.query, "owner": owner.name if owner else "",
        }  # fmt: skip
        return Notice(address=opened["address"], secret=opened["secret"], event=event, at=at, **known, **more)  # type: ignore[arg-type]

    def told(self, case: Case) -> Told:
        return Told(loaded(case), case_link(case, self.workspace) or "")
