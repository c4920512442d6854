"""Tickets in Jira and ServiceNow, and the addresses by which people are known there."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.domain.base import UTC

revision: str = "0006"
down_revision: str | Sequence[str] | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("people") as people:
        people.add_column(sa.Column("email", sa.String(254), nullable=True))
    op.create_index("ix_people_email", "people", ["email"])
    op.add_column("cases", sa.Column("ticket_count", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "tickets",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("case_id", BIG, sa.ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("partner", sa.String(16), nullable=False),
        sa.Column("foreign_id", sa.String(64), index=True),
        sa.Column("foreign_kind", sa.String(80), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("folded_key", sa.String(80), nullable=False, index=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("status", sa.String(80), nullable=False),
        sa.Column("assignee", sa.String(120), nullable=False),
        sa.Column("health", sa.String(16), nullable=False),
        sa.Column("problem", sa.Text()),
        sa.Column("problem_at", UTC()),
        sa.Column("problem_in", sa.String(16), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("base", sa.JSON(), nullable=False),
        sa.Column("conflicts", sa.JSON(), nullable=False),
        sa.Column("linked_by", sa.String(32), nullable=False),
        sa.Column("linked_at", UTC(), nullable=False),
        sa.Column("unlinked_at", UTC()),
        sa.UniqueConstraint("partner", "foreign_id", "case_id"),
    )
    op.create_table(
        "ticket_notes",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("ticket_id", BIG, sa.ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("note_id", BIG, sa.ForeignKey("notes.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("foreign_id", sa.String(64), nullable=False),
        sa.Column("is_theirs", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.UniqueConstraint("ticket_id", "foreign_id"),
    )
    op.create_table(
        "ticket_terms",
        sa.Column("project_id", sa.Integer(), sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("partner", sa.String(16), primary_key=True),
        sa.Column("ways", sa.JSON(), nullable=False),
        sa.Column("statuses", sa.JSON(), nullable=False),
        sa.Column("priorities", sa.JSON(), nullable=False),
        sa.Column("internal", sa.Boolean()),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("subtype", sa.String(80), nullable=False),
        sa.Column("changed_by", sa.String(32), nullable=False),
        sa.Column("changed_at", UTC(), nullable=False),
    )
    op.create_table(
        "ticket_news",
        sa.Column("partner", sa.String(16), primary_key=True),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("account", sa.String(120), nullable=False),
        sa.Column("read_at", UTC()),
        sa.Column("problem", sa.Text()),
        sa.Column("problem_at", UTC()),
    )


def downgrade() -> None:
    """Tickets stay where they are; an older Casebook knows nothing of them."""
    for table in ("ticket_news", "ticket_terms", "ticket_notes", "tickets"):
        op.drop_table(table)
    op.drop_index("ix_people_email", "people")
    op.drop_column("cases", "ticket_count")
    with op.batch_alter_table("people") as people:
        people.drop_column("email")
