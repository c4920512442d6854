"""Inboxes: saved queries, whom they tell, which cases they hold, and who has been told of what."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.domain.base import UTC

revision: str = "0005"
down_revision: str | Sequence[str] | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("inboxes", "inbox_recipients", "inbox_mutes", "inbox_cases", "notifications", "revisions")


def upgrade() -> None:
    create_inboxes()
    create_recipients()
    create_cases()
    create_notifications()
    revisions = op.create_table(
        "revisions",
        column("name", sa.String(16)),
        column("number", sa.Integer()),
        sa.PrimaryKeyConstraint("name", name="pk_revisions"),
    )
    op.bulk_insert(revisions, [{"name": name, "number": 0} for name in ("inboxes", "names")])
    op.add_column("posts", optional("person_id", sa.String(32)))


def downgrade() -> None:
    op.drop_column("posts", "person_id")
    for table in reversed(TABLES):
        op.drop_table(table)


def column(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def optional(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def of_inbox(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["inbox_id"], ["inboxes.id"], name=f"fk_{table}_inbox_id", ondelete="CASCADE")


def of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=f"fk_{table}_case_id", ondelete="CASCADE")


def create_inboxes() -> None:
    op.create_table(
        "inboxes",
        column("id", sa.Integer()),
        column("name", sa.String(80)),
        column("query", sa.Text()),
        column("owner", sa.String(32)),
        optional("team_id", sa.Integer()),
        optional("project_id", sa.Integer()),
        column("events", sa.JSON()),
        optional("stay_minutes", sa.Integer()),
        optional("digest", sa.String(8)),
        column("digest_minute", sa.Integer()),
        column("digest_tz", sa.String(64)),
        optional("digest_at", UTC()),
        column("knows_cases", sa.Boolean()),
        column("is_timely", sa.Boolean()),
        optional("origin", sa.String(255)),
        column("created_at", UTC()),
        column("updated_at", UTC()),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_inboxes_team_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_inboxes_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_inboxes"),
        sa.UniqueConstraint("origin", name="uq_inboxes_origin"),
        sqlite_autoincrement=True,
    )
    for name in ("owner", "team_id", "project_id", "digest_at"):
        op.create_index(f"ix_inboxes_{name}", "inboxes", [name])


def create_recipients() -> None:
    op.create_table(
        "inbox_recipients",
        column("id", sa.Integer()),
        column("inbox_id", sa.Integer()),
        column("medium", sa.String(16)),
        column("target", sa.String(32)),
        column("label", sa.String(120)),
        optional("sealed", sa.Text()),
        optional("problem", sa.Text()),
        optional("problem_at", UTC()),
        optional("origin", sa.String(255)),
        of_inbox("inbox_recipients"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox_recipients"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_recipients_inbox_id", "inbox_recipients", ["inbox_id"])
    op.create_index("ix_inbox_recipients_medium_target", "inbox_recipients", ["medium", "target"])
    op.create_table(
        "inbox_mutes",
        column("inbox_id", sa.Integer()),
        column("person_id", sa.String(32)),
        of_inbox("inbox_mutes"),
        sa.PrimaryKeyConstraint("inbox_id", "person_id", name="pk_inbox_mutes"),
    )
    op.create_index("ix_inbox_mutes_person_id", "inbox_mutes", ["person_id"])


def create_cases() -> None:
    op.create_table(
        "inbox_cases",
        column("inbox_id", sa.Integer()),
        column("case_id", BIG_ID),
        column("since", UTC()),
        optional("stay_at", UTC()),
        of_inbox("inbox_cases"),
        of_case("inbox_cases"),
        sa.PrimaryKeyConstraint("inbox_id", "case_id", name="pk_inbox_cases"),
    )
    op.create_index("ix_inbox_cases_case_id", "inbox_cases", ["case_id"])
    op.create_index("ix_inbox_cases_stay_at", "inbox_cases", ["stay_at"])


def create_notifications() -> None:
    op.create_table(
        "notifications",
        column("id", BIG_ID),
        column("key", sa.String(160)),
        column("inbox_id", sa.Integer()),
        column("recipient_id", sa.Integer()),
        column("case_id", BIG_ID),
        column("medium", sa.String(16)),
        column("target", sa.String(32)),
        column("event", sa.String(16)),
        column("at", UTC()),
        of_inbox("notifications"),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["inbox_recipients.id"], name="fk_notifications_recipient_id", ondelete="CASCADE"
        ),
        of_case("notifications"),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.UniqueConstraint("key", name="uq_notifications_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notifications_case_id_target", "notifications", ["case_id", "target"])
    op.create_index("ix_notifications_inbox_id", "notifications", ["inbox_id"])
    op.create_index("ix_notifications_recipient_id", "notifications", ["recipient_id"])
