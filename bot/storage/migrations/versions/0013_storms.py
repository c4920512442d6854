"""Alert storms, how many cases a source may open before one, and queries that watched channels ask."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.domain.base import UTC

revision: str = "0013"
down_revision: str | Sequence[str] | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SOURCES = ("hooks", "watches")


def upgrade() -> None:
    op.add_column("alerts", sa.Column("intake", sa.String(24), nullable=False, server_default=""))
    op.create_index("ix_alerts_intake", "alerts", ["intake", "first_at"])
    for table in SOURCES:
        op.add_column(table, sa.Column("most_cases", sa.Integer(), nullable=False, server_default="50"))
    op.add_column("watches", sa.Column("query", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "storms",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("case_id", BIG, sa.ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, unique=True),
        sa.Column("intake", sa.String(24), nullable=False),
        sa.Column("is_raging", sa.Boolean()),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("resolves", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.String(8), nullable=False),
        sa.Column("began_at", UTC(), nullable=False),
        sa.Column("ended_at", UTC()),
        sa.Column("recovered_at", UTC()),
        sa.Column("kinds", sa.Integer(), nullable=False),
        sa.Column("recovered", sa.Integer(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("last_at", UTC(), nullable=False),
        sa.UniqueConstraint("intake", "is_raging"),
    )


def downgrade() -> None:
    """Cases of storms stay, as cases without an alert."""
    op.drop_table("storms")
    op.execute("UPDATE cases SET source = 'other alert' WHERE source = 'alert storm'")
    op.drop_column("watches", "query")
    for table in SOURCES:
        op.drop_column(table, "most_cases")
    op.drop_index("ix_alerts_intake", "alerts")
    op.drop_column("alerts", "intake")
