"""The check-up, against a local Slack and both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import doctor
from bot.config import Settings, load, manifest_file
from bot.domain.delivery import Delivery, State
from bot.domain.person import Person
from bot.domain.project import Channel, Project
from bot.sandbox.slack import LocalSlack
from bot.storage.database import Database

NOW = datetime.now(UTC)


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(manifest=manifest_file()) as local:
        yield local


def settings_for(slack: LocalSlack, database_url: str, **more: str) -> Settings:
    environ = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": database_url,
    }
    return load(environ | more, None)


def findings(slack: LocalSlack, database_url: str, **more: str) -> list[str]:
    found = doctor.examine(settings_for(slack, database_url, **more))
    assert all(finding.remedy for finding in found)
    return [finding.what for finding in found]


def add(database: Database, *rows: object) -> None:
    with database.write() as work:
        work.session.add_all(rows)


def healthy(database: Database) -> None:
    add(database, Person(id="U1", name="ann"), home())
    add(database, project())


def home(**changes: object) -> Channel:
    kept = {"name": "ops", "is_private": False, "is_archived": False, "is_member": True, "mirrored_at": NOW}
    return Channel(id="C1", **(kept | changes))


def project() -> Project:
    return Project(
        key="OPS", name="Operations", home_channel="C1", created_at=NOW, created_by="U1", retention_months=15
    )


def delivery(number: int, state: State, age: timedelta, error: str | None = None, lane: str = "slack/C1") -> Delivery:
    at = datetime.now(UTC) - age
    return Delivery(
        key=f"d{number}", kind="line", partner="slack", stream=f"s{number}", lane=lane, target="C1", data={},
        state=state.value, not_before=at, created_at=at, attempts=1, last_error=error,
    )  # fmt: skip


def test_all_is_well(slack: LocalSlack, database: Database, database_url: str) -> None:
    healthy(database)
    assert findings(slack, database_url) == []


def test_a_refused_bot_token(slack: LocalSlack, sqlite_database: Database, sqlite_url: str) -> None:
    healthy(sqlite_database)
    assert findings(slack, sqlite_url, SLACK_BOT_TOKEN="xoxb-wrong") == ["Slack refuses the bot token: invalid_auth."]


def test_a_refused_app_token(slack: LocalSlack, sqlite_database: Database, sqlite_url: str) -> None:
    healthy(sqlite_database)
    assert findings(slack, sqlite_url, SLACK_APP_TOKEN="xapp-wrong") == [
        "Slack refuses the app-level token: invalid_auth."
    ]


def test_http_mode_needs_no_app_token(slack: LocalSlack, sqlite_database: Database, sqlite_url: str) -> None:
    healthy(sqlite_database)
    more = {"CASEBOOK_MODE": "http", "SLACK_SIGNING_SECRET": "s", "SLACK_APP_TOKEN": ""}
    assert findings(slack, sqlite_url, **more) == []


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("error", "internal_error", "internal_error"),
        ("ratelimited", 1, "ratelimited"),
        ("status", 503, "an answer that is not Slack's"),
        ("html", None, "an answer that is not Slack's"),
    ],
)
def test_slack_in_trouble_is_not_blamed_on_the_token(
    slack: LocalSlack, sqlite_database: Database, sqlite_url: str, kind: str, value: object, reason: str
) -> None:
    healthy(sqlite_database)
    slack.faults.add("auth.test", kind, value)  # type: ignore[arg-type]
    assert findings(slack, sqlite_url) == [f"Slack answers with trouble of its own: {reason}."]


def test_slack_cannot_be_reached(slack: LocalSlack, sqlite_database: Database, sqlite_url: str) -> None:
    healthy(sqlite_database)
    (what,) = findings(slack, sqlite_url, SLACK_API_URL="http://127.0.0.1:9/api/")
    assert what.startswith("Slack cannot be reached at http://127.0.0.1:9/api/: ")


def test_missing_scopes(sqlite_database: Database, sqlite_url: str) -> None:
    healthy(sqlite_database)
    less = {
        "display_information": {"name": "Casebook"},
        "settings": {"socket_mode_enabled": True},
        "oauth_config": {"scopes": {"bot": sorted(doctor.wanted_scopes(manifest_file()) - {"users:read", "im:write"})}},
    }
    with LocalSlack(manifest=less) as slack:
        assert findings(slack, sqlite_url) == ["The bot token lacks the scopes im:write, users:read."]


def test_the_clock(slack: LocalSlack, sqlite_database: Database, sqlite_url: str) -> None:
    healthy(sqlite_database)
    settings = settings_for(slack, sqlite_url)
    ahead = doctor.examine(settings, lambda: datetime.now(UTC) + timedelta(minutes=3))
    assert "s ahead of Slack's" in ahead[0].what
    behind = doctor.examine(settings, lambda: datetime.now(UTC) - timedelta(minutes=3))
    assert "s behind Slack's" in behind[0].what
    near = doctor.examine(settings, lambda: datetime.now(UTC) + timedelta(seconds=50))
    assert near == []


def test_a_database_without_schema(slack: LocalSlack, tmp_path: Path) -> None:
    (what,) = findings(slack, f"sqlite:///{tmp_path}/new.db")
    assert "has schema none, this Casebook needs" in what


def test_a_database_that_cannot_be_opened(slack: LocalSlack, tmp_path: Path) -> None:
    file = tmp_path / "letter.db"
    file.write_text("Dear Sir or Madam, " * 100, encoding="utf-8")
    (what,) = findings(slack, f"sqlite:///{file}")
    assert what.endswith("cannot be used: file is not a database.")


def test_a_database_that_is_not_there(slack: LocalSlack) -> None:
    (what,) = findings(slack, "postgresql://ann:pa55word@127.0.0.1:9/casebook")
    assert what.startswith("The database postgresql+psycopg://ann:***@127.0.0.1:9/casebook cannot be used: ")
    assert "pa55word" not in what


def test_stuck_and_dead_deliveries(slack: LocalSlack, database: Database, database_url: str) -> None:
    healthy(database)
    day = timedelta(days=1)
    add(
        database,
        delivery(1, State.DUE, timedelta(minutes=6)),
        delivery(2, State.DUE, timedelta(minutes=4)),
        delivery(3, State.DEAD, day, "is_archived"),
        delivery(4, State.DEAD, day, "is_archived"),
        delivery(5, State.DEAD, day, "not_in_channel", lane="slack/C2"),
        delivery(6, State.DEAD, day, "token xoxb-1-secret"),
        delivery(7, State.DONE, day),
    )
    found = findings(slack, database_url)
    assert found[0].startswith("Slack: 2 deliveries wait, the oldest since 20")
    assert found[0].endswith(" UTC, 6 min: no attempt has failed.")
    assert set(found[1:]) == {
        "2 deliveries of slack/C1 are dead: is_archived.",
        "1 deliveries of slack/C2 are dead: not_in_channel.",
        "1 deliveries of slack/C1 are dead: token [redacted].",
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mirrored_at": None}, "Slack has not yet told Casebook about #ops"),
        ({"is_archived": True}, "#ops, the home channel of OPS, is archived"),
        ({"is_member": False, "name": ""}, "Casebook is not in C1, the home channel of OPS"),
    ],
)
def test_home_channels(
    slack: LocalSlack, sqlite_database: Database, sqlite_url: str, changes: dict[str, object], words: str
) -> None:
    add(sqlite_database, Person(id="U1", name="ann"), home(**changes))
    add(sqlite_database, project())
    (what,) = findings(slack, sqlite_url)
    assert what.startswith(words)


@pytest.mark.usefixtures("sqlite_database")
def test_an_empty_directory(slack: LocalSlack, sqlite_url: str) -> None:
    (what,) = findings(slack, sqlite_url)
    assert what.startswith("Casebook knows nobody of the workspace yet")


def test_nothing_is_changed(slack: LocalSlack, tmp_path: Path) -> None:
    """Not even an SQLite file is made."""
    findings(slack, f"sqlite:///{tmp_path}/new.db")
    assert not list(tmp_path.iterdir())
