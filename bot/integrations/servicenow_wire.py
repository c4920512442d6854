"""Requests to ServiceNow's Table API by way of `pysnow`, and what is to be made of the answers.

Rules: ServiceNow, "Table API" and "REST API HTTP response codes".
"""

import json
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from requests import RequestException, Response, Session
from requests.auth import HTTPBasicAuth

from bot.integrations.errors import AskedToWait, Declined, Gone, Shut, Unanswered, pause
from bot.integrations.notice import clipped
from bot.integrations.posting import AGENT, host_of, unanswered

# Seconds to connect, and between two pieces of the answer.
TIMEOUT = (3, 10)
ASKED_TOO_OFTEN = 30.0
LONGEST_WORDS = 300
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

TABLE = re.compile(r"[a-z][a-z0-9_]{0,79}")
SYS_ID = re.compile(r"[0-9a-f]{32}")
# What would become a condition of its own in a query, or be run as a script over there.
UNSAFE = re.compile(r"[\^\r\n]|\A\s*javascript:", re.IGNORECASE)
# Where ServiceNow's words end and its insides begin.
INSIDES = re.compile(r"\n|\bat (?:com|org|java|sun)\.|\b(?:com|org|java)\.[a-z]+\.|Caused by|Business Rule Stack")

NO_ENTRY = (
    "ServiceNow does not let Casebook in. An admin has to check SERVICENOW_USER and SERVICENOW_PASSWORD, and whether "
    "that account is active there, not locked, and allowed to use the REST API."
)
NO_RIGHTS = (
    "ServiceNow refused with “{words}”. Whoever runs it can give Casebook's account the roles it needs, which are itil "
    "and read access to sys_user, sys_user_group, sys_choice and sys_journal_field."
)
MANDATORY = (
    "ServiceNow refused with “{words}”. Fill it in over there, create the record there and link it, or ask its admin "
    "to relax the rule."
)
REFUSED = "ServiceNow refused with “{words}”. Somebody has to put that right over there before it can be tried again."
ELSEWHERE = (
    "What answers at SERVICENOW_URL ({status}) is not ServiceNow's Table API. An admin has to set it to the instance's "
    "own address, like https://example.service-now.com."
)
NOT_THERE = "ServiceNow has no such record any more, or none that Casebook's account may see."
ODD = "That cannot be looked for in ServiceNow. Leave out “^” and line breaks."

# By field, "value" and "display_value".
Record = Mapping[str, Mapping[str, str]]


@cache
def pysnow() -> Any:
    """The package, when it is needed: a process without ServiceNow starts faster, and smaller.

    It warns of libmagic, for attachments, which are none of ours, and of old pytz on Python 3.12.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pysnow as package  # noqa: PLC0415
    return package


class Line(Session):
    """Raises ``Trouble`` for every answer that is none of a working Table API. ``date``: the partner's clock, as the
    last answer had it."""

    date: datetime | None = None

    def request(self, *args: Any, **kwargs: Any) -> Response:
        """No redirect is followed: it would lead to a page to sign in at."""
        response = super().request(*args, **(kwargs | {"allow_redirects": False}))
        self.date = date_of(response)
        check(response, self.date)
        return response


class Wire:
    """One piece of work's connection, shared by no threads.

    A resource is made for every request: all of one resource's requests share their parameters.
    """

    def __init__(self, url: str, user: str, password: str) -> None:
        parts = urlsplit(url)
        self.base = f"{parts.scheme}://{parts.netloc}"
        self.user = user
        self._line = Line()
        # As bytes: `requests` would make Latin-1 of them.
        self._line.auth = HTTPBasicAuth(user.encode(), password.encode())
        self._client = pysnow().Client(host=parts.netloc, use_ssl=parts.scheme == "https", session=self._line)
        self._line.headers["User-Agent"] = AGENT

    @property
    def date(self) -> datetime | None:
        return self._line.date

    def rows(
        self, table: str, query: str, fields: Sequence[str], *, limit: int, offset: int = 0
    ) -> Sequence[Record]:  # fmt: skip
        def ask(resource: Any) -> Any:
            return resource.get(query=query, fields=list(fields), limit=limit, offset=offset).all()

        rows: list[Record] = self._ask(table, ask)
        return rows

    def one(self, table: str, sys_id: str, fields: Sequence[str]) -> Record:
        def ask(resource: Any) -> Any:
            resource.parameters.fields = list(fields)
            return resource.request("GET", path_append=path(sys_id)).one()

        record: Record = self._ask(table, ask)
        return record

    def insert(self, table: str, values: Mapping[str, object], fields: Sequence[str]) -> Record:
        def ask(resource: Any) -> Any:
            resource.parameters.fields = list(fields)
            return resource.create(payload=dict(values)).one()

        record: Record = self._ask(table, ask)
        return record

    def update(self, table: str, sys_id: str, values: Mapping[str, object], fields: Sequence[str]) -> Record:
        """In one request, where pysnow's own way takes two."""

        def ask(resource: Any) -> Any:
            resource.parameters.fields = list(fields)
            return resource.request("PATCH", path_append=path(sys_id), data=json.dumps(values)).one()

        record: Record = self._ask(table, ask)
        return record

    def _ask(self, table: str, ask: Callable[[Any], Any]) -> Any:
        """What is raised hides the exception behind it: those of `requests` have the whole address in their text."""
        if not TABLE.fullmatch(table):
            raise Declined("odd table", f"“{clipped(table, 80)}” is not the name of a table.")
        resource = self._client.resource(api_path=f"/table/{table}", timeout=TIMEOUT)
        resource.parameters.display_value = "all"
        resource.parameters.exclude_reference_link = True
        try:
            return ask(resource)
        except RequestException as error:
            raise unanswered(error, host_of(self.base)) from None
        except pysnow().exceptions.PysnowException as error:
            raise Unanswered(f"odd answer ({type(error).__name__})", perhaps_sent=True) from None


