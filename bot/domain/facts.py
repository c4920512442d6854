"""What people say of a case: how long it may be, and how it is kept."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from bot.domain.errors import Invalid
from bot.domain.text import is_blank, kept_line

TITLE_LIMIT = 200
DESCRIPTION_LIMIT = 3000
ATTRIBUTE_LIMIT = 200
ATTRIBUTES = ("service", "env")


class Source(StrEnum):
    """Where a case came from."""

    PERSON = "person"
    MONITOR = "monitor"
    SIGNAL = "security signal"
    ERROR = "error tracking issue"
    ALERT = "other alert"
    STORM = "alert storm"


def filled(attributes: Mapping[str, str]) -> dict[str, str]:
    """As they are kept: those that say something."""
    lines = {name: kept_line(value) for name, value in attributes.items()}
    return {name: line for name, line in lines.items() if line}


def check(title: str, description: str, attributes: Mapping[str, str]) -> None:
    """Raises ``Invalid`` naming every field that is too long or missing."""
    wrong = {}
    if is_blank(title):
        wrong["title"] = "A case needs a title, in a few words: what is wrong, and where?"
    elif len(title) > TITLE_LIMIT:
        wrong["title"] = f"A title has up to {TITLE_LIMIT} characters; this one has {len(title):,}."
    if len(description) > DESCRIPTION_LIMIT:
        wrong["description"] = (
            f"A description has up to {DESCRIPTION_LIMIT:,} characters; this one has {len(description):,}. "
            "Put the rest in a note."
        )
    for name, value in attributes.items():
        if len(value) > ATTRIBUTE_LIMIT:
            wrong[name] = f"{name.capitalize()} has up to {ATTRIBUTE_LIMIT} characters; this one has {len(value):,}."
    if wrong:
        raise Invalid(" ".join(wrong.values()), wrong)


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def meant(field: str, value: Any) -> Any:
    """What ``plain`` made of a field's value."""
    return datetime.fromisoformat(value) if value and field.endswith("_at") else value
