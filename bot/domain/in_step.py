"""Case and ticket beside each other: what both had when they were last alike, and what has changed since on which side.

Of each part, ``Ticket.base`` keeps ``ours``, ``theirs`` (a `token`), ``shown`` and ``group`` of their status, ``at``:
when it was last changed there, by their clock, ``wrote_at``: when we last wrote it, by ours, and the ``problem`` in
which both differ; ``declined``: since they did not take what we had to say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.case import Case
from bot.domain.casetype import CaseType, Group
from bot.domain.facts import DESCRIPTION_LIMIT, TITLE_LIMIT
from bot.domain.link import Terms, Ticket
from bot.domain.priority import Priority
from bot.domain.text import alike, kept, kept_line
from bot.domain.ticket import FIELDS, Account, Part, Seen, Standing, Step, System, Value

# For so long after we have written something, news of it may be older than what we wrote.
CLOSE = timedelta(minutes=1)
# No value of a case: the ticket has not been told yet what the case says.
UNTOLD = ""
OF_ENTRIES = {part.value for part in FIELDS}


def ours(case: Case, part: Part) -> str | None:
    """What the case says, as it is kept in ``base``."""
    value: str | None = getattr(case, part.value)
    return value


def token(value: Value) -> str:
    """Their value as it is kept and compared."""
    if isinstance(value, Standing):
        return value.name
    if isinstance(value, Account):
        return value.id
    return value or ""


def shown(value: Value) -> str:
    """The same for people."""
    if isinstance(value, Account):
        return value.name or value.email or value.id
    return value.name if isinstance(value, Standing) else value or ""


def base_of(ticket: Ticket, part: Part) -> Mapping[str, Any]:
    found: Mapping[str, Any] = ticket.base.get(part.value, {})
    return found


def is_known(ticket: Ticket, part: Part) -> bool:
    """Whether its partner has told it: it need not tell all when the ticket is created."""
    return "theirs" in base_of(ticket, part)


def note(ticket: Ticket, part: Part, **values: Any) -> None:
    """Keep some of a part's base; the others stay."""
    ticket.base = {**ticket.base, part.value: {**base_of(ticket, part), **values}}


def note_theirs(ticket: Ticket, part: Part, value: Value, at: datetime) -> None:
    group = {"group": value.group.value} if isinstance(value, Standing) else {}
    latest = max(at, moment(base_of(ticket, part).get("at")) or at).astimezone(UTC).isoformat()
    note(ticket, part, theirs=token(value), shown=shown(value), at=latest, **group)
    if part == Part.STATUS:
        ticket.status = shown(value)[:80]
    elif part == Part.ASSIGNEE:
        ticket.assignee = shown(value)[:120]
    elif part == Part.TITLE:
        ticket.title = shown(value)[:300]


def moment(iso: str | None) -> datetime | None:
    return datetime.fromisoformat(iso) if iso else None


def note_seen(ticket: Ticket, seen: Seen) -> None:
    """What the ticket is and where."""
    ticket.foreign_id, ticket.foreign_kind = seen.id, seen.kind[:80]
    ticket.key, ticket.url = seen.key[:80], seen.url
    for part, value in seen.values.items():
        if part in FIELDS:
            note_theirs(ticket, part, value, seen.updated)


def put_back(ticket: Ticket) -> None:
    """What the partner would not take is told it again."""
    for part in FIELDS:
        if base_of(ticket, part).get("declined"):
            note(ticket, part, ours=UNTOLD, problem="", declined=False)


def said_before(
    said: Mapping[Part, str | None], drawn: Mapping[Part, Value], seen: Seen
) -> dict[Part, str | None]:  # fmt: skip
    """``said``, of a ticket that was created when the case may have said something else: what differs is untold."""
    return {
        part: own if part not in drawn or token(drawn[part]) == token(seen.values.get(part)) else UNTOLD
        for part, own in said.items()
    }


def problems(ticket: Ticket) -> str:
    """In what both sides differ, in sentences; empty if in nothing that is known."""
    return " ".join(one["problem"] for part in FIELDS if (one := ticket.base.get(part.value, {})).get("problem"))


def is_doubtful(ticket: Ticket, part: Part, at: datetime, read_at: datetime | None) -> bool:
    """Whether news of a part may be older than what is known. ``read_at``: since when it is known to be true."""
    base = base_of(ticket, part)
    wrote_at, known = moment(base.get("wrote_at")), moment(base.get("at"))
    if read_at is not None:
        # A search may be behind what has been told already.
        return (wrote_at is not None and wrote_at > read_at) or (known is not None and at < known)
    return (known is not None and at <= known) or (wrote_at is not None and at < wrote_at + CLOSE)


# -- from ours to theirs ----------------------------------------------------------------------------------------------


