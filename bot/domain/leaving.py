"""What retention puts into the outbox: its chores, its message to the project's channel, and what is left of a card."""

from datetime import datetime

from bot.domain.case import Case
from bot.domain.delivery import CHORES, Delivery, Tell
from bot.domain.evidence import Post, PostRole
from bot.domain.project import Project
from bot.domain.retention import Departure
from bot.domain.telling import EXPORTS, LATER, UPDATES, lane_of, tell


def gather(project: Project, slot_at: datetime, at: datetime, part: int = 0) -> Delivery:
    """The chore of finding which cases of a project are to go."""
    return tell(
        Tell.GATHER,
        f"gather/{project.id}/{slot_at.isoformat()}/{part}",
        at,
        stream=f"gather/{project.id}",
        lane=f"{CHORES}/{Tell.GATHER}",
        partner=CHORES,
        data={"project": project.id, "slot": slot_at.isoformat()},
    )


def depart(departure: Departure, occasion: str, at: datetime) -> Delivery:
    """The chore of deleting them, or of keeping them all."""
    return tell(
        Tell.DEPART,
        f"depart/{departure.id}/{departure.state}/{occasion}",
        at,
        stream=f"departure/{departure.id}",
        lane=f"{CHORES}/{Tell.DEPART}",
        partner=CHORES,
        data={"departure": departure.id},
    )


def warn(departure: Departure, project: Project, occasion: str, at: datetime) -> Delivery:
    """The message in the home channel: a warning first, and kept true afterwards."""
    channel = departure.channel or project.home_channel
    return tell(
        Tell.WARN,
        f"warn/{departure.id}/{occasion}",
        at,
        stream=f"departure/{departure.id}/message",
        lane=UPDATES if departure.ts else lane_of(channel),
        target=channel,
        data={"departure": departure.id},
    )


def last_copy(departure: Departure, project: Project, occasion: str, at: datetime) -> Delivery:
    """A file of all that goes, for the home channel."""
    return tell(
        Tell.LAST_COPY,
        f"copy/{departure.id}/{occasion}",
        at,
        stream=f"departure/{departure.id}/copy",
        lane=EXPORTS,
        target=project.home_channel,
        data={"departure": departure.id, "format": "json", "project": project.key},
    )


def farewells(case: Case, at: datetime) -> list[Delivery]:
    """Where its cards stand it will say that the case is deleted. By post rather than by id: the case will be gone."""
    return [farewell(case, post, at) for post in case.posts if post.role in {PostRole.CARD, PostRole.INBOX}]


def farewell(case: Case, post: Post, at: datetime) -> Delivery:
    return tell(
        Tell.FAREWELL,
        f"farewell/{post.channel}/{post.ts}",
        at,
        stream=f"case/{case.id}/{post.target}",
        lane=f"{UPDATES}{LATER}",
        target=post.target,
        data={
            "channel": post.channel,
            "ts": post.ts,
            "key": case.key,
            "months": case.project.retention_months,
            "project": case.project.key,
            "at": at.isoformat(),
        },
    )
