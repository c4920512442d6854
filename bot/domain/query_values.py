"""What the value of a condition means, for each kind of field."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol

from bot.domain.act import CASEBOOK
from bot.domain.case import Priority, priority_named
from bot.domain.casetype import CaseType, Group
from bot.domain.errors import Invalid
from bot.domain.facts import Source
from bot.domain.query import Term, Value, Viewer
from bot.domain.query_conditions import Between, Condition, Contains, Either, OneOf, StartsWith
from bot.domain.query_dates import days, moments
from bot.domain.query_fields import GROUP, Field, Kind, comparable
from bot.domain.query_text import QueryError, quoted
from bot.domain.query_words import folded, words
from bot.domain.text import alike

CASE_KEY = re.compile(r"[A-Z][A-Z0-9]{0,9}-[0-9]{1,12}")
RANKS = tuple(priority.value for priority in Priority if priority != Priority.NOT_SET)


class Resolver(Protocol):
    """Where names are looked up."""

    def key_now(self, key: str) -> str:
        """The key of the case that had this one before it was moved; else the same."""

    def projects(self) -> Mapping[str, int]:
        """Key → id of all there are."""

    def people(self, name: str) -> Mapping[str, str]:
        """Id → full name of everyone who goes by this name."""

    def people_names(self, name: str) -> Collection[str]:
        """Names that may have been meant by a wrong one."""

    def team_with(self, handle: str) -> int | None: ...

    def team_of_slack(self, slack_id: str) -> int | None: ...

    def team_handles(self) -> Collection[str]: ...

    def types(self) -> Sequence[CaseType]: ...

    def has_attribute(self, name: str) -> bool: ...

    def attribute_names(self) -> Collection[str]: ...


@dataclass(frozen=True, slots=True)
class Asking:
    """On whose behalf a query is read, and where the names in it are looked up."""

    viewer: Viewer
    resolver: Resolver


def nearest(typed: str, known: Collection[str]) -> str:
    """The end of a sentence: what was probably meant, if anything is near."""
    by_fold = {folded(name): name for name in known}
    near = get_close_matches(folded(typed)[:64], by_fold, 1, 0.6)
    return f" Did you mean {by_fold[near[0]]}?" if near else ""


def listed(value: Value) -> list[str]:
    """The values of somebody who wrote commas between them."""
    words = [word.strip() for word in value.text.split(",") if word.strip()]
    return words[:5] if len(words) > 1 and len(value.text) <= 40 else []


def wrong(value: Value, field: Field, known: Collection[str]) -> QueryError:
    near = (
        f" Write {field.name}:({' OR '.join(several)})." if (several := listed(value)) else nearest(value.text, known)
    )
    choice = f" There are {', '.join(known)}." if known and len(known) <= 12 and not near else ""
    return QueryError(
        f"{quoted(value.text)} does not fit {field.name}. It takes {field.kind.value}.{near or choice}", value.span
    )


def project(asking: Asking, term: Term, field: Field) -> Condition:
    value = term.value
    known = {key: id_ for key, id_ in asking.resolver.projects().items() if id_ in asking.viewer.projects}
    wanted = value.text.upper()
    found = [id_ for key, id_ in known.items() if key == wanted or (value.prefix and key.startswith(wanted))]
    if not found:
        near = nearest(wanted, known) or (f" There are {', '.join(known)}." if 0 < len(known) <= 12 else "")
        raise QueryError(f"There is no project {quoted(value.text)} that you can see.{near}", value.span)
    return OneOf(field, frozenset(found))


def key(asking: Asking, term: Term, field: Field) -> Condition:
    wanted = term.value.text.upper()
    if term.value.prefix:
        return contains(("key",), term.value)
    if not CASE_KEY.fullmatch(wanted):
        raise wrong(term.value, field, ())
    return OneOf(field, frozenset({asking.resolver.key_now(wanted)}))


def text(asking: Asking, term: Term, field: Field) -> Condition:
    return contains((field.name,), term.value)


def status(asking: Asking, term: Term, field: Field) -> Condition:
    """A status by its name in any case type, or a whole group of them."""
    statuses = [(row["name"], row["group"]) for kind in asking.resolver.types() for row in kind.statuses]
    named = matching(term.value, [name for name, _ in statuses])
    groups = frozenset(matching(term.value, [group.value for group in Group]))
    if not named and not groups:
        raise wrong(term.value, field, list(dict.fromkeys(name for name, _ in statuses)))
    beside = frozenset(name for name, group in statuses if name in named and group not in groups)
    conditions = [OneOf(GROUP, groups)] if groups else []
    conditions += [OneOf(field, beside)] if beside else []
    return conditions[0] if len(conditions) == 1 else Either(tuple(conditions))


def matching(value: Value, names: Collection[str]) -> list[str]:
    wanted = alike(folded(value.text))
    folds = {name: alike(folded(name)) for name in names}
    return [name for name, fold in folds.items() if fold == wanted or (value.prefix and fold.startswith(wanted))]


def case_type(asking: Asking, term: Term, field: Field) -> Condition:
    ids = {kind.name: kind.id for kind in asking.resolver.types()}
    found = matching(term.value, ids)
    if not found:
        raise wrong(term.value, field, ids)
    return OneOf(field, frozenset(ids[name] for name in found))


def source(asking: Asking, term: Term, field: Field) -> Condition:
    names = {name: source.value for source in Source for name in (source.value, source.name.casefold())}
    found = matching(term.value, names)
    if not found:
        raise wrong(term.value, field, names)
    return OneOf(field, frozenset(names[name] for name in found))


def priority(asking: Asking, term: Term, field: Field) -> Condition:
    """P1 is the highest: ``>=P2`` means P1 and P2."""
    ranks = [rank_named(value, term, field) if value else None for value in term.values]
    if term.op == "..":
        low, high = (RANKS.index(rank) if rank else None for rank in ranks)
        if low is not None and high is not None and low > high:
            low, high = high, low
        return OneOf(field, frozenset(RANKS[low or 0 : len(RANKS) if high is None else high + 1]))
    rank = ranks[0] or Priority.NOT_SET.value
    if term.op == ":":
        return OneOf(field, frozenset({rank}))
    at = RANKS.index(rank)
    chosen = {">": RANKS[:at], ">=": RANKS[: at + 1], "<": RANKS[at + 1 :], "<=": RANKS[at:]}[term.op]
    return OneOf(field, frozenset(chosen))


def rank_named(value: Value, term: Term, field: Field) -> str:
    try:
        found = priority_named(value.text).value
    except Invalid:
        found = None
    if value.prefix or found is None or (found not in RANKS and term.op != ":"):
        raise wrong(value, field, RANKS)
    return found


def person(asking: Asking, term: Term, field: Field) -> Condition:
    return OneOf(field, frozenset({person_id(asking, term.value, field)}))


def person_id(asking: Asking, value: Value, field: Field) -> str:
    name = value.text.lstrip("@").strip()
    if value.person:
        return value.person
    if value.team:
        raise QueryError(f"This is a team. Write team: instead of {field.name}:.", value.span)
    if name.casefold() in {"me", CASEBOOK}:
        return asking.viewer.actor if name.casefold() == "me" else CASEBOOK
    found = {} if value.prefix else asking.resolver.people(name)
    if len(found) == 1:
        return next(iter(found))
    if found:
        raise QueryError(
            f"{len(found)} people are called {quoted(name)}: {', '.join(sorted(found.values())[:5])}. "
            "Write the full name in quotes, or choose the person from the list that opens after @.",
            value.span,
        )
    if asking.resolver.team_with(name) is not None:
        raise QueryError(f"{quoted(name)} is a team. Write team: instead of {field.name}:.", value.span)
    near = nearest(name, asking.resolver.people_names(name))
    raise QueryError(f"Nobody here is called {quoted(name)}.{near} It takes {field.kind.value}.", value.span)


def team(asking: Asking, term: Term, field: Field) -> Condition:
    value = term.value
    name = value.text.lstrip("@").strip()
    if value.person:
        raise QueryError("This is a person. Write assignee: instead of team:.", value.span)
    if not value.team and name.casefold() == "me":
        return OneOf(field, asking.viewer.teams)
    found = asking.resolver.team_of_slack(value.team) if value.team else asking.resolver.team_with(name)
    if found is None or value.prefix:
        near = "" if value.team else nearest(name, asking.resolver.team_handles())
        raise QueryError(f"There is no team {quoted(name)}.{near} It takes {field.kind.value}.", value.span)
    return OneOf(field, frozenset({found}))


def other(asking: Asking, term: Term, field: Field) -> Condition:
    """Attributes and tickets."""
    wanted = comparable(term.value.text)
    if term.value.prefix:
        return StartsWith(field, wanted)
    return OneOf(field, frozenset({wanted}))


def moment(asking: Asking, term: Term, field: Field) -> Condition:
    return Between(field, *moments(term, field.kind.value, asking.viewer.now, asking.viewer.zone))


def day(asking: Asking, term: Term, field: Field) -> Condition:
    return Between(field, *days(term, field.kind.value, asking.viewer.now, asking.viewer.zone))


READERS: dict[Kind, Callable[[Asking, Term, Field], Condition]] = {
    Kind.TEXT: text,
    Kind.KEY: key,
    Kind.PROJECT: project,
    Kind.STATUS: status,
    Kind.PRIORITY: priority,
    Kind.TYPE: case_type,
    Kind.PERSON: person,
    Kind.TEAM: team,
    Kind.SOURCE: source,
    Kind.ATTRIBUTE: other,
    Kind.TICKET: other,
    Kind.MOMENT: moment,
    Kind.DAY: day,
}


def contains(columns: tuple[str, ...], value: Value) -> Condition:
    wanted = tuple(words(value.text))
    if not wanted:
        raise QueryError(
            f"{quoted(value.text)} has no letters or digits to search for. Leave it out, or add a word.", value.span
        )
    return Contains(columns, wanted, value.prefix)
