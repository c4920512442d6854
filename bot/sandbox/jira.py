"""A local Jira, Cloud or Data Center: its REST API in version 2, webhooks, and a page to see and change issues on.

Sources: Atlassian, "The Jira Cloud platform REST API" (v2) and "Jira Data Center platform REST API"; CHANGE-2046 for
the end of ``/search`` in Cloud.
"""

import base64
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from . import jira_keeping, jira_page
from .endpoint import Call, Endpoint
from .jira_acts import Site
from .jira_hooks import Delivery, Hook, Hooks
from .jira_requests import Api, Request
from .jira_shapes import Shapes
from .jira_site import GUARDED, US, Issue, No, Note, Person, Project, Workflow
from .wire import Json

API = "/rest/api/2/"


class LocalJira(Endpoint):
    """`with LocalJira() as jira:`; its methods are what people do there, `by` whom. People go by their handles.

    Casebook's account is `casebook`: `email` and `token` in Cloud, `pat` in Data Center. `anonymous`: like sites that
    strangers may look at, it takes wrong credentials for nobody's. `lag`: seconds until a search finds what was done.
    `deep`: an issue tells of its transitions' screens too, which no page promises.
    """

    def __init__(
        self, *, cloud: bool = True, port: int = 0, lag: float = 0.0, now: Callable[[], float] = time.time
    ) -> None:  # fmt: skip
        super().__init__(port, now)
        self.cloud = cloud
        self.anonymous = False
        self.locked_out = False
        self.email, self.token, self.pat = "casebook@example.com", "ATATT3x-local", "NjE2-local"
        self.hooks = Hooks(self._shapes, self.moved)
        self.site = Site(cloud, now, lambda *told: self.hooks.tell(self.now(), *told))
        self.lag = lag
        self.deep = True
        self.add_person(US, "Casebook", self.email)

    def _shapes(self) -> Shapes:
        return Shapes(self.cloud, self.url)

    @property
    def issues(self) -> list[Issue]:
        return self.site.issues

    @property
    def asked(self) -> list[Call]:
        """The calls of the REST API."""
        return [call for call in self.calls if call.path.startswith("/rest/")]

    # -- what there is ------------------------------------------------------------------------------------------------

    def add_person(self, handle: str, name: str, email: str = "", **over: Any) -> Person:
        """`hidden`: shows nobody the address; `active`; `kind`: `atlassian`, `app` or `customer`."""
        return self.site.add_person(handle, name, email or f"{handle}@example.com", **over)

    def add_project(self, key: str, name: str, workflow: Workflow = GUARDED) -> Project:
        return self.site.add_project(key, name, workflow)

    def add_hook(self, url: str, secret: str, retries: int = 0) -> Hook:
        hook = Hook(url, secret, retries)
        self.hooks.hooks.append(hook)
        return hook

    def issue(self, key: str) -> Issue:
        return self.site.issue(key)

    def browse(self, key: str) -> str:
        return f"{self.url}/browse/{key}"

    # -- keeping ------------------------------------------------------------------------------------------------------

    def snapshot(self) -> Json:
        return self.ask(jira_keeping.snapshot, self.site) if self.is_running else jira_keeping.snapshot(self.site)

    def restore(self, state: Json) -> None:
        """Before it is started. Raises KeyError or TypeError for a snapshot of another make."""
        jira_keeping.restore(self.site, state)

    # -- what people do -----------------------------------------------------------------------------------------------

    def create(self, project: str, title: str, by: str, **fields: Any) -> Issue:
        place = self.site.project(project)
        return self.ask(partial(jira_page.create, self.site, self.site.people[by], place, title, **fields))

    def set_status(self, key: str, status: str, by: str) -> None:
        self._by_hand(key, "status", by, status)

    def set_priority(self, key: str, priority: str, by: str) -> None:
        self._by_hand(key, "priority", by, priority)

    def set_title(self, key: str, title: str, by: str) -> None:
        self._by_hand(key, "title", by, title)

    def assign(self, key: str, to: str | None, by: str) -> None:
        self._by_hand(key, "assignee", by, to or "")

    def edit(self, key: str, by: str, **fields: Any) -> None:
        """In the values of the REST API."""
        self.ask(self.site.edit, self.site.people[by], self.issue(key), fields)

    def comment(self, key: str, text: str, by: str, *, internal: bool = False, role: str = "") -> Note:
        act = partial(self.site.comment, self.site.people[by], self.issue(key), text, internal=internal, role=role)
        return self.ask(act)

    def edit_comment(self, key: str, note: Note, text: str, by: str) -> None:
        self.ask(self.site.rewrite, self.site.people[by], self.issue(key), note, text)

    def delete_comment(self, key: str, note: Note, by: str) -> None:
        self.ask(self.site.remove, self.site.people[by], self.issue(key), note)

    def move(self, key: str, project: str, by: str) -> None:
        self.ask(self.site.move, self.site.people[by], self.issue(key), self.site.project(project))

    def delete(self, key: str, by: str) -> None:
        self._by_hand(key, "delete", by)

    def _by_hand(self, key: str, act: str, by: str, value: str = "") -> None:
        self.ask(jira_page.act, self.site, key, act, {"by": by, "value": value})

    def deliver_again(self, delivery: Delivery) -> None:
        """A webhook that was delivered already: the same body under the same identifier."""
        self.ask(self.hooks.send, delivery)

    # -- requests -----------------------------------------------------------------------------------------------------

    def answer(self, request: web.Request, raw: bytes) -> web.Response:
        if not request.path.startswith("/rest/"):
            return self._page(request, raw)
        try:
            status, body = self._asked(request, raw)
        except No as no:
            status, body = no.status, no.body
        headers = {"X-AREQUESTID": "1f0c2a", "X-ANODEID": "node-1"}
        if status == 403 and self.locked_out:
            headers["X-Authentication-Denied-Reason"] = "CAPTCHA_CHALLENGE; login-url=https://example.invalid/login"
        if self._who(request) is None and self.anonymous:
            headers["X-Seraph-LoginReason"] = "AUTHENTICATED_FAILED"
        return web.Response(status=status, headers=headers) if body is None else web.json_response(
            body, status=status, headers=headers
        )  # fmt: skip

    def _asked(self, request: web.Request, raw: bytes) -> tuple[int, Any]:
        if not request.path.startswith(API):
            raise No(404, f"null for uri: {request.path}")
        path = request.path.removeprefix(API)
        if path == "serverInfo":
            kind = "Cloud" if self.cloud else "DataCenter"
            return 200, {"baseUrl": self.url, "deploymentType": kind, "versionNumbers": [10, 3, 0]}
        if self.locked_out:
            raise No(403, "Authentication was denied.")
        who = self._who(request)
        if who is None:
            raise No(404, "Issue does not exist or you do not have permission to see it.") if self.anonymous else No(
                401, "Client must be authenticated to access this resource."
            )  # fmt: skip
        if request.method in {"POST", "PUT"} and request.content_type != "application/json":
            raise No(415, "Unsupported Media Type")
        query = {name: ",".join(request.query.getall(name)) for name in request.query}
        return Api(self.site, self._shapes(), self.lag, self.deep).answer(
            Request(request.method, path, query, said(raw), who)
        )

    def _who(self, request: web.Request) -> Person | None:
        basic = base64.b64encode(f"{self.email}:{self.token}".encode()).decode()
        right = f"Basic {basic}" if self.cloud else f"Bearer {self.pat}"
        return self.site.people[US] if request.headers.get("Authorization") == right else None

    def _page(self, request: web.Request, raw: bytes) -> web.Response:
        if request.path == "/style.css":
            return web.Response(text=jira_page.STYLE, content_type="text/css", headers=jira_page.HEADERS)
        origin = request.headers.get("Origin", self.url)
        match request.method, request.path.split("/")[1:]:
            case "GET", [""]:
                return self._shown()
            case "GET", ["browse", key]:
                return self._shown(key)
            case "POST", ["act", key, what] if origin in {f"{request.scheme}://{request.host}", self.url}:
                try:
                    place = jira_page.act(self.site, key, what, dict(parse_qsl(raw.decode(), keep_blank_values=True)))
                except (No, KeyError) as no:
                    words = no.body if isinstance(no, No) else {"errorMessages": [f"{no} is missing"]}
                    return self._shown(problem=problem(words))
                return web.Response(status=303, headers={"Location": place})
        return web.Response(status=404, text="There is no such page.")

    def _shown(self, only: str = "", problem: str = "") -> web.Response:
        text = jira_page.page(self.site, only, problem)
        status = 400 if problem else 200
        return web.Response(text=text, status=status, content_type="text/html", headers=jira_page.HEADERS)


def said(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        raise No(400, "Unexpected end-of-input: expected close marker for the request.") from None


def problem(words: Json) -> str:
    return " ".join([*words.get("errorMessages", []), *words.get("errors", {}).values()])
