"""The form of a project's terms with a ticketing system: what goes which way, and what means what on the other side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import Invalid
from bot.domain.ticket import FIELDS, Part, System, Way
from bot.views.blocks import Block, View, context, divider, field_input, modal, section
from bot.views.elements import option, select, text_input
from bot.views.forms import state
from bot.views.forms.metadata import pack, unpack
from bot.views.forms.new_ticket import NewTicket, kind_blocks, problem_blocks, waiting
from bot.views.limits import clip, one_line
from bot.views.text import bold, mrkdwn
from bot.views.tickets import PARTS

TERMS = "ticket.terms"
STATUSES_SHOWN = 40
AS_IT_IS, INTERNAL, PUBLIC = "asis", "internal", "public"
STATUS_HINT = (
    "One a line, as Closed = Done. The first that fits counts, either way; what has no line goes by its name or group. "
    "Where there is no direct way: Closed = Done via In Progress, Review. With a reason: Closed as Resolved = Done."
)
PRIORITY_HINT = "One a line. The first that fits counts, either way; what has no line goes as {}."
STAYS = "What a new ticket begins with stays as it is; the rest can be changed and saved."
WAYS = {
    Way.BOTH: "Both ways",
    Way.TO: "To the ticket",
    Way.FROM: "From the ticket",
    Way.ONCE: "Once, when it is created",
    Way.OFF: "Off",
}


@dataclass(frozen=True, slots=True)
class TermsForm:
    """What the form is filled with. ``project``: its key. ``new``: what a new ticket begins with. ``theirs``: statuses
    that the partner has told."""

    project: str
    new: NewTicket
    ways: Mapping[Part, Way]
    statuses: Sequence[Mapping[str, Any]]
    priorities: Sequence[Mapping[str, str]]
    internal: bool | None
    theirs: Sequence[str] = ()

    @property
    def system(self) -> System:
        return self.new.system


@dataclass(frozen=True, slots=True)
class TermsFields:
    """What was sent. ``kind`` and ``subtype`` stay as they were where the partner has not told its lists."""

    project: str
    partner: str
    ways: Mapping[Part, Way]
    statuses: list[dict[str, Any]]
    priorities: list[dict[str, str]]
    internal: bool | None
    kind: str
    subtype: str


def terms_form(form: TermsForm) -> View:
    system = form.system
    about = mrkdwn("How cases of {} and their {} tickets are kept in step.", bold(form.project), system.label)
    blocks = [section(about)]
    blocks += [_way(part, form.ways[part]) for part in Part]
    if system.has_internal:
        blocks.append(field_input("internal", "Notes that go over are", _internal(system, form.internal)))
    blocks += _maps(form)
    blocks += [divider(), *_defaults(form)]
    metadata = pack(project=form.project, partner=system.name, kind=form.new.kind, subtype=form.new.subtype)
    return modal(TERMS, f"Tickets in {system.label}", blocks, submit="Save", metadata=metadata)


def _way(part: Part, way: Way) -> Block:
    """Notes come one by one, so there is no once for them."""
    options = [option(label, one.value) for one, label in WAYS.items() if part in FIELDS or one != Way.ONCE]
    return field_input(f"way.{part}", PARTS[part].capitalize(), select(f"way.{part}", "Choose", options, chosen=way))


def _internal(system: System, internal: bool | None) -> Block:
    options = [
        option(f"As {system.label} does by itself", AS_IT_IS),
        option("Internal: only for those who work on the ticket", INTERNAL),
        option("Public: also for whoever reported the ticket", PUBLIC),
    ]
    chosen = AS_IT_IS if internal is None else INTERNAL if internal else PUBLIC
    return select("internal", "Choose", options, chosen=chosen)


def _maps(form: TermsForm) -> list[Block]:
    label = form.system.label
    statuses = text_input("statuses", value=status_lines(form.statuses), lines=True)
    priorities = text_input("priorities", value=priority_lines(form.priorities), lines=True)
    usual = ", ".join(f"{own} = {theirs}" for own, theirs in form.system.priorities.items())
    blocks = [
        field_input("statuses", f"Statuses: of the case = in {label}", statuses, optional=True, hint=STATUS_HINT),
        field_input(
            "priorities", f"Priorities: of the case = in {label}", priorities, optional=True,
            hint=PRIORITY_HINT.format(usual),
        ),
    ]  # fmt: skip
    if form.theirs:
        names = ", ".join(clip(one_line(name), 60) for name in form.theirs[:STATUSES_SHOWN])
        blocks.insert(1, context(mrkdwn("Statuses in {}: {}.", label, names)))
    return blocks


def _defaults(form: TermsForm) -> list[Block]:
    """What the form for a new ticket begins with. Without the partner's lists it stays as it was."""
    new = form.new
    if new.lists.problem:
        return problem_blocks(new, "terms", STAYS)
    if new.lists.kinds is None and new.system.kind_label:
        return [context(waiting(new, STAYS))]
    blocks = kind_blocks(new, "terms")
    return [context("A new ticket begins with:"), *({**block, "optional": True} for block in blocks)] if blocks else []


