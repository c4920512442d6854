"""Setting a part of a case to what its ticket says, or once said: as the verbs of the case would."""

from collections.abc import Sequence

from bot.domain import linking, ticket_telling
from bot.domain.act import CASEBOOK, Act
from bot.domain.case import Case, Priority
from bot.domain.entry import Entry
from bot.domain.link import Ticket
from bot.domain.person import Person
from bot.domain.rights import Right, may
from bot.domain.ticket import Account, Part
from bot.storage.database import Work
from bot.usecases.access import is_in_channel


def set_part(case: Case, act: Act, part: Part, value: str | None, reason: str | None = None) -> Entry | None:
    """``value``: as the case keeps it. ``reason``: for closing, where one is needed."""
    match part:
        case Part.STATUS:
            if case.type.closes(str(value)) and case.type.reason_required:
                reason = reason or case.type.reasons[0]
            return case.set_status(act, str(value), reason)
        case Part.PRIORITY:
            return case.prioritize(act, Priority(value or Priority.NOT_SET))
        case Part.ASSIGNEE:
            return case.assign(act, value)
        case Part.TITLE:
            return case.edit(act, title=value)
    return case.edit(act, description=value or "")


def choose(work: Work, case: Case, act: Act, ticket: Ticket, part: Part, side: str) -> Entry | None:
    """Where both had changed: what one of them said counts. Nothing more is to be chosen afterwards."""
    found = linking.conflict_of(ticket, part)
    entry = set_part(case, act, part, found[side])
    linking.chosen(ticket, part)
    if entry is None:
        work.enqueue(ticket_telling.redrawn(case, ticket, act.at, f"chosen/{part.value}/{act.at.isoformat()}"))
    return entry


def person_with(work: Work, account: Account | None) -> Person | None:
    """Whoever is known here under the address of somebody over there; never a guess."""
    if account is None or not account.email:
        return None
    found = work.people.with_email(account.email)
    return found if found and not (found.is_gone or found.is_bot) else None


def who(work: Work, case: Case, account: Account | None) -> str:
    """Who counts as the one who did it: a person who may work on the case, or Casebook itself."""
    person = person_with(work, account)
    if person and may(Right.CONTRIBUTE, person, case.project, is_in_channel(work, person, case.project)):
        return person.id
    return CASEBOOK


def names_of(accounts: Sequence[Account]) -> str:
    return ", ".join(account.name or account.email or account.id for account in accounts)
