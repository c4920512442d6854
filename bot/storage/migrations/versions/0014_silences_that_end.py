"""Silences say on posts that they last, and tell at the end what they held back."""

from collections.abc import Sequence
from datetime import UTC as TIMES
from datetime import datetime

import sqlalchemy as sa
from alembic import op

from bot.domain.base import UTC

revision: str = "0014"
down_revision: str | Sequence[str] | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Nobody is told now of what was over before."""
    op.add_column("silences", sa.Column("told_at", UTC()))
    silences = sa.table("silences", sa.column("told_at", UTC()), sa.column("ends_at", UTC()))
    over = silences.c.ends_at <= datetime.now(TIMES)
    op.execute(silences.update().where(over).values(told_at=silences.c.ends_at))
    op.create_table("silenced_cases", of_silence(), of_case())
    op.create_index("ix_silenced_cases_case_id", "silenced_cases", ["case_id"])
    op.create_table("held_back", of_silence(), sa.Column("channel", sa.String(32), primary_key=True), of_case())
    op.create_index("ix_held_back_case_id", "held_back", ["case_id"])


def downgrade() -> None:
    op.drop_table("held_back")
    op.drop_table("silenced_cases")
    op.drop_column("silences", "told_at")


def of_silence() -> sa.Column[int]:
    return sa.Column("silence_id", sa.Integer(), sa.ForeignKey("silences.id", ondelete="CASCADE"), primary_key=True)


def of_case() -> sa.Column[int]:
    return sa.Column("case_id", BIG, sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
