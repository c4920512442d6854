"""How a query's cases are found: from a small set if there is one, else along an index in the wanted order.

Databases guess which index is best, SQLite without any statistics, and a wrong guess reads a million rows. So each
condition that may be rare is counted first, up to ``RARE``. If one is, its cases are fetched and sorted. If none is,
matches are so frequent that reading in the wanted order meets a page of them soon.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from bot.domain.query_conditions import Both, Condition, Either, Meaning, OneOf
from bot.domain.query_fields import KEY, PRIORITY, UPDATED, Field
from bot.storage.search_needs import LISTED, Few, Needs, about, narrowed, ranks
from bot.storage.search_reading import Part, count_listed, is_listed, page_of_both, page_of_rare
from bot.storage.search_slots import template
from bot.storage.search_words import in_title

RARE = 2000
# The words of a case cost more to look up than its row: beside them, so many times more cases still count as rare.
BESIDE_WORDS = 3
# SQLite asks its full-text index for one case in 30 µs, and lists a case of a word in 1 µs.
LISTABLE = 30_000


class Plan:
    """``values`` belong into the slots of every statement of its parts."""

    def __init__(self, session: Session, meaning: Meaning, *, sqlite: bool) -> None:
        self._session = session
        self._sqlite = sqlite
        self.meaning, self.values = template(meaning)
        self.needs = Needs(self.meaning)

    def parts(self) -> Sequence[Callable[[], Part]]:
        """One after the other they hold the result in order; each is worked out when it is needed."""
        sort = self.meaning.sort
        if sort is None:
            return self.best_first()
        if sort.field is PRIORITY:
            return [
                partial(self.in_order, UPDATED, also=rank) for rank in ranks(self.needs, descending=sort.descending)
            ]
        if not sort.field.optional:
            return [partial(self.in_order, sort.field, sort.descending)]
        dated = partial(self.in_order, sort.field, sort.descending, also=is_empty(sort.field, negated=True))
        if self.needs.cannot_lack(sort.field):
            return [dated]
        return [dated, partial(self.in_order, UPDATED, also=is_empty(sort.field))]

    def whole(self) -> Part:
        """All of it, in no particular order."""
        return self.unordered(self.meaning)

    def unordered(self, meaning: Meaning, *, apart: bool = True) -> Part:
        needs = Needs(meaning)
        if needs.text:
            return self.with_words(meaning, needs.text)
        field = needs.dated()
        few = self.fewest(self.telling(needs, field))
        if few is None and apart and (ways := needs.ways()):
            return Part(meaning, field, ways=tuple(self.unordered(way, apart=False) for way in ways))
        return Part(meaning, field, few=few)

    def best_first(self) -> Sequence[Callable[[], Part]]:
        """Those with the words in title or key, then those with the words anywhere; each the newest first."""
        text = self.needs.text
        assert text, "only words have best matches"  # noqa: S101
        near = in_title(text)
        if near == text:
            return [partial(self.with_words, self.meaning, text)]
        return [
            partial(self.with_words, self.meaning, near),
            partial(self.with_words, self.meaning, text, near),
        ]

    def best_at_once(self, limit: int) -> Sequence[Row[Any]] | None:
        """The first of what ``best_first`` holds, each row with the number of its ``part``, in one question.

        ``None`` if it is better to ask for one part after the other: on PostgreSQL, for words that are not rare.
        """
        text = self.needs.text
        if self.meaning.sort is not None or text is None or (near := in_title(text)) == text:
            return None
        if self._sqlite:
            first, then = (drawn() for drawn in self.best_first())
            return self._session.execute(page_of_both(first, then, limit), self.values).all()
        part = Part(self.meaning, None, text=text)
        rows = self._session.execute(page_of_rare(part, near, RARE, limit), self.values).all()
        return None if rows[0].listed > RARE else [row for row in rows if row.id is not None]

    def with_words(self, meaning: Meaning, text: Condition, without: Condition | None = None) -> Part:
        """SQLite lists words in order, newest first; PostgreSQL has to sort those that are rare."""
        rest = Needs(meaning).rest
        few = (None if self._sqlite else self.few(text)) or self.fewest(rest, BESIDE_WORDS * RARE)
        return Part(meaning, None, few=few, text=text, without=without)

    def in_order(self, field: Field, descending: bool = True, also: Condition | None = None) -> Part:
        meaning = self.meaning if also is None else narrowed(self.meaning, also)
        return self.read(meaning, field, descending)

    def read(self, meaning: Meaning, field: Field, descending: bool, *, apart: bool = True) -> Part:
        """``apart``: what OR stands between may be found each in its own way."""
        needs = Needs(meaning)
        few = self.fewest(self.telling(needs, field))
        if few is None and apart and (ways := needs.ways()):
            read = (self.read(way, field, descending, apart=False) for way in ways)
            return Part(meaning, field, descending, ways=tuple(read))
        return Part(meaning, field, descending, few=few, lists_text=few is None and self.lists(needs.text))

    def telling(self, needs: Needs, field: Field) -> list[Condition]:
        """The conditions worth counting: those without an index that can be read in this order."""
        candidates = [*needs.rest, *([needs.text] if needs.text else [])]
        return [part for part in candidates if field is not UPDATED or not about(part, *LISTED)]

    def lists(self, text: Condition | None) -> bool:
        if text is None or not self._sqlite:
            return False
        counting = count_listed(text, LISTABLE + 1, sqlite=True)
        return (self._session.scalar(counting) or 0) <= LISTABLE

    def fewest(self, conditions: Iterable[Condition], most: int | None = None) -> Few | None:
        """The cases that meet the rarest of the conditions, if that is rare at all."""
        found = [few for condition in conditions if (few := self.few(condition, most))]
        return min(found, key=lambda few: few.count, default=None)

    def few(self, condition: Condition, most: int | None = None) -> Few | None:
        """The cases that meet it, unless they are more than ``most``, or ``RARE``, or no index lists them."""
        if is_listed(condition, live=self.needs.archived is False):
            return self.counted(self.needs.placed(condition), RARE if most is None else most)
        if isinstance(condition, Both):
            return self.fewest(condition.parts, most)
        if isinstance(condition, Either):
            return self.few_of_each(condition.parts, most)
        return None

    def few_of_each(self, conditions: Sequence[Condition], most: int | None) -> Few | None:
        found: list[Few] = []
        for condition in conditions:
            few = self.few(condition, most)
            if few is None:
                return None
            found.append(few)
        return (
            Few(sum(few.count for few in found), tuple(one for few in found for one in few.any_of)) if found else None
        )

    def counted(self, condition: Condition, most: int) -> Few | None:
        if about(condition, KEY):
            return Few(len(condition.values), (condition,))
        counting = count_listed(condition, most + 1, sqlite=self._sqlite)
        count = self._session.scalar(counting, self.values) or 0
        return Few(count, (condition,)) if count <= most else None


def is_empty(field: Field, *, negated: bool = False) -> OneOf:
    return OneOf(field, frozenset({field.empty}), negated)