def status_lines(rows: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(_status_line(row) for row in rows)


def _status_line(row: Mapping[str, Any]) -> str:
    reason = f" as {row['reason']}" if row.get("reason") else ""
    via = f" via {', '.join(row['via'])}" if row.get("via") else ""
    return f"{row['case']}{reason} = {row['ticket']}{via}"


def priority_lines(rows: Sequence[Mapping[str, str]]) -> str:
    return "\n".join(f"{row['case']} = {row['ticket']}" for row in rows)


# -- reading ----------------------------------------------------------------------------------------------------------
def read_terms(view: Mapping[str, Any]) -> TermsFields:
    """``Invalid`` names the line that cannot be read; what it speaks of is for others to know."""
    kept = unpack(view)
    told = state.choice(view, "internal")
    kind, subtype = read_defaults(view)
    return TermsFields(
        project=str(kept.get("project", "")),
        partner=str(kept.get("partner", "")),
        ways={part: _read_way(view, part) for part in Part},
        statuses=read_statuses(state.text(view, "statuses")),
        priorities=read_priorities(state.text(view, "priorities")),
        internal=None if told in {None, AS_IT_IS} else told == INTERNAL,
        kind=kind,
        subtype=subtype,
    )


def read_of_terms(view: Mapping[str, Any]) -> tuple[str, str]:
    """Which project and which partner the form is about."""
    kept = unpack(view)
    return str(kept.get("project", "")), str(kept.get("partner", ""))


def read_defaults(view: Mapping[str, Any]) -> tuple[str, str]:
    """Kind and subtype. One that belongs to another kind is forgotten."""
    kept = unpack(view)
    there = {block.get("block_id") for block in view.get("blocks", ())}
    if "kind" not in there:
        return str(kept.get("kind", "")), str(kept.get("subtype", ""))
    kind = state.choice(view, "kind") or ""
    subtype = state.choice(view, "subtype") or "" if "subtype" in there else ""
    return kind, subtype if kind else ""


def _read_way(view: Mapping[str, Any], part: Part) -> Way:
    try:
        return Way(state.choice(view, f"way.{part}") or "")
    except ValueError:
        raise Invalid.field(f"way.{part}", "Choose which way it goes.") from None


def read_statuses(text: str) -> list[dict[str, Any]]:
    return [_status_row(number, line) for number, line in _lines(text)]


def _status_row(number: int, line: str) -> dict[str, Any]:
    """ "Closed as Resolved = Done via In Progress, Review"."""
    ours, theirs = _sides("statuses", number, line, "Closed = Done")
    case, reason = _split(ours, "as")
    ticket, via = _split(theirs, "via")
    names = [name.strip() for name in via.split(",") if name.strip()]
    return {"case": case, "ticket": ticket, "via": names} | ({"reason": reason} if reason else {})


def _split(text: str, word: str) -> tuple[str, str]:
    """At the last such word, since a name may hold one too; what is behind it is empty if there is none."""
    words = text.split()
    at = max((index for index, one in enumerate(words) if one.casefold() == word), default=0)
    return (" ".join(words[:at]), " ".join(words[at + 1 :])) if at and words[at + 1 :] else (text, "")


def read_priorities(text: str) -> list[dict[str, str]]:
    sides = [_sides("priorities", number, line, "P1 = Highest") for number, line in _lines(text)]
    return [{"case": ours, "ticket": theirs} for ours, theirs in sides]


def _lines(text: str) -> list[tuple[int, str]]:
    """With their numbers; empty ones are left out, and not counted."""
    return list(enumerate((one_line(line) for line in text.splitlines() if line.strip()), 1))


def _sides(field_: str, number: int, line: str, sample: str) -> tuple[str, str]:
    ours, equals, theirs = line.partition("=")
    if not (equals and ours.strip() and theirs.strip()):
        raise Invalid.field(field_, f"Line {number}: “{clip(line, 40)}” should look like: {sample}")
    return ours.strip(), theirs.strip()
