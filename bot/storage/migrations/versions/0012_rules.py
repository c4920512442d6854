"""Rules, when they fired, and when those that go by the clock have to look again."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.domain.base import UTC

revision: str = "0012"
down_revision: str | Sequence[str] | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    create_rules()
    op.create_table(
        "rule_runs",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("rule_id", sa.Integer(), sa.ForeignKey("rules.id", ondelete="CASCADE"), nullable=False),
        sa.Column("case_id", BIG, sa.ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("occasion", sa.String(80), nullable=False),
        sa.Column("at", UTC(), nullable=False),
        sa.UniqueConstraint("rule_id", "case_id", "occasion", name="uq_rule_runs_rule_id_case_id_occasion"),
    )
    op.create_index("ix_rule_runs_at", "rule_runs", ["at"])
    op.create_table(
        "rule_clocks",
        sa.Column("rule_id", sa.Integer(), sa.ForeignKey("rules.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("case_id", BIG, sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True, index=True),
        sa.Column("due_at", UTC()),
    )
    op.create_index("ix_rule_clocks_due_at", "rule_clocks", ["due_at"])


def create_rules() -> None:
    op.create_table(
        "rules",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project_id", sa.Integer(), sa.ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("owner", sa.String(32), nullable=False),
        sa.Column("happening", sa.String(16), nullable=False),
        sa.Column("minutes", sa.Integer()),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("since", UTC(), nullable=False),
        sa.Column("fired", sa.Integer(), nullable=False),
        sa.Column("fired_at", UTC()),
        sa.Column("turn", sa.String(32)),
        sa.Column("last_error", sa.Text()),
        sa.Column("last_error_at", UTC()),
        sa.Column("error_told", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.String(255)),
        sa.Column("created_at", UTC(), nullable=False),
        sa.UniqueConstraint("origin", name="uq_rules_origin"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rules_project_id_is_on", "rules", ["project_id", "is_on"])


def downgrade() -> None:
    """What rules have done stays."""
    for table in ("rule_clocks", "rule_runs", "rules"):
        op.drop_table(table)
