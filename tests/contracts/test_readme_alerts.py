"""What README.md tells people to send is what the readers take."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.domain.case import Priority
from bot.domain.facts import Source
from bot.domain.intake import AlertState
from bot.integrations import datadog_alerts, generic_alerts

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def example(beginning: str) -> dict[str, Any]:
    (found,) = [text for text in re.findall(r"```json\n(.*?)```", README, re.DOTALL) if text.startswith(beginning)]
    return dict(json.loads(found))


def test_datadogs_payload_has_every_value_that_is_read() -> None:
    payload = example('{"source": "datadog"')
    source = Path(datadog_alerts.__file__).read_text(encoding="utf-8")
    of_the_default = {"last_updated", "body", "id"}
    read = {
        name for call in re.findall(r"\.(?:get|first)\(([^()]*)\)", source) for name in re.findall(r'"(\w+)"', call)
    }
    assert read - of_the_default <= set(payload)
    assert all(str(value).startswith("$") for name, value in payload.items() if name != "source")


def test_the_example_of_our_own_json_is_read() -> None:
    (alert,) = generic_alerts.read({}, json.dumps(example('{"key"')).encode(), "", NOW)
    assert (alert.key, alert.state, alert.kind, alert.priority) == (
        "disk/web-1", AlertState.TRIGGERED, Source.MONITOR, Priority.P2,
    )  # fmt: skip
    assert (alert.name, alert.tags, alert.delivery) == ("Disk space", {"env": "prod", "service": "web"}, "event-1")
    for word in (*filter(None, generic_alerts.KINDS), "triggered", "warning", "no data", "recovered"):
        assert f"`{word}`" in README