def path(sys_id: str) -> str:
    if not SYS_ID.fullmatch(sys_id):
        raise Gone("odd id", NOT_THERE)
    return f"/{sys_id}"


def sought(value: str) -> str:
    """A value fit for a query. Raises ``Declined``."""
    if UNSAFE.search(value):
        raise Declined("odd value", ODD)
    return value


def check(response: Response, now: datetime | None) -> None:
    status = response.status_code
    if status == 429:
        raise AskedToWait("429", pause(response.headers, now or EPOCH, ASKED_TOO_OFTEN))
    if status >= 500 or status in {408, 425}:
        raise Unanswered(str(status), perhaps_sent=True)
    said = parsed(response)
    if status == 401:
        raise Shut("401", NO_ENTRY)
    if 200 <= status < 300:
        check_content(status, said)
    elif said is None:  # a page: of a proxy, or to sign in at
        raise Declined(str(status), ELSEWHERE.format(status=status))
    else:
        raise declined(status, words(said))


def check_content(status: int, said: Any) -> None:
    if status == 204:
        return
    if said is None:
        raise Unanswered(f"a page instead of an answer ({status}): the instance may be asleep", perhaps_sent=True)
    if said.get("error"):  # of a query that was cut off: what there is of a result is not all
        raise Unanswered(words(said), perhaps_sent=True)


def declined(status: int, said: str) -> Declined | Shut:
    if status == 404:
        return Gone("404", NOT_THERE) if "No Record found" in said else Declined("404", ELSEWHERE.format(status=404))
    if "API level ACL" in said:
        return Shut(str(status), NO_RIGHTS.format(words=said))
    if "ACL" in said or "nsufficient rights" in said:
        return Declined(str(status), NO_RIGHTS.format(words=said))
    return Declined(str(status), (MANDATORY if "mandatory" in said else REFUSED).format(words=said))


def parsed(response: Response) -> Any:
    """The object that it is, or ``None`` for anything else."""
    try:
        said = response.json()
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def words(said: Mapping[str, Any]) -> str:
    """ServiceNow's own: ``{"error": {"message": …, "detail": …}}``."""
    error = said.get("error")
    parts = [error.get("message"), error.get("detail")] if isinstance(error, dict) else [error]
    shown = (INSIDES.split(part.strip())[0].strip(" .") for part in parts if isinstance(part, str))
    text = re.sub(r"[<>`“”\s]+", " ", ": ".join(filter(None, shown))).strip()
    return clipped(text or "no reason given", LONGEST_WORDS)


def date_of(response: Response) -> datetime | None:
    try:
        found = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
