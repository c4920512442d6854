"""What is done to a case because of time: it is kept, kept open, closed for want of work, snoozed and woken."""

from datetime import datetime

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.entry import Entry, Kind
from bot.domain.facts import plain


def keep(case: Case, act: Act, until: datetime | None, departure: int | None = None) -> Entry | None:
    """Not deleted before then. ``departure``: the one that it is taken out of."""
    if case.kept_until == until and departure is None:
        return None
    case.kept_until = until
    more = {"departure": departure} if departure else {}
    return case.log(Kind.KEPT, act, {}, until=plain(until), **more)


def keep_open(case: Case, act: Act) -> Entry | None:
    """It will not close by itself before its time has passed once more."""
    return case.log(Kind.KEPT_OPEN, act, {}) if case.is_open and not case.is_archived else None


def announce_closing(case: Case, act: Act, at: datetime, days: int) -> Entry:
    """``days``: since anybody worked on it."""
    case.closing_at = at
    return case.log(Kind.CLOSING, act, {}, closes=plain(at), idle=days)


def close_idle(case: Case, act: Act, days: int) -> Entry | None:
    """With the reason that fits best."""
    return None if case.is_archived else case.close(act, case.type.idle_reason(), idle=days)


def snooze(case: Case, act: Act, until: datetime) -> Entry | None:
    if case.snoozed_until == until:
        return None
    case.rest(until, act.actor)
    return case.log(Kind.SNOOZED, act, {}, until=plain(until))


def wake(case: Case, act: Act) -> Entry | None:
    if not case.is_snoozed:
        return None
    case.rest(None, None)
    return case.log(Kind.WOKEN, act, {})
