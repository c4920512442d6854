"""Time zones by the names that Slack gives them."""

from collections.abc import Sequence
from datetime import UTC, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

# Kept by the database of zones for what was written long ago.
OLD = {"Brazil", "Canada", "Chile", "Etc", "Mexico", "SystemV", "US"}


@cache
def zone_named(name: str) -> tzinfo:
    """Slack's name for a zone may be newer than this machine's list of them; then it is UTC."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


@cache
def zones() -> Sequence[str]:
    """Those that people live in, by name, as far as this machine knows them."""
    return [
        name
        for name in sorted(available_timezones())
        if name == "UTC" or ("/" in name and name.partition("/")[0] not in OLD)
    ]
