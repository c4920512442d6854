"""Investigation notebooks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.domain.base import UTC

revision: str = "0013"
down_revision: str | Sequence[str] | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # Not in batch mode, which would make the table anew and lose the triggers of the search.
    op.add_column("cases", sa.Column("notebook", sa.String(32), nullable=True))
    op.create_table(
        "notebooks",
        sa.Column("case_id", BIG, sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("canvas", sa.String(32)),
        sa.Column("is_file", sa.Boolean(), nullable=False),
        sa.Column("started_by", sa.String(32), nullable=False),
        sa.Column("started_at", UTC(), nullable=False),
    )


def downgrade() -> None:
    """Canvases stay as they are; an older Casebook knows nothing of them."""
    op.drop_table("notebooks")
    op.drop_column("cases", "notebook")