def step_for(case: Case, terms: Terms) -> tuple[Step, bool]:
    """Where the ticket's status is to go, and whether the map says so."""
    lines = [line for line in terms.statuses if alike(line["case"]) == alike(case.status)]
    via = [status for line in lines for status in line.get("via") or ()]
    names = [line["ticket"] for line in lines] or [case.status]
    return Step(names, Group(case.group), tuple(dict.fromkeys(via))), bool(lines)


def priority_for(priority: str, terms: Terms, system: System) -> str | None:
    """In their words; ``None`` if no priority of theirs stands for it."""
    for line in terms.priorities:
        if line["case"] == priority:
            return line["ticket"]
    return system.priorities.get(priority)


# -- from theirs to ours ----------------------------------------------------------------------------------------------


def status_from(standing: Standing, case: Case, terms: Terms) -> str:
    """A status of the case's type."""
    names = {alike(row["name"]): row["name"] for row in case.type.statuses}
    for line in terms.statuses:
        if alike(line["ticket"]) == alike(standing.name) and alike(line["case"]) in names:
            return names[alike(line["case"])]
    same = names.get(alike(standing.name))
    if same and case.type.group_of(same) == standing.group:
        return same
    return case.status if case.group == standing.group else case.type.default(standing.group)


def reason_from(standing: Standing, type_: CaseType, terms: Terms) -> str | None:
    """The reason that a case is closed with when its ticket is."""
    if not type_.reason_required:
        return None
    wanted = [line.get("reason") or "" for line in terms.statuses if alike(line["ticket"]) == alike(standing.name)]
    known = {alike(reason): reason for reason in type_.reasons}
    for words in [*wanted, standing.name, "Resolved", "Done", "Fixed"]:
        if alike(words) in known:
            return known[alike(words)]
    return type_.reasons[0]


def priority_from(words: str, terms: Terms, system: System) -> str | None:
    """``None`` if it stands for none of ours."""
    pairs = [(line["ticket"], line["case"]) for line in terms.priorities]
    pairs += [(theirs, own) for own, theirs in system.priorities.items()]
    wanted = alike(words)
    if not wanted:
        return Priority.NOT_SET.value
    return next((own for theirs, own in pairs if alike(theirs) == wanted), None)


def cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def title_from(text: str) -> str:
    return cut(kept_line(text), TITLE_LIMIT)


def description_from(text: str) -> str:
    return cut(kept(text), DESCRIPTION_LIMIT)


# -- bringing the ticket in step --------------------------------------------------------------------------------------


@dataclass(slots=True)
class Plan:
    """What the ticket is to be told. ``ours``: the parts that the case has changed, with what it says now.

    ``values``: the fields to set, as the partner takes them, but for the assignee. ``assigns``: whether that is to be
    set as well. ``unknown``: words of ours that nothing of theirs stands for.
    """

    ours: dict[Part, str | None] = field(default_factory=dict)
    values: dict[Part, Value] = field(default_factory=dict)
    step: Step | None = None
    by_name_only: bool = False
    assigns: bool = False

    @property
    def leaves_closed(self) -> bool:
        return self.step is not None and self.step.group != Group.CLOSED


def has_changed(case: Case, ticket: Ticket, part: Part) -> bool:
    return bool(base_of(ticket, part).get("ours", UNTOLD) != ours(case, part))


def changed_parts(case: Case, ticket: Ticket, terms: Terms) -> list[Part]:
    """Those that the case has changed since both were alike, and that go to the ticket."""
    return [part for part in FIELDS if terms.way(part).goes_out and has_changed(case, ticket, part)]


def plan(case: Case, ticket: Ticket, terms: Terms, system: System) -> Plan:
    made = Plan()
    for part in changed_parts(case, ticket, terms):
        made.ours[part] = ours(case, part)
        theirs = base_of(ticket, part).get("theirs")
        if part == Part.STATUS:
            plan_status(made, case, ticket, terms)
        elif part == Part.PRIORITY:
            words = priority_for(case.priority, terms, system)
            if words is not None and (theirs is None or alike(theirs) != alike(words)):
                made.values[part] = words
        elif part == Part.ASSIGNEE:
            made.assigns = True
        elif theirs != (ours(case, part) or ""):
            made.values[part] = ours(case, part) or ""
    return made


def plan_status(made: Plan, case: Case, ticket: Ticket, terms: Terms) -> None:
    step, is_mapped = step_for(case, terms)
    base = base_of(ticket, Part.STATUS)
    stands = alike(base.get("theirs") or "")
    if stands and stands in map(alike, step.names):
        return
    made.step = step
    made.by_name_only = not is_mapped and base.get("group") == case.group


def named(step: Step, there: Sequence[str]) -> Step | None:
    """The same by names alone that are there: within a group nothing moves just because it could."""
    known = {alike(name): name for name in there}
    names = [known[alike(name)] for name in step.names if alike(name) in known]
    return Step(names, step.group, step.via) if names else None
