"""Teams that are kept here, and the home channels of teams."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ALIVE_HERE = sa.text("slack_id IS NULL AND gone_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("teams") as teams:
        teams.add_column(sa.Column("home_channel", sa.String(32), nullable=True))
        teams.add_column(sa.Column("created_by", sa.String(32), nullable=True))
        teams.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
        teams.create_foreign_key("fk_teams_home_channel", "channels", ["home_channel"], ["id"])
    op.create_index("ix_teams_home_channel", "teams", ["home_channel"])
    op.create_index(
        "uq_teams_handle_here", "teams", ["handle"], unique=True, sqlite_where=ALIVE_HERE, postgresql_where=ALIVE_HERE
    )
    op.add_column("posts", sa.Column("for_team", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """An older Casebook takes a team that was kept here for a user group that is gone."""
    op.drop_column("posts", "for_team")
    op.drop_index("uq_teams_handle_here", "teams")
    op.drop_index("ix_teams_home_channel", "teams")
    with op.batch_alter_table("teams") as teams:
        teams.drop_constraint("fk_teams_home_channel", type_="foreignkey")
        teams.drop_column("version")
        teams.drop_column("created_by")
        teams.drop_column("home_channel")
