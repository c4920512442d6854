"""Jira as a ticketing system: Cloud with an e-mail address and an API token, Data Center with a personal access token.

Sources: Atlassian, "Jira Cloud platform REST API v2", "Jira Data Center REST API"; CHANGE-2046 for the end of
``/search`` in Cloud. Version 2 takes plain text where version 3 takes documents.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from bot.domain.ticket import (
    Account,
    Asked,
    CaseLink,
    Choice,
    Comment,
    Draft,
    News,
    Part,
    Seen,
    Standing,
    Step,
    System,
    There,
    Ticketing,
    Value,
)
from bot.integrations import jira_forms, jira_news
from bot.integrations.errors import Declined, Gone, Trouble, Unanswered
from bot.integrations.jira_fields import (
    FIELDS,
    PROPERTY,
    account,
    comment,
    draft_out,
    fields_out,
    project_of,
    seen,
    text,
    text_out,
)
from bot.integrations.jira_forms import NO_PROJECT
from bot.integrations.jira_pointing import key_in
from bot.integrations.jira_status import walk
from bot.integrations.jira_wire import TIMEOUT, Wire

SYSTEM = System(
    name="jira",
    label="Jira",
    noun="issue",
    kind_label="Project",
    subtype_label="Issue type",
    priorities={"P1": "Highest", "P2": "High", "P3": "Medium", "P4": "Low", "P5": "Lowest"},
    has_internal=True,
)
# How long a search may not know of what was done. Atlassian names no time; people see seconds.
SETTLING = timedelta(seconds=60)
# Their clock and ours may differ.
SLACK = timedelta(minutes=3)
NO_COMMENT = "The comment is not in Jira any more. Add a new one."
INTERNAL = [{"key": "sd.public.comment", "value": {"internal": True}}]


def jira(
    url: str, *, email: str = "", token: str = "", pat: str = "", timeout: tuple[float, float] = TIMEOUT,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Callable[[], Ticketing]:  # fmt: skip
    """Makes a Jira for one piece of work each time it is called."""

    def made() -> Ticketing:
        return Jira(Wire(url, email=email, token=token, pat=pat, clock=now, timeout=timeout), now)

    return made


class Jira:
    """A `Ticketing`. It keeps a connection and who we are: for one thread, and not for long."""

    def __init__(self, wire: Wire, now: Callable[[], datetime]) -> None:
        self.wire = wire
        self.now = now

    def me(self) -> Account:
        return self._me

    @cached_property
    def _me(self) -> Account:
        found = account(self.wire.get("myself"))
        if found is None:
            raise Unanswered("no account", perhaps_sent=False)
        return found

    # -- issues -------------------------------------------------------------------------------------------------------

    def create(self, draft: Draft) -> Seen:
        """Tells of the values that were sent; the status is not among them, and reading it would be a third request."""
        try:
            made = self.wire.send("POST", "issue", draft_out(draft, is_cloud=self.wire.is_cloud))
        except Gone:
            raise Declined("404", NO_PROJECT) from None
        if not isinstance(made, dict) or not made.get("id") or not made.get("key"):
            raise Unanswered("no issue in the answer", perhaps_sent=True)
        # The issue is there, which is what matters; `attach` puts the link up again.
        with suppress(Trouble):
            self._link(made["id"], draft.mark, draft.case)
        told = {part: value for part, value in draft.values.items() if part.value != Part.STATUS}
        key = str(made["key"])
        return Seen(
            str(made["id"]), key, project_of(key), f"{self.wire.url}/browse/{key}", self.now(), told,
            str(told.get(Part.PRIORITY) or ""), draft.mark,
        )  # fmt: skip

    def created(self, draft: Draft) -> Seen | None:
        """Among what we created since then, wherever it was moved; each issue tells its mark, as JQL finds none.

        Search learns of an issue after a while. As long as the last attempt is not older than that, no answer is none.
        """
        minutes = minutes_since(draft.since - SLACK, self.now())
        for issue in self._search(f'creator = currentUser() AND created >= "-{minutes}m"', properties=PROPERTY):
            if self._mark(issue) == draft.mark:
                return seen({**issue, "properties": {PROPERTY: {"mark": draft.mark}}}, self.wire.url)
        if self.now() - (draft.tried or draft.since) < SETTLING:
            raise Unanswered("too early to tell", perhaps_sent=True)
        return None

    def _mark(self, issue: Mapping[str, Any]) -> str:
        """Data Center's search does not tell properties: each issue is asked for its own."""
        told = issue.get("properties")
        if told is not None:
            return str((told.get(PROPERTY) or {}).get("mark", ""))
        try:
            said = self.wire.get(f"issue/{issue['id']}/properties/{PROPERTY}")
        except Gone:
            return ""
        return str((said.get("value") or {}).get("mark", ""))

    def read(self, id: str, kind: str) -> Seen:  # noqa: A002
        return self._read(id)

    def look_up(self, words: str) -> Seen:
        return self._read(key_in(words, self.wire.url))

    def _read(self, words: str) -> Seen:
        return seen(self.wire.get(f"issue/{words}", fields=FIELDS, properties=PROPERTY), self.wire.url)

    def attach(self, id: str, kind: str, mark: str, case: CaseLink) -> None:  # noqa: A002
        self.wire.send("PUT", f"issue/{id}/properties/{PROPERTY}", {"mark": mark})
        self._link(id, mark, case)

    def _link(self, id_: str, mark: str, case: CaseLink) -> None:
        if case.url:
            link = {"url": case.url, "title": f"{case.key}: {case.title}"[:255]}
            self.wire.send("POST", f"issue/{id_}/remotelink", {"globalId": global_id(mark), "object": link})

    def detach(self, id: str, kind: str, mark: str) -> None:  # noqa: A002
        with suppress(Gone):
            said = self.wire.get(f"issue/{id}/properties/{PROPERTY}")
            if (said.get("value") or {}).get("mark") == mark:
                self.wire.send("DELETE", f"issue/{id}/properties/{PROPERTY}")
        # The link may be there without the mark, as each is made and taken away by itself.
        with suppress(Gone):
            self.wire.send("DELETE", f"issue/{id}/remotelink", params={"globalId": global_id(mark)})

    def change(self, id: str, kind: str, values: Mapping[Part, Value]) -> None:  # noqa: A002
        if fields := fields_out(values, is_cloud=self.wire.is_cloud):
            self.wire.send("PUT", f"issue/{id}", {"fields": fields})

    def move(self, id: str, kind: str, step: Step, there: There) -> Standing:  # noqa: A002
        """Where an issue may go it says itself."""
        return walk(self.wire, id, step)

    # -- comments -----------------------------------------------------------------------------------------------------

    def comment(self, id: str, kind: str, text: str, *, internal: bool | None) -> Comment:  # noqa: A002
        body: dict[str, Any] = {"body": text_out(text)} | ({"properties": INTERNAL} if internal else {})
        return comment(self.wire.send("POST", f"issue/{id}/comment", body))

    def commented(self, id: str, kind: str, text: str, since: datetime) -> Comment | None:  # noqa: A002
        """Comments are read from the issue itself, which knows of them at once."""
        wanted = written(text)
        for one in jira_news.latest_comments(self.wire, id, since - SLACK):
            found = comment(one)
            if found.text == wanted and found.by is not None and found.by.id == self.me().id:
                return found
        return None

    def rewrite(self, id: str, kind: str, comment: str, text: str | None) -> None:  # noqa: A002
        path = f"issue/{id}/comment/{comment}"
        try:
            if text is None:
                self.wire.send("DELETE", path)
            else:
                self.wire.send("PUT", path, {"body": text_out(text)})
        except Gone:
            self.wire.get(f"issue/{id}", fields="updated")  # raises Gone if it is the issue that is not there
            if text is not None:
                raise Declined("no such comment", NO_COMMENT) from None

    # -- what there is ------------------------------------------------------------------------------------------------

    def account(self, email: str) -> Account | None:
        """Nobody, unless one person alone shows exactly that address: names and hidden addresses are guesses."""
        who = {"query": email} if self.wire.is_cloud else {"username": email}
        found = [
            person
            for said in self.wire.get("user/search", maxResults=50, **who) or []
            if said.get("active", True) and said.get("accountType", "atlassian") == "atlassian"
            if (person := account(said)) and person.email.casefold() == email.strip().casefold()
        ]
        return found[0] if len(found) == 1 else None

    def news(self, mark: str, known: Sequence[str], now: datetime) -> News:
        return jira_news.news(self.wire, self.me, mark, frozenset(known), now)

    def kinds(self, words: str) -> Sequence[Choice]:
        return jira_forms.projects(self.wire, words)

    def subtypes(self, kind: str) -> Sequence[Choice]:
        return jira_forms.types(self.wire, kind)

    def asked(self, kind: str, subtype: str) -> Sequence[Asked]:
        return jira_forms.asked(self.wire, kind, subtype)

    def statuses(self, kind: str) -> Sequence[Standing]:
        return jira_forms.statuses(self.wire, kind)

    def _search(self, jql: str, **params: str) -> Iterator[dict[str, Any]]:
        for page in jira_news.pages(self.wire, f"{jql} ORDER BY key ASC", fields=FIELDS, **params):
            yield from page.issues


def global_id(mark: str) -> str:
    return f"casebook={mark}"


def written(words: str) -> str:
    """What will be read of a text once it is written."""
    return text(text_out(words))


def minutes_since(then: datetime, now: datetime) -> int:
    """For a period in JQL, which saves us the time zone that its moments are in: that of the account's profile."""
    return max(1, -int((then - now).total_seconds() // 60))
