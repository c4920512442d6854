"""What every listener works with, and how a payload becomes an ``Act``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.act import Act
from bot.domain.reading import Workspace
from bot.domain.ticket import Partner
from bot.storage.database import Database
from bot.surfaces.questions import Questions
from bot.surfaces.replies import Replies
from bot.usecases.outside import Outside

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """``ticketing``: the ticketing systems that are switched on, by our names for them.

    ``site``: our web server's address for the outside, if the operator has said it.
    """

    db: Database
    workspace: Workspace
    now: Callable[[], datetime]
    replies: Replies
    outside: Outside
    questions: Questions = field(default_factory=Questions)
    ticketing: Mapping[str, Partner] = field(default_factory=dict)
    site: str = ""

    def act(self, body: Body, via: str, seen: int | None = None) -> Act:
        return Act(actor=actor_of(body), at=self.now(), via=via, origin=origin_of(body), seen=seen)


def actor_of(body: Body) -> str:
    """The Slack id of who did it, whatever the kind of payload."""
    user = body.get("user") or body.get("user_id") or body.get("event", {}).get("user")
    return str(user["id"] if isinstance(user, Mapping) else user or "")


def origin_of(body: Body) -> str | None:
    """What Slack repeats when it repeats itself: a view's id and state, else the trigger of the click."""
    if body.get("type") == "view_submission":
        view = body["view"]
        return f"view/{view['id']}/{view['hash']}"
    trigger = body.get("trigger_id")
    return f"click/{trigger}" if trigger else None


def is_in_modal(body: Body) -> bool:
    return str((body.get("view") or {}).get("type")) == "modal"


def is_on_top_of_two(body: Body) -> bool:
    """Whether the modal is the last of the three that Slack stacks (docs.slack.dev, "Modals")."""
    view = body.get("view") or {}
    return is_in_modal(body) and view.get("previous_view_id") not in (None, "", view.get("root_view_id"))


def is_in_home(body: Body) -> bool:
    return str((body.get("view") or {}).get("type")) == "home"


def is_ephemeral(body: Body) -> bool:
    return bool((body.get("container") or {}).get("is_ephemeral"))


def via(body: Body) -> str:
    """Where a click on a case came from, for its timeline."""
    if is_in_modal(body):
        return "details"
    return "home" if is_in_home(body) else "card"


def channel_of(body: Body) -> str | None:
    """The channel of a command or click, if it happened in one."""
    return body.get("channel_id") or (body.get("channel") or {}).get("id")
