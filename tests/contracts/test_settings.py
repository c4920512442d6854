"""`config.py`, `.env.example` and `Settings` say the same."""

import ast
import re
from dataclasses import Field, fields
from pathlib import Path

import pytest

from bot import config
from bot.config import Settings, load

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
VARIABLE = re.compile(r"^(?:# )?([A-Z]+(?:_[A-Z]+)+)=(.*)$")
NAME = re.compile(r"[A-Z]+(_[A-Z]+)+")
SECRETS = {
    "bot_token", "app_token", "signing_secret", "database_url", "secret_keys", "jira_api_token", "jira_pat",
    "jira_webhook_secret", "servicenow_password", "servicenow_webhook_secret",
}  # fmt: skip
# Shown with a value that is an example and no default.
EXAMPLES = {"CASEBOOK_ADMINS", "CASEBOOK_PRIVATE_WEBHOOKS", "CASEBOOK_URL"}


def in_the_code() -> set[str]:
    tree = ast.parse(Path(config.__file__).read_text(encoding="utf-8"))
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {word for word in words if NAME.fullmatch(word)} - set(config.NOT_OURS)


def in_the_example() -> dict[str, str]:
    found = [match.groups() for line in EXAMPLE.splitlines() if (match := VARIABLE.match(line))]
    assert len(found) == len(dict(found)), "a setting is listed twice"
    return dict(found)


def test_the_example_lists_every_setting_and_no_other() -> None:
    assert set(in_the_example()) == in_the_code()


def test_there_is_a_field_for_every_setting() -> None:
    assert len(fields(Settings)) == len(in_the_code())


def test_each_setting_has_a_line_of_explanation() -> None:
    for paragraph in EXAMPLE.split("\n\n"):
        lines = paragraph.strip().splitlines()
        assert not VARIABLE.match(lines[0]), f"{lines[0]} is not explained"


def test_the_defaults_in_the_example_are_the_defaults() -> None:
    given = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    shown = {name: value for name, value in in_the_example().items() if value and name not in EXAMPLES}
    assert load(shown | given, None) == load(given, None)


def test_the_example_is_a_dotenv_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(EXAMPLE.replace("SLACK_BOT_TOKEN=", "SLACK_BOT_TOKEN=xoxb-1"), encoding="utf-8")
    assert load({"SLACK_APP_TOKEN": "xapp-1"}, file).bot_token == "xoxb-1"


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_secrets_are_kept_out_of_repr(field: Field[object]) -> None:
    assert field.repr == (field.name not in SECRETS)
