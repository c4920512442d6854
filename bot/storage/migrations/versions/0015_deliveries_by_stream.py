"""What is due or dead is found by its stream, however much else waits."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | Sequence[str] | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

DEAD = sa.text("state = 'dead'")


def upgrade() -> None:
    op.drop_index("ix_deliveries_state_done", "deliveries")
    op.create_index("ix_deliveries_dead", "deliveries", ["stream", "id"], sqlite_where=DEAD, postgresql_where=DEAD)
    op.create_index("ix_deliveries_done_at_state", "deliveries", ["done_at", "state"])


def downgrade() -> None:
    op.drop_index("ix_deliveries_done_at_state", "deliveries")
    op.drop_index("ix_deliveries_dead", "deliveries")
    op.create_index("ix_deliveries_state_done", "deliveries", ["state", "done_at"])
