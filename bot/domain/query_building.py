"""From choices in a form to the text of a query, for people who do not know the language yet.

``query_choices`` goes the other way. What a query says beyond the choices is kept beside them as text, in ``rest``.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.casetype import Group
from bot.domain.query import Any as AnyOf
from bot.domain.query import QueryError, Term, parse
from bot.domain.query_fields import HAS, SORTS, comparable
from bot.domain.query_meaning import FORGOTTEN_COLON
from bot.domain.query_text import plain
from bot.domain.query_values import RANKS
from bot.domain.query_words import words
from bot.domain.query_writing import enclosed, escaped, written, written_term

NOT_CLOSED = "not closed"
GROUPS = tuple(group.value for group in Group)
PRIORITIES = (*RANKS, "none")
OVERDUE = "overdue"
ME, NONE, ANY = "me", "none", "any"
PHRASE_OR_WORD = re.compile(r'"[^"]*"\*?|[^\s"]+')
SIMPLE = re.compile(r"[^\W_][\w.-]*")

# What a form offers: the words behind the field's colon.
WINDOWS = {
    "created": ("today", "<1d", "<7d", "<30d", "<90d", ">30d"),
    "updated": ("today", "<1d", "<7d", "<30d", ">7d", ">30d"),
    "due": (OVERDUE, "today", "today..7d", "today..30d", ANY, NONE),
}
ORDERS = tuple(f"{sign}{name}" for name in SORTS for sign in ("-", ""))
FACTS = tuple(HAS)


@dataclass(frozen=True, slots=True)
class Window:
    """``preset`` is one of ``WINDOWS``; else the days ``start`` to ``end``, both included, either of which may lack."""

    preset: str = ""
    start: date | None = None
    end: date | None = None

    def __bool__(self) -> bool:
        return bool(self.preset or self.start or self.end)


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything may be left out. Several values of a field are alternatives.

    ``words`` are literal but for phrases in quotes and ``*``. ``projects`` are keys; ``statuses`` names, groups or
    ``NOT_CLOSED``; ``types`` names. ``assignee`` and ``reporter`` are a Slack id, ``me``, ``none`` or ``any``, ``team``
    a handle or one of these. ``has`` and ``without`` are among ``FACTS``, ``sort`` among ``ORDERS``.
    """

    words: str = ""
    projects: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    assignee: str = ""
    reporter: str = ""
    team: str = ""
    created: Window = Window()
    updated: Window = Window()
    due: Window = Window()
    service: str = ""
    env: str = ""
    has: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    sort: str = ""
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What can be chosen by name: the keys of projects, the names of statuses and of case types."""

    projects: Sequence[str] = ()
    statuses: Sequence[str] = ()
    types: Sequence[str] = ()


def query_text(chosen: Choices) -> str:
    """Raises ``QueryError`` only for a ``rest`` that is no query, and for more than a query can hold."""
    rest = parse(chosen.rest)
    parts = [
        *spoken(chosen.words),
        alternatives("project", chosen.projects),
        state(chosen.statuses),
        alternatives("priority", chosen.priorities),
        alternatives("type", chosen.types),
        *(whose(name, getattr(chosen, name)) for name in ("assignee", "reporter", "team")),
        *(window(name, getattr(chosen, name)) for name in WINDOWS),
        *(attribute(name, getattr(chosen, name)) for name in ("service", "env")),
        *(f"has:{fact}" for fact in chosen.has),
        *(f"-has:{fact}" for fact in chosen.without),
        enclosed(rest.where) if isinstance(rest.where, AnyOf) else written(rest.where),
        written_term(rest.sort) if rest.sort else "",
        f"sort:{chosen.sort}" if chosen.sort else "",
    ]
    text = " ".join(part for part in parts if part)
    parse(text)
    return text


def spoken(text: str) -> Iterator[str]:
    """Each word so that it is searched for as it stands; signs without a letter are left out: no case has them."""
    for found in PHRASE_OR_WORD.findall(cleaned(text)):
        if words(found):
            yield escaped(found) if is_bare(found) else literal(found)


def cleaned(text: str) -> str:
    return "".join(plain(character) for character in text)


def is_bare(word: str) -> bool:
    """Whether this is read as a word or a phrase to search for."""
    try:
        read = parse(escaped(word)).where
    except QueryError:
        return False
    return isinstance(read, Term) and not read.field and (read.value.exact or not FORGOTTEN_COLON.fullmatch(word))


def literal(text: str) -> str:
    """In quotes, which a text cannot have within; a ``*`` at its end stays a sign."""
    bare = " ".join(cleaned(text).replace('"', " ").split())
    return f'"{escaped(bare.rstrip("*"))}"{"*" * bare.endswith("*")}'


def named(text: str) -> str:
    """A name as a value: in quotes unless it is one simple word that means nothing else."""
    return text if SIMPLE.fullmatch(text) and comparable(text) not in {NONE, ANY} else literal(text)


def alternatives(name: str, values: Sequence[str]) -> str:
    """``none`` is no name here."""
    said = [value if value == NONE else named(value) for value in values]
    return f"{name}:({' OR '.join(said)})" if len(said) > 1 else f"{name}:{said[0]}" if said else ""


def state(values: Sequence[str]) -> str:
    names = alternatives("status", [value for value in values if value != NOT_CLOSED])
    if NOT_CLOSED not in values:
        return names
    return f"(is:open OR {names})" if names else "is:open"


def whose(name: str, who: str) -> str:
    if not who:
        return ""
    if who in {ME, NONE, ANY}:
        return f"{name}:{'@' * (who == ME)}{who}"
    if name == "team":
        return f"team:@{who}" if SIMPLE.fullmatch(who) else f"team:{literal(who)}"
    return f"{name}:<@{who}>"


def window(name: str, when: Window) -> str:
    if when.preset:
        return f"is:{OVERDUE}" if when.preset == OVERDUE else f"{name}:{when.preset}"
    if not when:
        return ""
    start, end = when.start, when.end
    if start and end and start > end:
        start, end = end, start
    return f"{name}:{start}" if start == end else f"{name}:{start or ''}..{end or ''}"


def attribute(name: str, value: str) -> str:
    bare = cleaned(value).strip()
    if not bare.strip('"* '):
        return f"{name}:{ANY}" if bare else ""
    if bare.endswith("*") and SIMPLE.fullmatch(bare[:-1]):
        return f"{name}:{bare}"
    return f"{name}:{named(bare)}"
