"""Whether one case meets a query, without a database. The same answer as ``storage.search`` gives."""

from collections.abc import Sequence

from bot.domain.case import Case
from bot.domain.query import Query, Viewer
from bot.domain.query_conditions import Between, Both, Condition, Contains, Either, Leaf, Meaning, OneOf, StartsWith
from bot.domain.query_meaning import understand
from bot.domain.query_values import Resolver
from bot.domain.query_words import Document, document


def matches(query: Query, case: Case, viewer: Viewer, resolver: Resolver, notes: Sequence[str] = ()) -> bool:
    """``notes``: the texts of the case's notes, oldest first, without deleted ones. Raises ``QueryError``."""
    return meets(understand(query, viewer, resolver), case, notes)


def meets(meaning: Meaning, case: Case, notes: Sequence[str] = ()) -> bool:
    """The same for a query that was understood before, which is worth keeping when many cases are asked."""
    return case.project_id in meaning.projects and Asked(case, notes).holds(meaning.where)


class Asked:
    def __init__(self, case: Case, notes: Sequence[str]) -> None:
        self.case = case
        self.notes = notes
        self._document: Document | None = None

    @property
    def document(self) -> Document:
        self._document = self._document or document(self.case, self.notes)
        return self._document

    def holds(self, condition: Condition) -> bool:
        if isinstance(condition, Both):
            return all(self.holds(part) for part in condition.parts)
        if isinstance(condition, Either):
            return any(self.holds(part) for part in condition.parts)
        return self.leaf(condition) != condition.negated

    def leaf(self, leaf: Leaf) -> bool:
        match leaf:
            case OneOf():
                return any(value in leaf.values for value in leaf.field.values(self.case))
            case Between():
                return any(
                    value is not None
                    and (leaf.low is None or value >= leaf.low)
                    and (leaf.high is None or value < leaf.high)
                    for value in leaf.field.values(self.case)
                )
            case StartsWith():
                return any(
                    value is not None and value.startswith(leaf.prefix) for value in leaf.field.values(self.case)
                )
            case Contains():
                return any(occurs(leaf, self.document.column(column)) for column in leaf.columns)


def occurs(wanted: Contains, text: Sequence[str]) -> bool:
    """Whether the words stand side by side in the text."""
    *first, last = wanted.words
    for at in range(len(text) - len(first)):
        word = text[at + len(first)]
        if (word == last or (wanted.prefix and word.startswith(last))) and list(text[at : at + len(first)]) == first:
            return True
    return False
