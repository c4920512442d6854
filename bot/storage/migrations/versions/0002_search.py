"""Search: the words of each case, its attributes, and the indexes that lists are read from.

The words come folded and split from ``bot.domain.query_words``, so that both databases find the same ones. They are in
a table of their own: a change of status or assignee does not touch it, and a batch migration of ``cases`` on SQLite,
which drops the triggers of the table it recreates, does not lose the ones here.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.storage.search_index import refill

revision: str = "0002"
down_revision: str | Sequence[str] | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LIVE = "archived_at IS NULL"
# Name → columns and which rows. What is read in the order of the last change ends in it.
INDEXES = {
    "ix_cases_group_updated": (["status_group", "updated_at"], LIVE),
    "ix_cases_project_updated": (["project_id", "status_group", "updated_at"], LIVE),
    "ix_cases_assignee_updated": (["assignee", "status_group", "updated_at"], LIVE),
    "ix_cases_reporter_updated": (["reporter", "status_group", "updated_at"], LIVE),
    "ix_cases_priority_updated": (["priority", "status_group", "updated_at"], LIVE),
    "ix_cases_type_updated": (["type_id", "status_group", "updated_at"], LIVE),
    "ix_cases_source_updated": (["source", "status_group", "updated_at"], LIVE),
    "ix_cases_status_updated": (["status", "status_group", "updated_at"], LIVE),
    "ix_cases_group_created": (["status_group", "created_at"], LIVE),
    "ix_cases_group_due": (["status_group", "due"], f"{LIVE} AND due IS NOT NULL"),
    "ix_cases_closed": (["closed_at"], f"{LIVE} AND closed_at IS NOT NULL"),
    "ix_cases_archived": (["updated_at"], "archived_at IS NOT NULL"),
}
REPLACED = {
    "ix_cases_assignee_group": ["assignee", "status_group", "id"],
    "ix_cases_project_id_group": ["project_id", "status_group", "id"],
}

SQLITE = (
    """
    CREATE TABLE case_search (
        case_id INTEGER PRIMARY KEY REFERENCES cases (id) ON DELETE CASCADE,
        "key" TEXT NOT NULL, title TEXT NOT NULL, description TEXT NOT NULL, notes TEXT NOT NULL
    )
    """,
    # The words are folded already. The ascii tokenizer keeps everything beyond ASCII, and cuts at spaces.
    """
    CREATE VIRTUAL TABLE case_search_words USING fts5 (
        "key", title, description, notes,
        content='case_search', content_rowid='case_id', tokenize='ascii', prefix='2 3'
    )
    """,
    """
    CREATE TRIGGER case_search_inserted AFTER INSERT ON case_search BEGIN
        INSERT INTO case_search_words (rowid, "key", title, description, notes)
        VALUES (new.case_id, new."key", new.title, new.description, new.notes);
    END
    """,
    """
    CREATE TRIGGER case_search_deleted AFTER DELETE ON case_search BEGIN
        INSERT INTO case_search_words (case_search_words, rowid, "key", title, description, notes)
        VALUES ('delete', old.case_id, old."key", old.title, old.description, old.notes);
    END
    """,
    """
    CREATE TRIGGER case_search_updated AFTER UPDATE ON case_search BEGIN
        INSERT INTO case_search_words (case_search_words, rowid, "key", title, description, notes)
        VALUES ('delete', old.case_id, old."key", old.title, old.description, old.notes);
        INSERT INTO case_search_words (rowid, "key", title, description, notes)
        VALUES (new.case_id, new."key", new.title, new.description, new.notes);
    END
    """,
    """
    CREATE TABLE case_search_attributes (
        case_id INTEGER NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
        name TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (case_id, name)
    ) WITHOUT ROWID
    """,
)
POSTGRESQL = (
    """
    CREATE TABLE case_search (
        case_id BIGINT PRIMARY KEY REFERENCES cases (id) ON DELETE CASCADE,
        document TSVECTOR NOT NULL
    )
    """,
    "CREATE INDEX ix_case_search_document ON case_search USING gin (document)",
    """
    CREATE TABLE case_search_attributes (
        case_id BIGINT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
        name TEXT COLLATE "C" NOT NULL, value TEXT COLLATE "C" NOT NULL,
        PRIMARY KEY (case_id, name)
    )
    """,
)


def upgrade() -> None:
    for statement in SQLITE if is_sqlite() else POSTGRESQL:
        op.execute(statement)
    op.execute("CREATE INDEX ix_case_search_attributes_value ON case_search_attributes (name, value, case_id)")
    for name in REPLACED:
        op.drop_index(name, "cases")
    for name, (columns, where) in INDEXES.items():
        op.create_index(name, "cases", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    refill(op.get_bind())


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "cases")
    for name, columns in REPLACED.items():
        op.create_index(name, "cases", columns)
    op.execute("DROP TABLE case_search_attributes")
    if is_sqlite():
        op.execute("DROP TABLE case_search_words")
    op.execute("DROP TABLE case_search")


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
