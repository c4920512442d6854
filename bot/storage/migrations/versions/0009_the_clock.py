"""What time does: retention, auto-close, snoozes, silences, and slots that another replica may take over."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.domain.base import UTC

revision: str = "0009"
down_revision: str | Sequence[str] | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ON_CASES = ("closing_at", "kept_until", "snoozed_until")
# Rows go now that retention deletes cases, and SQLite would give their ids to others.
NEVER_REUSED = ("cases", "entries", "notes")
OPEN = sa.text("archived_at IS NULL AND status_group <> 'closed'")


def upgrade() -> None:
    change_projects()
    change_cases()
    create_departures()
    create_silences()
    with op.batch_alter_table("slots") as slots:
        slots.add_column(optional("lease_until", UTC()))


def downgrade() -> None:
    for table in ("silences", "tombstones", "departing", "departures"):
        op.drop_table(table)
    with op.batch_alter_table("slots") as slots:
        slots.drop_column("lease_until")
    for index in ("ix_cases_touched", "ix_cases_closing_at", "ix_cases_snoozed_until"):
        op.drop_index(index, "cases")
    with op.batch_alter_table("cases") as cases:
        for name in ("touched_at", "snoozed_by", *ON_CASES):
            cases.drop_column(name)
    with op.batch_alter_table("projects") as projects:
        projects.drop_column("copy_first")
        projects.drop_column("close_after_days")


def column(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def optional(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def change_projects() -> None:
    with op.batch_alter_table("projects") as projects:
        projects.add_column(sa.Column("copy_first", sa.Boolean(), nullable=False, server_default=sa.false()))
        projects.add_column(optional("close_after_days", sa.Integer()))


def change_cases() -> None:
    """Until now every change was a person's: the last one is when somebody last worked on a case."""
    for name in ("touched_at", *ON_CASES):
        op.add_column("cases", optional(name, UTC()))
    op.add_column("cases", optional("snoozed_by", sa.String(32)))
    op.execute("UPDATE cases SET touched_at = updated_at")
    never_reused: dict[str, Any] = {"recreate": "always", "table_kwargs": {"sqlite_autoincrement": True}}
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("cases", "touched_at", nullable=False)
    else:
        for table in NEVER_REUSED:
            with op.batch_alter_table(table, **never_reused) as changed:
                if table == "cases":
                    changed.alter_column("touched_at", existing_type=UTC(), nullable=False)
    op.create_index("ix_cases_touched", "cases", ["project_id", "touched_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    for name in ("closing_at", "snoozed_until"):
        where = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_cases_{name}", "cases", [name], sqlite_where=where, postgresql_where=where)


def create_departures() -> None:
    op.create_table(
        "departures",
        column("id", sa.Integer()),
        column("project_id", sa.Integer()),
        column("slot_at", UTC()),
        column("months", sa.Integer()),
        column("state", sa.String(16)),
        column("last_id", BIG_ID),
        column("total", sa.Integer()),
        column("gone", sa.Integer()),
        optional("leaves_at", UTC()),
        optional("copied_at", UTC()),
        optional("ended_at", UTC()),
        optional("kept_by", sa.String(32)),
        optional("kept_until", UTC()),
        optional("channel", sa.String(32)),
        optional("ts", sa.String(32)),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_departures_project_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_departures"),
        sa.UniqueConstraint("project_id", "slot_at", name="uq_departures_project_id_slot_at"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "departing",
        column("case_id", BIG_ID),
        column("departure_id", sa.Integer()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_departing_case_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["departure_id"], ["departures.id"], name="fk_departing_departure_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", name="pk_departing"),
    )
    op.create_index("ix_departing_departure_id", "departing", ["departure_id"])
    op.create_table(
        "tombstones",
        column("key", sa.String(24)),
        column("deleted_at", UTC()),
        sa.PrimaryKeyConstraint("key", name="pk_tombstones"),
    )


def create_silences() -> None:
    op.create_table(
        "silences",
        column("id", sa.Integer()),
        optional("inbox_id", sa.Integer()),
        column("query", sa.Text()),
        column("reason", sa.String(200)),
        column("made_by", sa.String(32)),
        column("made_at", UTC()),
        column("ends_at", UTC()),
        optional("ended_by", sa.String(32)),
        column("withheld", sa.Integer()),
        optional("origin", sa.String(255)),
        sa.ForeignKeyConstraint(["inbox_id"], ["inboxes.id"], name="fk_silences_inbox_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_silences"),
        sa.UniqueConstraint("origin", name="uq_silences_origin"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_silences_inbox_id", "silences", ["inbox_id"])
    op.create_index("ix_silences_ends_at", "silences", ["ends_at"])
