"""The tables of the index, which migrations make by hand and no model knows."""

from sqlalchemy import BigInteger, ColumnClause, Text, column, literal_column, table
from sqlalchemy.dialects.postgresql import TSVECTOR

# SQLite has the words in four columns, PostgreSQL in one document.
DOCUMENTS = table(
    "case_search",
    column("case_id", BigInteger),
    *(column(name, Text) for name in ("key", "title", "description", "notes")),
    column("document", TSVECTOR),
)
# SQLite only: the full-text index over the table above, asked by its own name.
WORDS = table("case_search_words", column("rowid", BigInteger))
ALL_WORDS: ColumnClause[str] = literal_column("case_search_words", Text)
ATTRIBUTES = table("case_search_attributes", column("case_id", BigInteger), column("name", Text), column("value", Text))
