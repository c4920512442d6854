"""Bulk edits, and the keys that moved cases had before."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.domain.base import UTC

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bulks",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("actor", sa.String(32), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("deed", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("back_total", sa.Integer(), nullable=False),
        sa.Column("back_done", sa.Integer(), nullable=False),
        sa.Column("created_at", UTC(), nullable=False),
        sa.Column("ended_at", UTC(), nullable=True),
        sa.Column("channel", sa.String(32), nullable=True),
        sa.Column("ts", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_bulks"),
    )
    op.create_index("ix_bulks_created_at", "bulks", ["created_at"])
    op.create_table(
        "bulk_cases",
        sa.Column("bulk_id", BIG_ID, nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(24), nullable=False),
        sa.Column("became", sa.String(16), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("entry_id", BIG_ID, nullable=True),
        sa.Column("concerns", sa.JSON(), nullable=True),
        sa.Column("back", sa.String(16), nullable=True),
        sa.Column("back_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulks.id"], name="fk_bulk_cases_bulk_id_bulks", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("bulk_id", "case_id", name="pk_bulk_cases"),
    )
    op.create_table(
        "former_keys",
        sa.Column("key", sa.String(24), nullable=False),
        sa.Column("case_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_former_keys_case_id_cases", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name="pk_former_keys"),
    )
    op.create_index("ix_former_keys_case_id", "former_keys", ["case_id"])


def downgrade() -> None:
    for table in ("former_keys", "bulk_cases", "bulks"):
        op.drop_table(table)
