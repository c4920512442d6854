"""The form that builds a search, for people who do not know the query language yet: choices in, choices out."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from bot.domain.priority import PRIORITY_WORDS, Priority
from bot.domain.query import LENGTH_LIMIT
from bot.domain.query_building import (
    ANY,
    FACTS,
    GROUPS,
    ME,
    NONE,
    NOT_CLOSED,
    ORDERS,
    OVERDUE,
    PRIORITIES,
    WINDOWS,
    Choices,
    Window,
)
from bot.domain.reading import SearchForm
from bot.domain.text import alike
from bot.views.blocks import Block, View, field_input, modal
from bot.views.elements import (
    date_picker,
    external_select,
    multi_external_select,
    multi_select,
    option,
    select,
    text_input,
    users_select,
)
from bot.views.forms import state
from bot.views.limits import OPTION_VALUE, OPTIONS, size
from bot.views.pickers import project_keys, team_handles
from bot.views.previews import preview_blocks

CHOICE = "query.choice"
EITHER = "-"  # a menu without an empty entry cannot be taken back
BESIDE = SOMEBODY, STRETCH = "one", "days"
WORDS_LIMIT, ATTRIBUTE_LIMIT = 200, 200

PEOPLE = {EITHER: "Anybody or nobody", ME: "Me", NONE: "Nobody", ANY: "Somebody, no matter who", SOMEBODY: "A person …"}
REPORTERS = {EITHER: "Anybody", ME: "Me", SOMEBODY: "A person …"}
TEAMS = {EITHER: "Any team or none", ME: "My teams", NONE: "No team", ANY: "Some team", SOMEBODY: "A team …"}
AGO = {
    EITHER: "At any time",
    "today": "Today",
    "<1d": "In the last 24 hours",
    "<7d": "In the last 7 days",
    "<30d": "In the last 30 days",
    "<90d": "In the last 90 days",
    ">7d": "More than 7 days ago",
    ">30d": "More than 30 days ago",
    STRETCH: "From … to …",
}
AHEAD = {
    EITHER: "At any time or never",
    OVERDUE: "Overdue",
    "today": "Today",
    "today..7d": "Within the next 7 days",
    "today..30d": "Within the next 30 days",
    ANY: "It has a due date",
    NONE: "It has no due date",
    STRETCH: "From … to …",
}
WHEN = {"created": ("Created", AGO), "updated": ("Last changed", AGO), "due": ("Due", AHEAD)}
ORDER_WORDS = {
    "-created": "Newest first",
    "created": "Oldest first",
    "-updated": "Latest change first",
    "updated": "Longest without a change first",
    "-closed": "Latest closed first",
    "closed": "First closed first",
    "due": "Soonest due first",
    "-due": "Latest due first",
    "priority": "Highest priority first",
    "-priority": "Lowest priority first",
}
BEST = "Best match, or latest change first"
ABOUT_WORDS = "In title, description or notes. In quotes they stand side by side, and check* also finds checkout."
ABOUT_REST = "In the words of a query, which `/case help search` explains."
STATE_WORDS = {NOT_CLOSED: "Not closed", **{group: group.capitalize() for group in GROUPS}}


def build_search_form(
    form: SearchForm, *, opened: Collection[str] = (), submit: str = "Search", metadata: str = ""
) -> View:
    """``opened``: as ``read_opened``. The blocks keep their ids: what was chosen stays when the form is drawn again."""
    chosen = form.chosen
    projects = multi_external_select("query.projects", "All", chosen=project_keys(form.projects))
    blocks = [
        *preview_blocks(form.preview),
        _field("words", "Words", _text(chosen.words, WORDS_LIMIT, "checkout slow"), ABOUT_WORDS),
        _field("projects", "Project", projects),
        _field("statuses", "Status", multi_select(CHOICE, "Any", _statuses(form), chosen=chosen.statuses)),
        _field("priorities", "Priority", multi_select(CHOICE, "Any", _priorities(), chosen=chosen.priorities)),
        *_types(form),
        *_people("assignee", "Assignee", PEOPLE, chosen.assignee, opened),
        *_people("reporter", "Reporter", REPORTERS, chosen.reporter, opened),
        *_team(chosen.team, opened),
        *(block for name in WINDOWS for block in _window(name, getattr(chosen, name), opened)),
        _field("service", "Service", _text(chosen.service, ATTRIBUTE_LIMIT, "checkout")),
        _field("env", "Environment", _text(chosen.env, ATTRIBUTE_LIMIT, "prod")),
        _field("has", "Has", multi_select(CHOICE, "Does not matter", _facts(), chosen=chosen.has)),
        _field("without", "Has no", multi_select(CHOICE, "Does not matter", _facts(), chosen=chosen.without)),
        _field("sort", "Order", select(CHOICE, BEST, _orders(), chosen=chosen.sort or EITHER)),
        _field("query", "Anything else", _text(chosen.rest, LENGTH_LIMIT, "-status:closed region:eu"), ABOUT_REST),
    ]
    return modal("query.build", "Build a search", blocks, submit=submit, metadata=metadata)


def _field(name: str, label: str, element: Block, hint: str = "") -> Block:
    return field_input(name, label, element, optional=True, hint=hint, live=True)


def _text(value: str, limit: int, example: str) -> Block:
    return text_input(CHOICE, value=value, placeholder=f"For example {example}", limit=limit, live=True)


def _statuses(form: SearchForm) -> list[Block]:
    """The groups, then the names that are not called like one of them."""
    groups = {alike(group) for group in GROUPS}
    names = [name for name in form.known.statuses if alike(name) not in groups and size(name) <= OPTION_VALUE]
    groups_first = [option(label, value) for value, label in STATE_WORDS.items()]
    return [*groups_first, *(option(name, name) for name in names)][:OPTIONS]


def _priorities() -> list[Block]:
    return [option(PRIORITY_WORDS[Priority(rank)], rank) for rank in PRIORITIES]


def _types(form: SearchForm) -> list[Block]:
    names = [option(name, name) for name in form.known.types[:OPTIONS] if size(name) <= OPTION_VALUE]
    return [_field("types", "Type", multi_select(CHOICE, "Any", names, chosen=form.chosen.types))] if names else []


def _facts() -> list[Block]:
    return [option(fact.capitalize(), fact) for fact in FACTS]


def _orders() -> list[Block]:
    return [option(BEST, EITHER), *(option(ORDER_WORDS[by], by) for by in ORDERS)]


def _menu(name: str, label: str, entries: Mapping[str, str], chosen: str) -> Block:
    options = [option(words, value) for value, words in entries.items()]
    return _field(name, label, select(CHOICE, entries[EITHER], options, chosen=chosen))


def _people(name: str, label: str, entries: Mapping[str, str], who: str, opened: Collection[str]) -> list[Block]:
    """The second field stands there once somebody is to be chosen."""
    somebody = who if who and who not in entries else None
    if not somebody and name not in opened:
        return [_menu(name, label, entries, who or EITHER)]
    person = users_select(CHOICE, "Choose a person", chosen=somebody)
    return [_menu(name, label, entries, SOMEBODY), _field(f"{name}_one", f"{label}: who", person)]


def _team(who: str, opened: Collection[str]) -> list[Block]:
    handle = who if who and who not in TEAMS else None
    if not handle and "team" not in opened:
        return [_menu("team", "Team", TEAMS, who or EITHER)]
    start = next(iter(team_handles([handle])), None) if handle else None
    which = external_select("query.team", "Type a part of its name", chosen=start)
    return [_menu("team", "Team", TEAMS, SOMEBODY), _field("team_one", "Team: which", which)]


def _window(name: str, when: Window, opened: Collection[str]) -> list[Block]:
    label, entries = WHEN[name]
    offered = {value: words for value, words in entries.items() if value in {EITHER, STRETCH, *WINDOWS[name]}}
    if when.preset or (not when and name not in opened):
        return [_menu(name, label, offered, when.preset or EITHER)]
    days = (("from", "from", when.start), ("to", "up to", when.end))
    return [
        _menu(name, label, offered, STRETCH),
        *(
            _field(f"{name}_{end}", f"{label} {to}", date_picker(CHOICE, "No limit", chosen=day))
            for end, to, day in days
        ),
    ]


def read_build_search(view: Mapping[str, Any]) -> Choices:
    """What is chosen so far: the form's state comes with every click in it."""
    return Choices(
        words=state.text(view, "words"),
        projects=tuple(state.choices(view, "projects")),
        statuses=tuple(state.choices(view, "statuses")),
        priorities=tuple(state.choices(view, "priorities")),
        types=tuple(state.choices(view, "types")),
        assignee=_read_one(view, "assignee", state.person),
        reporter=_read_one(view, "reporter", state.person),
        team=_read_one(view, "team", state.choice),
        created=_read_window(view, "created"),
        updated=_read_window(view, "updated"),
        due=_read_window(view, "due"),
        service=state.text(view, "service"),
        env=state.text(view, "env"),
        has=tuple(state.choices(view, "has")),
        without=tuple(state.choices(view, "without")),
        sort=_read_menu(view, "sort"),
        rest=state.text(view, "query"),
    )


def read_opened(view: Mapping[str, Any]) -> frozenset[str]:
    """The menus in which something beside them is to be chosen."""
    return frozenset(name for name in (*WHEN, "assignee", "reporter", "team") if _read_menu(view, name) in BESIDE)


def _read_menu(view: Mapping[str, Any], name: str) -> str:
    found = state.choice(view, name) or EITHER
    return "" if found == EITHER else found


def _read_one(view: Mapping[str, Any], name: str, read: Callable[[Mapping[str, Any], str], str | None]) -> str:
    found = _read_menu(view, name)
    return read(view, f"{name}_one") or "" if found == SOMEBODY else found


def _read_window(view: Mapping[str, Any], name: str) -> Window:
    found = _read_menu(view, name)
    if found != STRETCH:
        return Window(found)
    return Window("", state.day(view, f"{name}_from"), state.day(view, f"{name}_to"))
