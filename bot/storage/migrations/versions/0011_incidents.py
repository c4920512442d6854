"""Incidents, and what a case says of its own."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.domain.base import UTC

revision: str = "0011"
down_revision: str | Sequence[str] | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # Not in batch mode, which would make the table anew and lose the triggers of the search.
    op.add_column("cases", sa.Column("severity", sa.String(8), nullable=True))
    op.add_column("cases", sa.Column("incident_channel", sa.String(32), nullable=True))
    op.create_table(
        "incidents",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("case_id", BIG, sa.ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("severity", sa.String(8), nullable=False),
        sa.Column("commander", sa.String(32), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("archives", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(32), index=True),
        sa.Column("done", sa.JSON(), nullable=False),
        sa.Column("pager", sa.Integer()),
        sa.Column("declared_by", sa.String(32), nullable=False),
        sa.Column("declared_at", UTC(), nullable=False),
        sa.Column("ended_at", UTC()),
    )


def downgrade() -> None:
    """Channels of incidents stay as they are; an older Casebook knows nothing of them."""
    op.drop_table("incidents")
    op.drop_column("cases", "incident_channel")
    op.drop_column("cases", "severity")
