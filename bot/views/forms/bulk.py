"""The forms of a bulk edit: which cases and what to do with them, then what would come of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.bulk import MOST, Became, Bulk, BulkForm, Deed, Forecast, What
from bot.domain.case import Case
from bot.domain.casetype import CaseType, Group
from bot.domain.errors import Invalid
from bot.domain.evidence import NOTE_LIMIT
from bot.domain.text import alike
from bot.domain.ticket import System
from bot.views.blocks import Block, View, actions, context, divider, field_input, modal, section
from bot.views.bulk import bulk_name, deed_words, group, keys_of, reasons
from bot.views.cards import GROUP_LABELS, PRIORITIES
from bot.views.elements import (
    button,
    checkboxes,
    external_select,
    grouped_select,
    option,
    select,
    text_input,
    users_select,
)
from bot.views.forms import state
from bot.views.forms.metadata import pack, unpack
from bot.views.forms.new_ticket import NewTicket, checked_new, new_blocks, read_asked, read_partner
from bot.views.forms.working import read_assign
from bot.views.limits import OPTIONS
from bot.views.pickers import project_options
from bot.views.text import NOBODY, Mrkdwn, mrkdwn
from bot.views.words import case_name, plural, priority_words, status_words

CASES = "cases"
STATUSES = 30  # of each group; a menu holds 100 options
DEEDS = [
    option("Set the status", What.STATUS.value),
    option("Assign", What.ASSIGN.value),
    option("Set the priority", What.PRIORITY.value),
    option("Archive", What.ARCHIVE.value),
    option("Bring back from the archive", What.UNARCHIVE.value),
    option("Move to another project", What.MOVE.value),
    option("Add a note", What.NOTE.value),
]
TICKET = option("Create a ticket for each", What.TICKET.value)


@dataclass(frozen=True, slots=True)
class BulkFields:
    """``shown`` and ``ticked``: case ids of the page. ``drawn``: how often its checkboxes were drawn anew."""

    bulk: int
    page: int
    drawn: int
    shown: tuple[int, ...]
    ticked: tuple[int, ...]
    what: What | None


def bulk_form(
    form: BulkForm,
    *,
    what: What | None = None,
    drawn: int = 0,
    systems: Sequence[System] = (),
    ticket: NewTicket | None = None,
) -> View:
    """``what``: chosen so far. ``systems``: where tickets can be created; ``ticket``: how far the choice of one is.

    Boxes and fields keep what a person did to them as long as their ids stay the same, so boxes that are to show
    something else are ``drawn`` anew, with another id.
    """
    found = form.listing
    chosen = form.bulk.chosen
    what = what or (chosen.what if chosen else None)
    blocks = [section(_counted(form)), *_boxes(form, drawn), *_below(form), divider()]
    blocks.append(field_input("deed", "What to do", _deeds(what, systems)) | {"dispatch_action": True})
    if what == What.TICKET:
        blocks += _ticket(ticket, systems) if ticket else []
    elif what:
        blocks += FIELDS[what](form, chosen if chosen and chosen.what == what else Deed(what))
    metadata = pack(bulk=form.bulk.id, page=found.page, drawn=drawn)
    return modal("bulk.edit", "Bulk edit", blocks, submit="Next", metadata=metadata)


def _counted(form: BulkForm) -> Mrkdwn:
    total = f"More than {MOST:,} cases match" if form.matching > MOST else f"{plural(form.matching, 'case')} found"
    return mrkdwn("*{}*, {} ticked so far", total, f"{form.count:,}")


def _boxes(form: BulkForm, drawn: int) -> list[Block]:
    cases = form.listing.cases
    if not cases:
        return [context("No case matches any more. What was ticked before still is.")]
    options = [option(case_name(case), str(case.id), _facts(case)) for case in cases]
    boxes = checkboxes(CASES, options, chosen=[str(id_) for id_ in form.ticked])
    return [field_input(f"{CASES}/{form.listing.page}/{drawn}", "Cases", boxes, optional=True)]


def _facts(case: Case) -> str:
    priority = "no priority" if case.priority == "none" else priority_words(case.priority)
    return f"{status_words(case)} · {priority}{' · archived' if case.is_archived else ''}"


def _below(form: BulkForm) -> list[Block]:
    found = form.listing
    every = f"first {MOST:,}" if form.matching > MOST else f"all {form.matching:,}"
    row = [button(f"Select {every}", "bulk.all")] if form.matching else []
    if form.count:
        row.append(button("Untick all", "bulk.none"))
    if found.page > 1:
        row.append(button("Previous", "bulk.page.back", value=str(found.page - 1)))
    if found.page < found.pages:
        row.append(button("Next page", "bulk.page", value=str(found.page + 1)))
    words = f"Page {found.page} of {found.pages}. What is ticked stays so when you turn the page."
    return [*([actions(row)] if row else []), *([context(words)] if found.pages > 1 else [])]


def _deeds(what: What | None, systems: Sequence[System]) -> Block:
    deeds = [*DEEDS, TICKET] if systems else DEEDS
    return select("bulk.deed", "Choose", deeds, chosen=what.value if what else None)


def _status(form: BulkForm, deed: Deed) -> list[Block]:
    menu = grouped_select("status", "Choose a status", status_choices(form.types), chosen=deed.status or None)
    blocks = [field_input("status", "New status", menu)]
    where: dict[str, list[str]] = {}
    for case_type in form.types:
        for reason in case_type.reasons:
            where.setdefault(reason, []).append(case_type.name)
    if where:
        options = [option(reason, reason, ", ".join(names)) for reason, names in list(where.items())[:OPTIONS]]
        needy = [case_type.name for case_type in form.types if case_type.reason_required]
        hint = f"{' and '.join(needy)} cases are closed with a reason." if needy else ""
        reason_menu = select("reason", "Choose a reason", options, chosen=deed.reason)
        blocks.append(field_input("reason", "Reason, if this closes them", reason_menu, optional=True, hint=hint))
    return blocks


def status_choices(types: Sequence[CaseType]) -> dict[str, list[Block]]:
    """The groups themselves, which every type has, and the names of all types."""
    groups: dict[str, list[Block]] = {}
    for member, label in GROUP_LABELS.items():
        names = {alike(member.value): label}
        for case_type in types:
            for row in case_type.statuses:
                if Group(row["group"]) == member:
                    names.setdefault(alike(row["name"]), row["name"])
        groups[label] = [option(name, name) for name in list(names.values())[:STATUSES]]
    return groups


def _assign(_: BulkForm, deed: Deed) -> list[Block]:
    team = option(f"@{deed.handle}", str(deed.team)) if deed.team is not None else None
    nobody = checkboxes(
        "nobody", [option("Nobody: neither a person nor a team", "nobody")], chosen=["nobody"] if deed.nobody else []
    )
    who = users_select("assignee", "Choose a person", chosen=deed.person)
    teams = external_select("form.teams", "Type a part of its name", chosen=team)
    return [
        field_input("assignee", "Person", who, optional=True),
        field_input("teams", "Team", teams, optional=True),
        field_input("nobody", "Or take them from whoever has them", nobody, optional=True),
    ]


def _priority(_: BulkForm, deed: Deed) -> list[Block]:
    menu = select("priority", "Choose a priority", PRIORITIES, chosen=deed.priority or None)
    return [field_input("priority", "New priority", menu)]


def _move(form: BulkForm, deed: Deed) -> list[Block]:
    if 0 < len(form.projects) <= OPTIONS:
        options = project_options(form.projects)
        menu = select("project", "Choose a project", options, chosen=str(deed.project or ""))
    else:
        start = option(deed.key, str(deed.project)) if deed.project is not None else None
        menu = external_select("form.project", "Type a part of its key or name", chosen=start)
    hint = "Each case gets a key of that project; its old key still finds it."
    return [field_input("project", "Project", menu, hint=hint)]


def _note(_: BulkForm, deed: Deed) -> list[Block]:
    entry = text_input("text", value=deed.text, lines=True, placeholder="What they have in common", limit=NOTE_LIMIT)
    return [field_input("text", "Note", entry)]


def _ticket(ticket: NewTicket, systems: Sequence[System]) -> list[Block]:
    options = [option(one.label, one.name) for one in systems]
    where = select("bulk.partner", "Choose", options, chosen=ticket.system.name)
    return [field_input("partner", "Where", where, live=True), *new_blocks(ticket, "bulk")]


def _nothing(_: BulkForm, deed: Deed) -> list[Block]:
    return []


FIELDS = {
    What.STATUS: _status,
    What.ASSIGN: _assign,
    What.PRIORITY: _priority,
    What.ARCHIVE: _nothing,
    What.UNARCHIVE: _nothing,
    What.MOVE: _move,
    What.NOTE: _note,
}


def read_bulk(view: Mapping[str, Any]) -> BulkFields:
    """Of a form in any state: sent, or with a button of it pressed."""
    kept = unpack(view)
    block = next((b for b in view["blocks"] if str(b.get("block_id", "")).startswith(f"{CASES}/")), None)
    options = block["element"]["options"] if block else []
    what = state.choice(view, "deed")
    return BulkFields(
        bulk=int(kept.get("bulk", 0)),
        page=int(kept.get("page", 1)),
        drawn=int(kept.get("drawn", 0)),
        shown=tuple(int(choice["value"]) for choice in options),
        ticked=state.numbers(view, block["block_id"]) if block else (),
        what=What(what) if what else None,
    )


def read_deed(view: Mapping[str, Any], systems: Sequence[System] = ()) -> Deed:
    """``Invalid`` under the field that is missing."""
    what = read_bulk(view).what
    if what is None:
        raise Invalid.field("deed", "Choose what to do with these cases.")
    if what == What.TICKET:
        return _read_ticket(view, systems)
    return READERS[what](view) if what in READERS else Deed(what)


def _read_status(view: Mapping[str, Any]) -> Deed:
    status = state.choice(view, "status")
    if not status:
        raise Invalid.field("status", "Choose a status.")
    return Deed(What.STATUS, status=status, reason=state.choice(view, "reason"))


def _read_assign(view: Mapping[str, Any]) -> Deed:
    to = read_assign(view)
    return Deed(What.ASSIGN, person=to.person, team=to.team, nobody=to.nobody)


def _read_move(view: Mapping[str, Any]) -> Deed:
    return Deed(What.MOVE, project=state.number(view, "project", "Choose the project to move them to."))


READERS: dict[What, Callable[[Mapping[str, Any]], Deed]] = {
    What.STATUS: _read_status,
    What.ASSIGN: _read_assign,
    What.PRIORITY: lambda view: Deed(What.PRIORITY, priority=state.priority(view, "priority").value),
    What.MOVE: _read_move,
    What.NOTE: lambda view: Deed(What.NOTE, text=state.text(view, "text")),
}


def _read_ticket(view: Mapping[str, Any], systems: Sequence[System]) -> Deed:
    system = next((one for one in systems if one.name == read_partner(view)), None)
    if system is None:
        raise Invalid.field("partner" if "partner" in state.inputs(view) else "deed", "Choose where.")
    new = checked_new(view, system, instead="partner")
    extra = read_asked(view)
    return Deed(What.TICKET, partner=system.name, kind=new.kind, subtype=new.subtype, extra=extra)


def forecast_view(found: Forecast) -> View:
    """What would come of it, for a last look. ``NOBODY``: only one person sees it, so people are mentioned."""
    deed, report = found.bulk.chosen, found.report
    head = mrkdwn("*{}*", bulk_name(found.total))
    blocks = [section(mrkdwn("{}: {}", head, deed_words(deed, NOBODY)) if deed else head)]
    blocks += group("Will change", keys_of(report, Became.CHANGED))
    blocks += group("Will stay as they are, since they are like that already", keys_of(report, Became.UNCHANGED))
    blocks += reasons("Cannot be changed", report.count(Became.REFUSED), report.reasons(Became.REFUSED))
    if found.unknown:
        others = f"The first {report.total:,} were looked at. The other {found.unknown:,} are when their turn comes."
        blocks.append(context(others))
    blocks.append(actions([button("Back", "bulk.back")]))
    metadata = pack(bulk=found.bulk.id)
    if found.changes_nothing:
        blocks.append(context("So there is nothing to do."))
        return modal("bulk.run", "Bulk edit", blocks, close="Close", metadata=metadata)
    blocks.append(context(HOW))
    return modal("bulk.run", "Bulk edit", blocks, submit="Confirm", metadata=metadata)


HOW = "It runs in the background. A direct message counts up, sums up, and lets you undo it for ten minutes."


def read_bulk_id(view: Mapping[str, Any]) -> int:
    return int(unpack(view).get("bulk", 0))


def begun_view(bulk: Bulk) -> View:
    text = mrkdwn("*{}* has begun. A direct message from Casebook says how far it is.", bulk_name(bulk.total))
    return modal("bulk.begun", "Bulk edit", [section(text)], close="Close")
