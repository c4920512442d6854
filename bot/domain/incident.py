"""Incidents: a case that has grown so large that its people meet in a channel of its own."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.base import Base, BigId
from bot.domain.errors import Invalid
from bot.domain.evidence import CASE
from bot.domain.text import kept_line

# docs.slack.dev, "conversations.create": lower case, digits, hyphens and underscores, up to 80 characters.
CHANNEL_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
NAME_LIMIT = 76  # of 80: a taken name gets a number behind it
SUGGESTED = 48
NAMES_TRIED = 20


class Severity(StrEnum):
    """From the gravest to the least."""

    SEV1 = "SEV1"
    SEV2 = "SEV2"
    SEV3 = "SEV3"
    SEV4 = "SEV4"

    @property
    def words(self) -> str:
        return SEVERITY_WORDS[self]


SEVERITY_WORDS = {
    Severity.SEV1: "SEV1 Everybody is affected",
    Severity.SEV2: "SEV2 Many are affected",
    Severity.SEV3: "SEV3 Some are affected",
    Severity.SEV4: "SEV4 Hardly anybody is affected",
}


class Step(StrEnum):
    """What is done in Slack, one after the other; each is noted, so that what was begun goes on where it was."""

    TOPIC = "topic"
    PEOPLE = "people"
    BOOKMARK = "bookmark"
    FAREWELL = "farewell"


class Led:
    """The part of a case that says how it is investigated.

    ``severity``: of its incident, if it has grown into one. ``incident_channel``: where that is led. ``notebook``: the
    canvas of its investigation.
    """

    severity: Mapped[str | None] = mapped_column(String(8))
    incident_channel: Mapped[str | None] = mapped_column(String(32))
    notebook: Mapped[str | None] = mapped_column(String(32))


class Incident(Base):
    """``name``: of its channel as it was asked for. ``channel``: its id, ``None`` until it is there.

    ``archives``: the channel is archived once the case is closed. ``done``: the steps that are. ``pager``: the
    recipient of an inbox, at PagerDuty, that is called by it.
    """

    __tablename__ = "incidents"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey(CASE, ondelete="CASCADE"), index=True)
    severity: Mapped[str] = mapped_column(String(8))
    commander: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(80))
    is_private: Mapped[bool] = mapped_column(default=False)
    archives: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[str | None] = mapped_column(String(32), index=True)
    done: Mapped[list[str]]
    pager: Mapped[int | None]
    declared_by: Mapped[str] = mapped_column(String(32))
    declared_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    def has_done(self, step: Step) -> bool:
        return step.value in self.done

    def names(self) -> Iterator[str]:
        """Of the channel, the best first: one that is taken gets a number."""
        yield self.name
        for number in range(2, NAMES_TRIED + 1):
            yield f"{self.name}-{number}"


def suggested_name(key: str, title: str) -> str:
    """``inc-ops-12-checkout-down``: as many words of the title as there is room for."""
    name = f"inc-{key.lower()}"
    for word in plain_words(title):
        if len(name) + 1 + len(word) > SUGGESTED:
            break
        name += f"-{word}"
    return name


def plain_words(title: str) -> Iterable[str]:
    folded = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.findall(r"[a-z0-9]+", folded)


def checked_name(typed: str) -> str:
    """As Slack takes it. Raises ``Invalid`` for the field ``name``."""
    name = kept_line(typed).lstrip("#").lower().replace(" ", "-")
    if not CHANNEL_NAME.fullmatch(name):
        raise Invalid.field(
            "name", "A channel's name has letters a–z, digits, - and _, for example inc-ops-12-checkout-down."
        )
    if len(name) > NAME_LIMIT:
        raise Invalid.field("name", f"A channel's name has up to {NAME_LIMIT} characters here; this has {len(name)}.")
    return name


def severity_named(words: str) -> Severity:
    """``sev1``, ``SEV1`` or ``1``; raises ``Invalid`` for the field ``severity``."""
    wanted = words.strip().upper().removeprefix("SEV")
    for severity in Severity:
        if wanted == severity.removeprefix("SEV"):
            return severity
    raise Invalid.field("severity", f"“{words}” is not a severity. Choose sev1, sev2, sev3 or sev4.")
