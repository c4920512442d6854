"""One connection to Jira through the `jira` package, and what its answers mean.

The package's own session signs in, builds addresses and sends. It is not left to judge answers: its exceptions hold
headers and bodies in their text, it logs whole pages, and it sleeps before it tries again. A hook judges first.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from requests import RequestException, Response

from bot.integrations.errors import Declined, Gone, Shut, Unanswered
from bot.integrations.notice import clipped
from bot.integrations.posting import AGENT, Answer, check_passing, host_of, unanswered

if TYPE_CHECKING:
    from jira import JIRA

# Seconds to connect, and between two pieces of the answer.
TIMEOUT = (3.0, 10.0)
# Seconds, when a Jira that is asked too often does not say how long.
ASKED_TOO_OFTEN = 30.0
LONGEST_WORDS = 300

NOT_LET_IN = (
    "Jira does not accept Casebook's account. Check {names}, and that its token has not expired; if the account was "
    "locked after too many attempts, sign in to Jira with it once."
)
NO_ENTRY = "Jira does not let Casebook's account do that. Ask whoever runs Jira to give it the permission."
NO_ENTRY_SAID = (
    "Jira does not let Casebook's account do that: “{words}”. Ask whoever runs Jira to give it the permission."
)
NOT_THERE = "Jira has no such issue any more, or none that Casebook's account may see."
REFUSED = "Jira refused with “{words}”."
ELSEWHERE = "What answers at JIRA_URL ({status}) is not Jira's REST API. Set it to the address that Jira opens with."
NO_JSON = "no JSON"


def connected(url: str, *, email: str, token: str, pat: str, timeout: tuple[float, float], judge: "Judge") -> "JIRA":
    """Asks nothing yet. Who gives a personal access token speaks to Data Center, else to Cloud."""
    from jira import JIRA  # noqa: PLC0415 - a process without Jira starts faster, and smaller

    auth: dict[str, Any] = {"token_auth": pat} if pat else {"basic_auth": (email, token)}
    options: dict[str, Any] = {"server": url, "headers": {"User-Agent": AGENT}}
    jira = JIRA(options=options, get_server_info=False, max_retries=0, timeout=timeout, logging=False, **auth)
    # Else it takes a Cloud for a Data Center, as it was not to ask.
    jira.deploymentType = "Server" if pat else "Cloud"
    jira._session.hooks["response"] = [judge]
    return jira


class Judge:
    """Raises ``Trouble`` for every answer that is no success. ``names``: the settings of the credentials."""

    def __init__(self, clock: Callable[[], datetime], names: str) -> None:
        self.clock = clock
        self.names = names

    def __call__(self, response: Response, *_: object, **__: object) -> None:
        # Read to its end, or its connection would stay open.
        status, headers, content = response.status_code, response.headers, response.content
        # A site that strangers may look at answers them like it answers us with a wrong password: with less.
        if status == 401 or "AUTHENTICATED_FAILED" in headers.get("X-Seraph-LoginReason", ""):
            raise Shut("401", NOT_LET_IN.format(names=self.names))
        check_passing(Answer(status, headers, ""), self.clock(), ASKED_TOO_OFTEN)
        if 200 <= status < 300:
            if content.lstrip()[:1] not in {b"", b"{", b"["}:
                # A page of a proxy, while Jira is looked after; whether Jira has had the request, nobody knows.
                raise Unanswered(NO_JSON, perhaps_sent=True)
            return
        if status == 403 and "X-Authentication-Denied-Reason" in headers:
            raise Shut("403", NOT_LET_IN.format(names=self.names))
        raise self.refusal(status, words(response))

    def refusal(self, status: int, said: str) -> Exception:
        if status in {409, 423}:
            return Unanswered(str(status), perhaps_sent=False)
        if status == 403:
            return Declined("403", NO_ENTRY_SAID.format(words=said)) if said else Shut("403", NO_ENTRY)
        if status == 404 and said:
            return Gone("404", NOT_THERE)
        if said:
            return Declined(str(status), REFUSED.format(words=said))
        return Shut(str(status), ELSEWHERE.format(status=status))


class Wire:
    """Paths are below ``/rest/api/2/``. Every method raises ``Trouble``."""

    def __init__(
        self, url: str, *, email: str, token: str, pat: str, clock: Callable[[], datetime],
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:  # fmt: skip
        self.url = url.rstrip("/")
        judge = Judge(clock, "JIRA_PAT" if pat else "JIRA_EMAIL and JIRA_API_TOKEN")
        self.jira = connected(self.url, email=email, token=token, pat=pat, timeout=timeout, judge=judge)

    @property
    def is_cloud(self) -> bool:
        return self.jira._is_cloud

    def get(self, path: str, **params: object) -> Any:
        return self.send("GET", path, params={name: value for name, value in params.items() if value is not None})

    def send(self, method: str, path: str, body: object = None, params: Mapping[str, object] | None = None) -> Any:
        """The answer's JSON, ``None`` if it is empty."""
        url = self.jira._get_url(path)
        data = None if body is None else json.dumps(body)
        try:
            response = self.jira._session.request(method, url, data=data, params=params)
        except RequestException as error:
            raise unanswered(error, host_of(self.url)) from None
        try:
            return response.json() if response.content else None
        except ValueError:
            raise Unanswered(NO_JSON, perhaps_sent=True) from None


def words(response: Response) -> str:
    """Jira's own, for people: ``{"errorMessages": […], "errors": {field: …}}``. Nothing if it is not Jira's."""
    try:
        said = response.json()
        messages = [*(said.get("errorMessages") or []), *(said.get("errors") or {}).values()]
        text = " ".join(str(message) for message in messages or [said.get("message") or ""])
    except (ValueError, AttributeError, TypeError):
        return ""
    return clipped(re.sub(r"[<>`“”\s]+", " ", text).strip(), LONGEST_WORDS)
