"""Alerts behind cases, watched channels, and the addresses that alerts are sent to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.domain.base import UTC

revision: str = "0007"
down_revision: str | Sequence[str] | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("project_id", sa.Integer(), sa.ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("is_current", sa.Boolean()),
        sa.Column("case_id", BIG, sa.ForeignKey("cases.id", ondelete="CASCADE"), index=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.String(200), nullable=False),
        sa.Column("first_at", UTC(), nullable=False),
        sa.Column("last_at", UTC(), nullable=False),
        sa.Column("moved_at", UTC(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("moves_since", UTC(), nullable=False),
        sa.Column("is_stale", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("project_id", "source", "key", "is_current"),
    )
    op.create_index(
        "ix_alerts_is_stale", "alerts", ["id"], sqlite_where=sa.text("is_stale"), postgresql_where=sa.text("is_stale")
    )
    op.create_index(
        "ix_alerts_caseless",
        "alerts",
        ["last_at"],
        sqlite_where=sa.text("case_id IS NULL"),
        postgresql_where=sa.text("case_id IS NULL"),
    )
    op.create_table(
        "alert_arrivals",
        sa.Column("project_id", sa.Integer(), sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("source", sa.String(16), primary_key=True),
        sa.Column("delivery", sa.String(128), primary_key=True),
        sa.Column("at", UTC(), nullable=False),
    )
    op.create_index("ix_alert_arrivals_at", "alert_arrivals", ["at"])
    op.create_table(
        "watches",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "project_id", sa.Integer(), sa.ForeignKey("projects.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("channel", sa.String(32), sa.ForeignKey("channels.id"), nullable=False),
        sa.Column("systems", sa.JSON(), nullable=False),
        sa.Column("words", sa.String(200), nullable=False),
        sa.Column("any_word", sa.Boolean(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("resolves", sa.Boolean(), nullable=False),
        sa.Column("reopen_minutes", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(32), nullable=False),
        sa.Column("changed_at", UTC(), nullable=False),
        sa.UniqueConstraint("channel", "project_id"),
    )
    op.create_table(
        "hooks",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project_id", sa.Integer(), sa.ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("sealed", sa.Text()),
        sa.Column("resolves", sa.Boolean(), nullable=False),
        sa.Column("reopen_minutes", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(32), nullable=False),
        sa.Column("changed_at", UTC(), nullable=False),
        sa.UniqueConstraint("project_id", "source"),
    )


def downgrade() -> None:
    """Cases stay; what was behind them is forgotten."""
    for table in ("hooks", "watches", "alert_arrivals", "alerts"):
        op.drop_table(table)
