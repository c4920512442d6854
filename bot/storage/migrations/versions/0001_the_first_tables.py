"""The first tables, and the two case types that exist from the start."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.domain.base import UTC

revision: str = "0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "people",
    "teams",
    "team_members",
    "channels",
    "channel_members",
    "projects",
    "case_types",
    "cases",
    "case_teams",
    "watchers",
    "relations",
    "posts",
    "entries",
    "notes",
    "evidence",
    "deliveries",
    "lanes",
    "slots",
)


def upgrade() -> None:
    create_people_and_teams()
    create_projects()
    create_case_types()
    create_cases()
    create_around_cases()
    create_timeline()
    create_outbox()
    insert_case_types()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def column(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def optional(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def when_due(name: str, columns: list[str], condition: str = "") -> None:
    where = sa.text(f"state = 'due' AND {condition}" if condition else "state = 'due'")
    op.create_index(name, "deliveries", columns, sqlite_where=where, postgresql_where=where)


def create_people_and_teams() -> None:
    op.create_table(
        "people",
        column("id", sa.String(32)),
        column("name", sa.String(80)),
        column("tz", sa.String(64)),
        column("is_admin", sa.Boolean()),
        column("is_guest", sa.Boolean()),
        column("is_outside", sa.Boolean()),
        column("is_bot", sa.Boolean()),
        column("is_gone", sa.Boolean()),
        column("notify", sa.String(16)),
        column("home_inbox", sa.String(64)),
        column("home_page", sa.Integer()),
        optional("home_opened_at", UTC()),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_table(
        "teams",
        column("id", sa.Integer()),
        optional("slack_id", sa.String(32)),
        column("handle", sa.String(80)),
        column("name", sa.String(120)),
        optional("gone_at", UTC()),
        sa.PrimaryKeyConstraint("id", name="pk_teams"),
        sa.UniqueConstraint("slack_id", name="uq_teams_slack_id"),
    )
    op.create_index("ix_teams_handle", "teams", ["handle"])
    op.create_table(
        "team_members",
        column("team_id", sa.Integer()),
        column("person_id", sa.String(32)),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_team_members_team_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("team_id", "person_id", name="pk_team_members"),
    )
    op.create_index("ix_team_members_person_id", "team_members", ["person_id"])


def create_projects() -> None:
    op.create_table(
        "channels",
        column("id", sa.String(32)),
        column("name", sa.String(80)),
        column("is_private", sa.Boolean()),
        column("is_archived", sa.Boolean()),
        column("is_member", sa.Boolean()),
        optional("mirrored_at", UTC()),
        sa.PrimaryKeyConstraint("id", name="pk_channels"),
    )
    op.create_table(
        "channel_members",
        column("channel_id", sa.String(32)),
        column("person_id", sa.String(32)),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], "fk_channel_members_channel_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("channel_id", "person_id", name="pk_channel_members"),
    )
    op.create_index("ix_channel_members_person_id", "channel_members", ["person_id"])
    op.create_table(
        "projects",
        column("id", sa.Integer()),
        column("key", sa.String(10)),
        column("name", sa.String(80)),
        column("home_channel", sa.String(32)),
        column("is_private", sa.Boolean()),
        column("guests_allowed", sa.Boolean()),
        optional("retention_months", sa.Integer()),
        column("last_number", sa.Integer()),
        column("created_at", UTC()),
        column("created_by", sa.String(32)),
        sa.ForeignKeyConstraint(["home_channel"], ["channels.id"], name="fk_projects_home_channel"),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint("key", name="uq_projects_key"),
    )
    op.create_index("ix_projects_home_channel", "projects", ["home_channel"])


def create_case_types() -> None:
    op.create_table(
        "case_types",
        column("id", sa.Integer()),
        column("name", sa.String(40)),
        column("statuses", sa.JSON()),
        column("reasons", sa.JSON()),
        column("reason_required", sa.Boolean()),
        sa.PrimaryKeyConstraint("id", name="pk_case_types"),
        sa.UniqueConstraint("name", name="uq_case_types_name"),
    )


def create_cases() -> None:
    op.create_table(
        "cases",
        column("id", BIG_ID),
        column("key", sa.String(24)),
        column("project_id", sa.Integer()),
        column("number", sa.Integer()),
        column("type_id", sa.Integer()),
        column("title", sa.String(200)),
        column("description", sa.Text()),
        column("status", sa.String(40)),
        column("status_group", sa.String(16)),
        column("priority", sa.String(8)),
        optional("assignee", sa.String(32)),
        column("reporter", sa.String(32)),
        column("source", sa.String(32)),
        column("attributes", sa.JSON()),
        optional("due", sa.Date()),
        optional("reason", sa.String(80)),
        column("created_at", UTC()),
        column("updated_at", UTC()),
        optional("closed_at", UTC()),
        optional("archived_at", UTC()),
        column("evidence_count", sa.Integer()),
        column("version", sa.Integer()),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_cases_project_id"),
        sa.ForeignKeyConstraint(["type_id"], ["case_types.id"], name="fk_cases_type_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("key", name="uq_cases_key"),
    )
    op.create_index("ix_cases_assignee_group", "cases", ["assignee", "status_group", "id"])
    op.create_index("ix_cases_project_id_group", "cases", ["project_id", "status_group", "id"])
    op.create_index("ix_cases_reporter", "cases", ["reporter", "id"])


def create_around_cases() -> None:
    op.create_table(
        "case_teams",
        column("case_id", BIG_ID),
        column("team_id", sa.Integer()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_teams_case_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_case_teams_team_id"),
        sa.PrimaryKeyConstraint("case_id", "team_id", name="pk_case_teams"),
    )
    op.create_index("ix_case_teams_team_id", "case_teams", ["team_id"])
    op.create_table(
        "watchers",
        column("case_id", BIG_ID),
        column("person_id", sa.String(32)),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_watchers_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "person_id", name="pk_watchers"),
    )
    op.create_index("ix_watchers_person_id", "watchers", ["person_id"])
    op.create_table(
        "relations",
        column("id", sa.Integer()),
        column("case_id", BIG_ID),
        column("kind", sa.String(16)),
        column("other_id", BIG_ID),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_relations_case_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_id"], ["cases.id"], name="fk_relations_other_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_relations"),
        sa.UniqueConstraint("case_id", "kind", "other_id", name="uq_relations_case_id_kind_other_id"),
    )
    op.create_index("ix_relations_other_id", "relations", ["other_id"])
    op.create_table(
        "posts",
        column("id", BIG_ID),
        column("case_id", BIG_ID),
        column("role", sa.String(16)),
        column("channel", sa.String(32)),
        column("ts", sa.String(32)),
        column("thread_ts", sa.String(32)),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_posts_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
        sa.UniqueConstraint("channel", "ts", name="uq_posts_channel_ts"),
    )
    op.create_index("ix_posts_case_id", "posts", ["case_id"])
    op.create_index("ix_posts_thread_ts", "posts", ["thread_ts"])


def create_timeline() -> None:
    op.create_table(
        "entries",
        column("id", BIG_ID),
        column("case_id", BIG_ID),
        column("kind", sa.String(32)),
        column("actor", sa.String(32)),
        column("at", UTC()),
        column("via", sa.String(32)),
        optional("origin", sa.String(255)),
        column("version", sa.Integer()),
        column("changes", sa.JSON()),
        column("data", sa.JSON()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_entries_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        sa.UniqueConstraint("origin", name="uq_entries_origin"),
    )
    op.create_index("ix_entries_case_id_id", "entries", ["case_id", "id"])
    op.create_table(
        "notes",
        column("id", BIG_ID),
        column("case_id", BIG_ID),
        column("author", sa.String(32)),
        column("text", sa.Text()),
        column("created_at", UTC()),
        optional("edited_at", UTC()),
        optional("deleted_at", UTC()),
        optional("channel", sa.String(32)),
        optional("ts", sa.String(32)),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_notes_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sa.UniqueConstraint("channel", "ts", name="uq_notes_channel_ts"),
    )
    op.create_index("ix_notes_case_id", "notes", ["case_id"])
    op.create_table(
        "evidence",
        column("id", BIG_ID),
        column("case_id", BIG_ID),
        column("kind", sa.String(16)),
        column("title", sa.String(300)),
        column("url", sa.Text()),
        column("text", sa.Text()),
        column("author", sa.String(80)),
        optional("said_at", UTC()),
        column("added_by", sa.String(32)),
        column("added_at", UTC()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_evidence_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
    )
    op.create_index("ix_evidence_case_id", "evidence", ["case_id"])


def create_outbox() -> None:
    op.create_table(
        "deliveries",
        column("id", BIG_ID),
        column("key", sa.String(160)),
        column("kind", sa.String(16)),
        column("partner", sa.String(16)),
        column("stream", sa.String(96)),
        column("lane", sa.String(64)),
        optional("case_id", BIG_ID),
        optional("entry_id", BIG_ID),
        column("target", sa.String(64)),
        column("data", sa.JSON()),
        column("state", sa.String(8)),
        column("not_before", UTC()),
        optional("lease_until", UTC()),
        optional("parked_until", UTC()),
        column("attempts", sa.Integer()),
        optional("last_error", sa.Text()),
        column("created_at", UTC()),
        optional("done_at", UTC()),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("key", name="uq_deliveries_key"),
    )
    op.create_index("ix_deliveries_case_id", "deliveries", ["case_id"])
    when_due("ix_deliveries_due_stream", ["stream", "id"])
    when_due("ix_deliveries_parked", ["partner", "parked_until"], "parked_until IS NOT NULL")
    when_due("ix_deliveries_ready", ["partner", "lane", "id"], "parked_until IS NULL")
    op.create_index("ix_deliveries_state_done", "deliveries", ["state", "done_at"])
    op.create_table(
        "lanes",
        column("name", sa.String(64)),
        column("arrival", UTC()),
        optional("closed_until", UTC()),
        sa.PrimaryKeyConstraint("name", name="pk_lanes"),
    )
    op.create_table(
        "slots",
        column("job", sa.String(64)),
        column("slot_at", UTC()),
        sa.PrimaryKeyConstraint("job", "slot_at", name="pk_slots"),
    )


def insert_case_types() -> None:
    statuses = [
        {"name": "Open", "group": "open"},
        {"name": "In progress", "group": "in progress"},
        {"name": "Closed", "group": "closed"},
    ]
    types = sa.table(
        "case_types",
        sa.column("name", sa.String()),
        sa.column("statuses", sa.JSON()),
        sa.column("reasons", sa.JSON()),
        sa.column("reason_required", sa.Boolean()),
    )
    op.bulk_insert(
        types,
        [
            {
                "name": "Standard",
                "statuses": statuses,
                "reasons": ["Resolved", "Duplicate", "Not a problem", "Will not fix"],
                "reason_required": False,
            },
            {
                "name": "Security",
                "statuses": statuses,
                "reasons": ["Testing", "False positive", "One-time exception", "Resolved"],
                "reason_required": True,
            },
        ],
    )
