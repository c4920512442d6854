"""When a case was first taken, for every case that there is, and statistics that are sent every week."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.domain.base import UTC

revision: str = "0008"
down_revision: str | Sequence[str] | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# How each database looks into what an entry changed: what was there before, and what afterwards.
INTO = {
    "sqlite": ("json_extract(entries.changes, '$.{}[0]')", "json_extract(entries.changes, '$.{}[1]')"),
    "postgresql": ("entries.changes -> '{}' ->> 0", "entries.changes -> '{}' ->> 1"),
}
HAS = {
    "sqlite": "json_type(entries.changes, '$.assignee') IS NOT NULL",
    "postgresql": "(entries.changes -> 'assignee') IS NOT NULL",
}
# Opening changes nothing, so who had a case at once is seen from the first entry that takes it from them, or from the
# case itself if there is none. Somebody who opens a case for themselves begins to work on it, and has it too.
TAKEN = """
UPDATE cases SET taken_at = CASE
    WHEN EXISTS (SELECT 1 FROM entries WHERE entries.case_id = cases.id AND {has}) THEN (
        SELECT CASE WHEN {before} IS NOT NULL THEN cases.created_at END
        FROM entries WHERE entries.case_id = cases.id AND {has} ORDER BY entries.id LIMIT 1
    )
    WHEN cases.assignee IS NOT NULL THEN cases.created_at
END
"""
LATER = """
UPDATE cases SET taken_at = (
    SELECT min(entries.at) FROM entries
    WHERE entries.case_id = cases.id AND ({after} IS NOT NULL OR {group} = 'in progress')
)
WHERE taken_at IS NULL
"""


def backfill(dialect: str) -> list[str]:
    before, after = INTO[dialect]
    return [
        TAKEN.format(has=HAS[dialect], before=before.format("assignee")),
        LATER.format(after=after.format("assignee"), group=after.format("group")),
    ]


def upgrade() -> None:
    op.add_column("cases", sa.Column("taken_at", UTC(), nullable=True))
    for statement in backfill(op.get_bind().dialect.name):
        op.execute(statement)
    op.create_table(
        "weeklies",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False, index=True),
        sa.Column("owner", sa.String(32), nullable=False, index=True),
        sa.Column("day", sa.String(8), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("tz", sa.String(64), nullable=False),
        sa.Column("due_at", UTC(), nullable=False, index=True),
        sa.Column("problem", sa.Text()),
        sa.Column("origin", sa.String(255)),
        sa.Column("created_at", UTC(), nullable=False),
        sa.UniqueConstraint("origin"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("weeklies")
    with op.batch_alter_table("cases") as cases:
        cases.drop_column("taken_at")
