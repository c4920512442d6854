"""Settings: what each must be, and that nothing secret is shown."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import logs
from bot.config import Settings, SettingsError, load, manifest_file
from tests.kept import kept_logging

SOCKET = {"SLACK_BOT_TOKEN": "xoxb-1-bot", "SLACK_APP_TOKEN": "xapp-1-app"}
KEY, OLD_KEY = "a" * 42 + "A=", "-_" * 21 + "8="
HTTP = {"SLACK_BOT_TOKEN": "xoxb-1-bot", "SLACK_SIGNING_SECRET": "5ecre7", "CASEBOOK_MODE": "http"}


def test_the_defaults() -> None:
    assert load(SOCKET, None) == Settings(bot_token="xoxb-1-bot", app_token="xapp-1-app")


def test_everything_set() -> None:
    settings = load(
        HTTP
        | {
            "SLACK_API_URL": "http://127.0.0.1:8080/api",
            "CASEBOOK_HOST": "::",
            "CASEBOOK_PORT": "0",
            "CASEBOOK_ADMINS": "U012ABC, W345DEF U6789",
            "DATABASE_URL": "postgres://ann:pa55word@db/casebook",
            "LOG_FORMAT": "JSON",
            "LOG_LEVEL": "Debug",
            "CASEBOOK_SECRET_KEY": f"{KEY}, {OLD_KEY}",
            "CASEBOOK_PRIVATE_WEBHOOKS": "Hooks.Example.internal, 10.1.2.3:8080,10.2.0.0/16 [fd00::1]:80,fd00::/8",
            "PAGERDUTY_EVENTS_URL": "https://events.eu.pagerduty.com/v2/enqueue",
        },
        None,
    )
    assert settings == Settings(
        bot_token="xoxb-1-bot",
        signing_secret="5ecre7",
        api_url="http://127.0.0.1:8080/api/",
        mode="http",
        host="::",
        port=0,
        admins=frozenset({"U012ABC", "W345DEF", "U6789"}),
        database_url="postgres://ann:pa55word@db/casebook",
        log_format="json",
        log_level="debug",
        secret_keys=(KEY, OLD_KEY),
        pagerduty_url="https://events.eu.pagerduty.com/v2/enqueue",
        private_webhooks=("hooks.example.internal", "10.1.2.3:8080", "10.2.0.0/16", "[fd00::1]:80", "fd00::/8"),
    )


def test_partners_of_tickets() -> None:
    settings = load(
        SOCKET
        | {"JIRA_URL": "http://127.0.0.1:8080/", "JIRA_EMAIL": "bot@acme.example", "JIRA_API_TOKEN": "t0ken"}
        | {"SERVICENOW_URL": "https://acme.service-now.com", "SERVICENOW_USER": "bot", "SERVICENOW_PASSWORD": "pa55"},
        None,
    )
    assert (settings.jira_url, settings.servicenow_url) == ("http://127.0.0.1:8080", "https://acme.service-now.com")
    assert "t0ken" not in repr(settings)
    assert "pa55" not in repr(settings)


def test_secrets_are_not_shown() -> None:
    secrets = {"DATABASE_URL": "postgresql://ann:pa55word@db/casebook", "CASEBOOK_SECRET_KEY": KEY}
    settings = load(SOCKET | HTTP | secrets, None)
    for secret in ("xoxb-1-bot", "xapp-1-app", "5ecre7", "pa55word", KEY):
        assert secret not in repr(settings)


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN is missing"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN is missing and is needed in Socket Mode"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "CASEBOOK_MODE": "http"}, "SLACK_SIGNING_SECRET is missing and is needed in"),
        (SOCKET | {"SLACK_BOT_TOKEN": "xapp-1-app"}, "SLACK_BOT_TOKEN should start with xoxb-"),
        (SOCKET | {"SLACK_APP_TOKEN": "xoxb-1-bot"}, "SLACK_APP_TOKEN should start with xapp-"),
        (SOCKET | {"JIRA_URL": "https://j.example"}, "JIRA_EMAIL is missing and is needed for Jira Cloud"),
        (SOCKET | {"JIRA_PAT": "pat"}, "JIRA_URL is missing and is needed for Jira Data Center"),
        (SOCKET | {"JIRA_URL": "https://j.example", "JIRA_PAT": "p", "JIRA_EMAIL": "a@b.example"}, "set one"),
        (SOCKET | {"JIRA_WEBHOOK_SECRET": "s"}, "JIRA_URL is missing"),
        (SOCKET | {"JIRA_URL": "http://j.example", "JIRA_PAT": "p"}, "JIRA_URL should be an address that begins with"),
        (SOCKET | {"SERVICENOW_USER": "casebook"}, "SERVICENOW_URL is missing and is needed for ServiceNow"),
        (SOCKET | {"SERVICENOW_URL": "https://s.example", "SERVICENOW_USER": "c"}, "SERVICENOW_PASSWORD is missing"),
        (SOCKET | {"CASEBOOK_MODE": "rtm"}, "CASEBOOK_MODE should be socket or http, not 'rtm'"),
        (SOCKET | {"CASEBOOK_PORT": "65536"}, "CASEBOOK_PORT should be a number from 0"),
        (SOCKET | {"CASEBOOK_PORT": "tcp://10.0.0.1:3000"}, "CASEBOOK_PORT should be a number"),
        (SOCKET | {"CASEBOOK_PORT": "²"}, "CASEBOOK_PORT should be a number"),
        (SOCKET | {"CASEBOOK_ADMINS": "ann,U012ABC"}, "CASEBOOK_ADMINS should be Slack user ids .* and ann cannot"),
        (SOCKET | {"SLACK_API_URL": "slack.com/api"}, "SLACK_API_URL should be the address"),
        (SOCKET | {"DATABASE_URL": "mysql://db/casebook"}, "DATABASE_URL should be sqlite:///casebook.db or"),
        (SOCKET | {"DATABASE_URL": "sqlite://"}, "DATABASE_URL should name a file"),
        (SOCKET | {"DATABASE_URL": "sqlite:///:memory:"}, "DATABASE_URL should name a file"),
        (SOCKET | {"DATABASE_URL": "sqlite:/casebook.db"}, "DATABASE_URL should name a file"),
        (
            SOCKET | {"SLACK_CLIENT_ID": "1", "SLACK_CLIENT_SECRET": "2"},
            "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are set",
        ),
        (SOCKET | {"LOG_FORMAT": "xml"}, "LOG_FORMAT should be text or json"),
        (SOCKET | {"LOG_LEVEL": "loud"}, "LOG_LEVEL should be info, debug, warning or error"),
        (SOCKET | {"SLACK_API_URL": "http://["}, "SLACK_API_URL should be the address"),
        (
            SOCKET | {"PAGERDUTY_EVENTS_URL": "events.pagerduty.com"},
            "PAGERDUTY_EVENTS_URL should be the address of",
        ),
        (SOCKET | {"CASEBOOK_SECRET_KEY": "hunter2"}, "CASEBOOK_SECRET_KEY should be a key that `python -m bot key`"),
        (SOCKET | {"CASEBOOK_SECRET_KEY": f"{KEY},{KEY[:-4]}"}, "CASEBOOK_SECRET_KEY should be a key"),
        (SOCKET | {"CASEBOOK_SECRET_KEY": "ä" * 44}, "CASEBOOK_SECRET_KEY should be a key"),
        (
            SOCKET | {"CASEBOOK_PRIVATE_WEBHOOKS": "a.test,http://b.test"},
            ".* and http://b.test is none of",
        ),
        (SOCKET | {"CASEBOOK_PRIVATE_WEBHOOKS": "10.0.0.1/8"}, "PRIVATE_WEBHOOKS .* and 10.0.0.1/8 is none"),
        (SOCKET | {"CASEBOOK_PRIVATE_WEBHOOKS": "a.test:0 b.test:65536"}, "and a.test:0, b.test:65536 is none"),
    ],
)
def test_an_error_names_the_variable_and_what_it_should_be(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence) as raised:
        load(environ, None)
    assert len(raised.value.problems) == 1


def test_all_errors_are_said_at_once_and_none_shows_a_secret() -> None:
    with pytest.raises(SettingsError) as raised:
        load({"SLACK_BOT_TOKEN": "s3cret", "SLACK_APP_TOKEN": "s3cret", "LOG_LEVEL": "x"}, None)
    assert len(raised.value.problems) == 3
    assert "s3cret" not in str(raised.value)


def test_a_database_password_is_not_shown_in_an_error() -> None:
    with pytest.raises(SettingsError) as raised:
        load(SOCKET | {"DATABASE_URL": "mysql://ann:pa55word@db/x"}, None)
    assert "pa55word" not in str(raised.value)


def test_the_dotenv_file_fills_what_the_environment_leaves_out(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SLACK_BOT_TOKEN=xoxb-file\nSLACK_APP_TOKEN='xapp-${HOME}'\nCASEBOOK_PORT=4000\n", encoding="utf-8")
    settings = load({"CASEBOOK_PORT": "5000"}, file)
    assert (settings.bot_token, settings.app_token, settings.port) == ("xoxb-file", "xapp-${HOME}", 5000)


def test_set_but_empty_is_unset(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("CASEBOOK_PORT=4000\n", encoding="utf-8")
    assert load(SOCKET | {"CASEBOOK_PORT": ""}, file).port == 3000


def test_without_a_dotenv_file(tmp_path: Path) -> None:
    assert load(SOCKET, tmp_path / ".env").port == 3000


def test_postgresql_needs_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.config.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"pip install 'casebook\[postgres\]'"):
        load(SOCKET | {"DATABASE_URL": "postgresql://db/casebook"}, None)


def test_the_manifest_is_found() -> None:
    assert manifest_file().is_file()


# -- logs -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def quiet_root() -> Iterator[None]:
    with kept_logging():
        yield


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("bot xoxb-1-2-abC_d, app xapp-1-A0-9-f.", "bot [redacted], app [redacted]."),
        ("xoxe.xoxb-1-Mi0y xoxe-1-My0x xoxp-1-2", "[redacted] [redacted] [redacted]"),
        ("{'response_url': 'https://example.test/r/1', 'text': 1}", "{'response_url': '[redacted]', 'text': 1}"),
        ('{"response_url":"http://127.0.0.1:1/response/7"}', '{"response_url":"[redacted]"}'),
        ("POST https://hooks.slack.com/services/T0/B0/XX failed", "POST [redacted] failed"),
        ("refused ATATT3xFfGF0-x_y=2A", "refused [redacted]"),
        ("Authorization: Basic Ym90OnBhNTU=", "Authorization: Basic [redacted]"),
        ("wss://wss-primary.slack.com/link/?ticket=ab-c&app_id=1", "wss://wss-primary.slack.com/link/?ticket=[redacted]&app_id=1"),
        ("postgresql+psycopg://ann:pa55@db:5432/casebook", "postgresql+psycopg://[redacted]@db:5432/casebook"),
        ("GET https://acme.slack.com/archives/C1/p1 at 12:30", "GET https://acme.slack.com/archives/C1/p1 at 12:30"),
    ],
)  # fmt: skip
def test_secrets_are_redacted(line: str, shown: str) -> None:
    assert logs.redacted(line) == shown


@pytest.mark.usefixtures("quiet_root")
def test_json_lines_redact_messages_arguments_and_tracebacks(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json", "info")
    try:
        raise RuntimeError("refused xoxb-1-secret")
    except RuntimeError:
        logging.getLogger("bot.test").exception("with %s\nand more", "xapp-1-secret")
    line = json.loads(capsys.readouterr().err)
    assert line["level"] == "error"
    assert line["logger"] == "bot.test"
    assert line["message"] == "with [redacted]\nand more"
    assert "RuntimeError: refused [redacted]" in line["error"]
    assert line["time"].endswith("+00:00")


@pytest.mark.usefixtures("quiet_root")
def test_text_lines_redact_tracebacks(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("text", "info")
    try:
        raise RuntimeError("refused xoxb-1-secret")
    except RuntimeError:
        logging.getLogger("bot.test").exception("oh")
    shown = capsys.readouterr().err
    assert "ERROR" in shown
    assert "xoxb-1-secret" not in shown


@pytest.mark.usefixtures("quiet_root")
def test_libraries_that_print_bodies_at_debug_do_not(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("text", "debug")
    logging.getLogger("slack_sdk.web.client").debug("what people wrote")
    logging.getLogger("bolt").debug("what people wrote")
    logging.getLogger("urllib3.connection").warning("Failed to parse headers (url=https://x.test/what people wrote)")
    logging.getLogger("bot.test").debug("ours")
    shown = capsys.readouterr().err
    assert "what people wrote" not in shown
    assert "ours" in shown
