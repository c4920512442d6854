"""From the text of a query to choices in a form: what ``query_building`` would write for them means the same."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.domain.casetype import Group
from bot.domain.query import All, Node, Not, QueryError, Term, parse
from bot.domain.query import Any as AnyOf
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
    Known,
    Window,
    attribute,
    literal,
    spoken,
)
from bot.domain.query_conditions import OneOf
from bot.domain.query_fields import comparable
from bot.domain.query_meaning import condition_of
from bot.domain.query_values import Asking, matching
from bot.domain.query_writing import enclosed, written_term

STRETCH = re.compile(r"(\d{4}-\d\d-\d\d)?\.\.(\d{4}-\d\d-\d\d)?|(\d{4}-\d\d-\d\d)")


def read_choices(text: str, known: Known, asking: Asking) -> Choices:
    """What of a query can be chosen in a form; a text that is no query is all ``rest``."""
    try:
        query = parse(text)
    except QueryError:
        return Choices(rest=text)
    chosen, rest = Choices(), list[str]()
    for node in flat(query.where):
        taken = _taken(chosen, node, known, asking)
        chosen = taken or chosen
        if taken is None:
            rest.append(enclosed(node))
    if query.sort:
        order = _order(query.sort)
        chosen = replace(chosen, sort=order)
        rest += [] if order else [written_term(query.sort)]
    return replace(chosen, rest=" ".join(rest))


def flat(node: Node | None) -> Iterator[Node]:
    """The conditions that must all be met."""
    if isinstance(node, All):
        for part in node.parts:
            yield from flat(part)
    elif node:
        yield node


def either(node: Node) -> Iterator[Node]:
    """The conditions of which one must be met."""
    if isinstance(node, AnyOf):
        for part in node.parts:
            yield from either(part)
    else:
        yield node


def _order(term: Term) -> str:
    text = term.value.text.casefold()
    order = f"{'-' * text.startswith('-')}{text.lstrip('-+')}"
    return order if term.op == ":" and not term.value.prefix and order in ORDERS else ""


def _taken(chosen: Choices, node: Node, known: Known, asking: Asking) -> Choices | None:
    """The choices with this condition among them; ``None`` if the form has no place for it."""
    if isinstance(node, Not):
        fact = _fact(node.part)
        return replace(chosen, without=(*chosen.without, fact)) if fact and fact not in chosen.without else None
    terms = list(either(node))
    if not all(isinstance(term, Term) for term in terms):
        return None
    asked = _Asked([term for term in terms if isinstance(term, Term)], known, asking)
    for name, read in READERS.items():
        value = read(asked)
        if value:
            return _with(chosen, name, value)
    return None


def _with(chosen: Choices, name: str, value: Any) -> Choices | None:
    there = getattr(chosen, name)
    if name == "words":
        value = f"{there} {value}".strip()
    elif name in {"has", "without"}:
        if value[0] in there:
            return chosen
        value = (*there, *value)
    elif there:
        return None
    return replace(chosen, **{name: value})


def _fact(node: Node) -> str:
    """What ``has:`` asks for."""
    if not isinstance(node, Term) or node.field != "has" or node.op != ":" or node.value.prefix:
        return ""
    name = comparable(node.value.text)
    return name if name in FACTS else ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One condition of a query, or several terms with OR between them. Each reader answers empty if it is not meant."""

    terms: Sequence[Term]
    known: Known
    asking: Asking

    def only(self, *names: str) -> Term | None:
        return self.terms[0] if len(self.terms) == 1 and self.terms[0].field in names else None

    def all_of(self, *names: str) -> Sequence[Term]:
        fits = all(term.field in names and term.op == ":" and not term.value.prefix for term in self.terms)
        return self.terms if fits else ()

    def words(self) -> str:
        term = self.only("")
        if not term or term.op != ":":
            return ""
        value = term.value
        text = f"{chr(34) * value.exact}{value.text}{chr(34) * value.exact}{'*' * value.prefix}"
        return text if list(spoken(text)) == [written_term(term)] else ""

    def projects(self) -> tuple[str, ...]:
        keys = [term.value.text.upper() for term in self.all_of("project")]
        return tuple(dict.fromkeys(keys)) if set(keys) <= set(self.known.projects) else ()

    def statuses(self) -> tuple[str, ...]:
        found = [self._status(term) for term in self.all_of("status", "is")]
        return tuple(dict.fromkeys(found)) if all(found) else ()

    def _status(self, term: Term) -> str:
        if term.field == "is":
            return {"open": NOT_CLOSED, "closed": Group.CLOSED.value}.get(comparable(term.value.text), "")
        return next(iter(matching(term.value, (*GROUPS, *self.known.statuses))), "")

    def types(self) -> tuple[str, ...]:
        found = [matching(term.value, self.known.types) for term in self.all_of("type")]
        return tuple(dict.fromkeys(names[0] for names in found)) if all(found) else ()

    def priorities(self) -> tuple[str, ...]:
        if not all(term.field == "priority" for term in self.terms):
            return ()
        wanted = frozenset[str]()
        for term in self.terms:
            asked = self._condition(term)
            if not isinstance(asked, OneOf):
                return ()
            wanted |= frozenset(PRIORITIES) - asked.values if asked.negated else asked.values
        return tuple(rank for rank in PRIORITIES if rank in wanted)

    def whose(self, name: str) -> str:
        term = self.only(name)
        if not term:
            return ""
        asked, said = self._condition(term), comparable(term.value.text).lstrip("@")
        if not isinstance(asked, OneOf) or (name == "team" and term.value.team):
            return ""
        if None in asked.values:
            return ANY if asked.negated else NONE
        if said == ME and not term.value.person:
            return ME
        if name == "team":
            return term.value.text.lstrip("@").strip()
        who = str(next(iter(asked.values)))
        return who if who.isalnum() and who.isupper() else ""

    def window(self, name: str) -> Window:
        if name == "due" and (term := self.only("is")):
            return Window(OVERDUE) if comparable(term.value.text) == OVERDUE else Window()
        term = self.only(name)
        if not term or self._condition(term) is None:
            return Window()
        said = written_term(term).removeprefix(f"{name}:")
        if said in WINDOWS[name]:
            return Window(said)
        days = STRETCH.fullmatch(said)
        if not days:
            return Window()
        start, end, both = (date.fromisoformat(day) if day else None for day in days.groups())
        return Window("", both or start, both or end)

    def attribute(self, name: str) -> str:
        term = self.only(name)
        if not term or term.op != ":" or not comparable(term.value.text):
            return ""
        text = f"{term.value.text}{'*' * term.value.prefix}"
        return text if attribute(name, text) in {written_term(term), f"{name}:{literal(text)}"} else ""

    def has(self) -> tuple[str, ...]:
        fact = _fact(self.terms[0]) if len(self.terms) == 1 else ""
        return (fact,) if fact else ()

    def _condition(self, term: Term) -> Any:
        """``None`` for what means nothing to this person: the text keeps it, and says what is wrong with it."""
        try:
            return condition_of(term, self.asking)
        except QueryError:
            return None


READERS: dict[str, Callable[[_Asked], Any]] = {
    "words": _Asked.words,
    "projects": _Asked.projects,
    "statuses": _Asked.statuses,
    "priorities": _Asked.priorities,
    "types": _Asked.types,
    "assignee": lambda asked: asked.whose("assignee"),
    "reporter": lambda asked: asked.whose("reporter"),
    "team": lambda asked: asked.whose("team"),
    "created": lambda asked: asked.window("created"),
    "updated": lambda asked: asked.window("updated"),
    "due": lambda asked: asked.window("due"),
    "service": lambda asked: asked.attribute("service"),
    "env": lambda asked: asked.attribute("env"),
    "has": _Asked.has,
}
