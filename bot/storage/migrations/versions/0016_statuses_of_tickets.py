"""What partners were asked for is kept: the statuses they have, and whose account is which."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.domain.base import UTC

revision: str = "0016"
down_revision: str | Sequence[str] | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "ticket_statuses",
        sa.Column("partner", sa.String(16), primary_key=True),
        sa.Column("kind", sa.String(80), primary_key=True),
        sa.Column("known", sa.JSON(), nullable=False),
        sa.Column("asked_at", UTC(), nullable=False),
    )
    op.create_table(
        "ticket_accounts",
        sa.Column("partner", sa.String(16), primary_key=True),
        sa.Column("email", sa.String(254), primary_key=True),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("asked_at", UTC(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("ticket_accounts")
    op.drop_table("ticket_statuses")
