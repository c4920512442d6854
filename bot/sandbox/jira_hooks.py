"""The webhooks of a local Jira: signed, in order, and sent again when nobody takes them.

Sources: Atlassian, "Webhooks" (Jira Cloud platform; Jira Data Center).
"""

import asyncio
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import ClientError, ClientSession, ClientTimeout

from .jira_shapes import Shapes
from .jira_site import Issue, Person
from .wire import Json

AGAIN = {408, 409, 425, 429}
SHORT = ("summary", "issuetype", "project", "assignee", "priority", "status")
LONG = (*SHORT, "description", "resolution", "creator", "reporter", "created", "updated")
PATIENCE = ClientTimeout(total=20, sock_connect=5)


@dataclass
class Hook:
    """``retries``: how often a delivery that fails is sent again; at once, where Jira takes up to half an hour."""

    url: str
    secret: str
    retries: int = 0


@dataclass
class Delivery:
    """``status``: the last answer; 0 when there was none."""

    hook: Hook
    id: str
    raw: bytes
    event: str
    status: int = 0
    attempts: int = 0


class Hooks:
    """``delivered``: is called whenever one has been sent, or given up."""

    def __init__(self, shapes: Callable[[], Shapes], delivered: Callable[[], None]) -> None:
        self.shapes = shapes
        self.hooks: list[Hook] = []
        self.deliveries: list[Delivery] = []
        self._delivered = delivered
        self._last: asyncio.Task[None] | None = None

    def tell(self, at: float, event: str, issue: Issue, who: Person, extra: Json) -> None:
        """On the server's thread."""
        for body in bodies(self.shapes(), at, event, issue, who, extra):
            for hook in self.hooks:
                self.send(Delivery(hook, str(uuid.uuid4()), json.dumps(body).encode(), body["webhookEvent"]))

    def send(self, delivery: Delivery) -> None:
        """After those that were sent before. On the server's thread."""
        if delivery not in self.deliveries:
            self.deliveries.append(delivery)
        self._last = asyncio.get_running_loop().create_task(self._send(delivery, self._last))

    async def _send(self, delivery: Delivery, before: "asyncio.Task[None] | None") -> None:
        if before is not None:
            await asyncio.wait([before])
        hook = delivery.hook
        for retry in range(hook.retries + 1):
            delivery.attempts += 1
            delivery.status = await posted(delivery, retry)
            if delivery.status and delivery.status not in AGAIN and delivery.status < 500:
                break
        self._delivered()


async def posted(delivery: Delivery, retry: int) -> int:
    digest = hmac.new(delivery.hook.secret.encode(), delivery.raw, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json; charset=UTF-8",
        "User-Agent": "Atlassian Webhook HTTP Client",
        "X-Atlassian-Webhook-Identifier": delivery.id,
        "X-Atlassian-Webhook-Flow": "Primary",
    }
    headers |= {"X-Hub-Signature": f"sha256={digest}"} if delivery.hook.secret else {}
    headers |= {"X-Atlassian-Webhook-Retry": str(retry)} if retry else {}
    try:
        async with (
            ClientSession(timeout=PATIENCE) as session,
            session.post(delivery.hook.url, data=delivery.raw, headers=headers, allow_redirects=False) as answer,
        ):
            return answer.status
    except (ClientError, TimeoutError):
        return 0


def bodies(shapes: Shapes, at: float, event: str, issue: Issue, who: Person, extra: Json) -> list[Json]:
    """Cloud tells of a comment by an event of its own, in which nobody is the user; Data Center also by an update."""
    said: Json = {"timestamp": round(at * 1000), "webhookEvent": event}
    if "note" not in extra:
        return [said | {"user": shapes.person(who), "issue": shapes.issue(issue, LONG)} | extra]
    comment = shapes.note(issue, extra["note"])
    told = [said | {"comment": comment, "issue": shapes.issue(issue, SHORT)}]
    if shapes.cloud:
        return told
    kind = {"created": "issue_commented", "updated": "issue_comment_edited", "deleted": "issue_comment_deleted"}
    said |= {"webhookEvent": "jira:issue_updated", "issue_event_type_name": kind[event.removeprefix("comment_")]}
    full = {"user": shapes.person(who), "issue": shapes.issue(issue, LONG), "comment": comment}
    return [*told, said | full]
