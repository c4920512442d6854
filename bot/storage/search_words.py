"""Words and phrases in the two databases' own full-text languages, and documents as they keep them.

Both are given words that ``query_words`` has folded and split, so that neither does it in its own way.
"""

from collections import defaultdict
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, select
from sqlalchemy.dialects.postgresql import TSQUERY

from bot.domain.query_conditions import Both, Condition, Contains, Either, is_text, negation
from bot.domain.query_words import COLUMNS, GAP, Document
from bot.storage.search_tables import ALL_WORDS, DOCUMENTS, WORDS

IN_TITLE = ("key", "title")
# PostgreSQL keeps a second entry for the words of these, so that asking for them alone needs the index alone.
MARKS = {"key": "k/", "title": "t/"}


def in_title(condition: Condition) -> Condition:
    """The same words, but standing in the title or being the key."""
    if isinstance(condition, Contains):
        return replace(condition, columns=IN_TITLE) if condition.columns == COLUMNS else condition
    if isinstance(condition, Either):
        return Either(tuple(in_title(part) for part in condition.parts))
    if isinstance(condition, Both):
        return Both(tuple(in_title(part) if is_text(part) else part for part in condition.parts))
    return condition


def fts5(condition: Condition) -> str:
    match condition:
        case Contains():
            return _fts5_words(condition)
        case Either():
            return f"({' OR '.join(fts5(part) for part in condition.parts)})"
        case Both():
            wanted = [fts5(part) for part in condition.parts if is_text(part)]
            excluded = [fts5(negation(part)) for part in condition.parts if not is_text(part)]
            return "(" + " NOT ".join(["(" + " AND ".join(wanted) + ")", *excluded]) + ")"
    raise TypeError(condition)


def _fts5_words(wanted: Contains) -> str:
    columns = "" if wanted.columns == COLUMNS else f"{{{' '.join(wanted.columns)}}} : "
    return f'({columns}"{" ".join(wanted.words)}"{" *" if wanted.prefix else ""})'


def tsquery(condition: Condition) -> str:
    match condition:
        case Contains():
            return _tsquery_words(condition)
        case Either():
            return f"({' | '.join(tsquery(part) for part in condition.parts)})"
        case Both():
            return f"({' & '.join(_signed(part) for part in condition.parts)})"
    raise TypeError(condition)


def _signed(part: Condition) -> str:
    return tsquery(part) if is_text(part) else f"!{tsquery(negation(part))}"


def _tsquery_words(wanted: Contains) -> str:
    marks = [""] if wanted.columns == COLUMNS else [MARKS[column] for column in wanted.columns]
    *first, last = wanted.words
    end = f"'{{mark}}{last}'{':*' if wanted.prefix else ''}"
    phrase = " <-> ".join([*(f"'{{mark}}{word}'" for word in first), end])
    return f"({' | '.join(f'({phrase.format(mark=mark)})' for mark in marks)})"


def tsvector(document: Document) -> str:
    """Every word with its places; there is a gap between one column and the next."""
    places: dict[str, list[int]] = defaultdict(list)
    place = 0
    for column in COLUMNS:
        mark = MARKS.get(column)
        for word in document.column(column):
            place += 1
            if word != GAP:
                places[word].append(place)
                if mark:
                    places[mark + word].append(place)
        place += 1
    return " ".join(f"'{word}':{','.join(map(str, found))}" for word, found in places.items())


def listing(condition: Condition, *, sqlite: bool, without: Condition | None = None) -> Select[Any]:
    """The ids of the cases whose text meets the condition and not ``without``."""
    if sqlite:
        wanted = f"{fts5(condition)} NOT {fts5(without)}" if without else fts5(condition)
        return select(WORDS.c.rowid.label("id")).where(ALL_WORDS.op("MATCH")(wanted))
    wanted = f"{tsquery(condition)} & !{tsquery(without)}" if without else tsquery(condition)
    return select(DOCUMENTS.c.case_id.label("id")).where(_found(wanted))


def document_has(condition: Condition) -> ColumnElement[bool]:
    """Asked of PostgreSQL's documents, each that something else has found."""
    return _found(tsquery(condition))


def _found(wanted: str) -> ColumnElement[bool]:
    return DOCUMENTS.c.document.op("@@", is_comparison=True)(cast(wanted, TSQUERY))
