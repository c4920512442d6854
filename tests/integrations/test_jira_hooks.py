"""Jira's webhooks, as they come: payload in, changes out. Who cannot sign them is turned away."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.casetype import Group
from bot.domain.ticket import Account, Became, Comment, Part, Standing, TicketChange, Value
from bot.integrations.hooks import Rejected
from bot.integrations.jira_hooks import LARGEST, delivery_id, read
from bot.sandbox import LocalJira
from tests.integrations.jiras import Clock

BODIES = Path(__file__).with_name("fixtures") / "jira"
SECRET = "s3cret"
AT = datetime(2026, 11, 23, 4, 0, 0, 948000, tzinfo=UTC)
EDITED = datetime(2026, 11, 23, 4, 0, 0, 900000, tzinfo=UTC)
MIA, BOB = Account("5b10ac8d82e05b22cc7d4ef5", "Mia Krystof"), Account("5b20aa", "Bob Ruth")
BOB_SHOWN = Account("5b20aa", "Bob Ruth", "bob@acme.example")
MIA_THERE, BOB_THERE = Account("mia", "Mia Krystof", "mia@acme.example"), Account("bob", "Bob Ruth", "bob@acme.example")
STARTED = Standing("In Progress", Group.IN_PROGRESS)
DOCUMENT = "What happened\n500s since 02:55\nAsk @Mia 🔥\n- https://status.acme.example\n- two\na\nb"


def to(what: Part | Became, value: Value = None, by: Account | None = MIA, *, first: bool = False) -> TicketChange:
    return TicketChange("10001", what, AT, value, by=by, is_first=first)


def note(text: str | None, author: Account = MIA, by: Account | None = MIA, internal: bool = False) -> TicketChange:
    at = AT if text is None else EDITED
    return TicketChange("10001", Part.NOTES, at, comment=Comment("10300", text, at, author, internal), by=by)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("transition", [to(Part.STATUS, STARTED)]),
        ("closed_with_resolution", [to(Part.STATUS, Standing("Done", Group.CLOSED))]),
        ("assigned", [to(Part.ASSIGNEE, BOB_SHOWN)]),
        ("unassigned", [to(Part.ASSIGNEE, None)]),
        ("several_fields", [to(Part.TITLE, "Checkout is up"), to(Part.PRIORITY, "Low"), to(Part.DESCRIPTION, "")]),
        ("description_document", [to(Part.DESCRIPTION, DOCUMENT)]),
        ("without_fields", [to(Part.TITLE, "b"), to(Part.ASSIGNEE, BOB)]),
        ("without_user", [to(Part.STATUS, STARTED, by=None)]),
        ("without_changelog", [to(Part.STATUS, STARTED)]),
        ("worklog", []),
        ("moved", [to(Became.RENAMED, "WEB-3")]),
        (
            "created",
            [
                to(Part.TITLE, "Checkout is down", first=True), to(Part.DESCRIPTION, "500s since 02:55", first=True),
                to(Part.STATUS, STARTED, first=True), to(Part.PRIORITY, "High", first=True),
                to(Part.ASSIGNEE, None, first=True),
            ],
        ),
        ("deleted", [to(Became.GONE)]),
        ("comment_created", [note("It was DNS")]),
        ("comment_updated", [note("It was DNS, again", by=BOB)]),
        ("comment_deleted", [note(None, by=None)]),
        ("comment_internal", [note("It was DNS", internal=True)]),
        ("comment_document", [note("It was DNS")]),
        ("issue_link", []),
        ("property_set", []),
        ("center_assigned", [to(Part.ASSIGNEE, BOB_THERE, by=MIA_THERE)]),
        ("center_commented", [note("It was DNS", MIA_THERE, MIA_THERE)]),
        ("center_comment_edited", [note("It was not", MIA_THERE, BOB_THERE)]),
        ("center_comment_deleted", [note(None, MIA_THERE, BOB_THERE)]),
        ("center_comment_restricted", [note("It was DNS", MIA_THERE, MIA_THERE, internal=True)]),
        (
            "center_closed_with_comment",
            [to(Part.STATUS, Standing("Closed", Group.CLOSED), by=MIA_THERE), note("It was DNS", MIA_THERE, MIA_THERE)],
        ),
    ],
)  # fmt: skip
def test_payload_in_changes_out(name: str, told: list[TicketChange]) -> None:
    assert list(received((BODIES / f"{name}.json").read_bytes())) == told


def test_every_body_is_in_the_test_above() -> None:
    (mark,) = test_payload_in_changes_out.pytestmark  # type: ignore[attr-defined]
    assert {name for name, _ in mark.args[1]} == {path.stem for path in BODIES.glob("*.json")}


def received(raw: bytes, now: datetime = AT, **over: Any) -> Any:
    digest = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    return read({"X-Hub-Signature": f"sha256={digest}"} | over.get("headers", {}), raw, over.get("secret", SECRET), now)


def body(**over: Any) -> bytes:
    return json.dumps(json.loads((BODIES / "transition.json").read_bytes()) | over).encode()


# -- refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "secret"),
    [
        ({"X-Hub-Signature": ""}, SECRET),
        ({"X-Hub-Signature": "sha256="}, SECRET),
        ({"X-Hub-Signature": "sha256=" + "0" * 64}, SECRET),
        ({"X-Hub-Signature": "sha1=" + hmac.new(SECRET.encode(), body(), hashlib.sha1).hexdigest()}, SECRET),
        ({"X-Hub-Signature": hmac.new(SECRET.encode(), body(), hashlib.sha256).hexdigest()}, SECRET),
        ({"X-Hub-Signature": "sha256=" + hmac.new(b"", body(), hashlib.sha256).hexdigest()}, ""),
        ({"X-Hub-Signature": "sha256=ä\ud800"}, SECRET),
        ({}, "another"),
    ],
)
def test_who_does_not_sign_is_turned_away(headers: dict[str, str], secret: str) -> None:
    with pytest.raises(Rejected) as rejected:
        received(body(), headers=headers, secret=secret)
    assert rejected.value.status == 401
    assert SECRET not in rejected.value.sentence


def test_the_signature_is_of_the_raw_body() -> None:
    raw = body()
    digest = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    assert read({"x-hub-signature": f"sha256={digest}"}, raw, SECRET, AT)
    with pytest.raises(Rejected):
        read({"x-hub-signature": f"sha256={digest}"}, raw + b" ", SECRET, AT)


@pytest.mark.parametrize("minutes", [-61, 6])
def test_what_is_stale_or_of_the_future_is_turned_away(minutes: int) -> None:
    with pytest.raises(Rejected, match="too old") as rejected:
        received(body(), AT - timedelta(minutes=minutes))
    assert rejected.value.status == 400


@pytest.mark.parametrize("minutes", [-31, 4])
def test_what_jira_sends_again_is_taken(minutes: int) -> None:
    assert received(body(), AT - timedelta(minutes=minutes))


def test_what_is_too_large_is_turned_away_unread() -> None:
    with pytest.raises(Rejected) as rejected:
        read({}, b" " * (LARGEST + 1), SECRET, AT)
    assert rejected.value.status == 413


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"[]", b"null", b"\xff", b"{", b"[" * 100_000, body(timestamp=None), body(timestamp="x"),
        body(timestamp=1e30), body(timestamp=True), body(issue=[1]),
        body(issue={"id": "1"}, changelog={"items": [{"field": "Key"}]}),
        body(webhookEvent="comment_created"), body(changelog={"items": [1]}),
        body(issue={"id": "1", "fields": {"status": 5}}, webhookEvent="jira:issue_created"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_turned_away(raw: bytes) -> None:
    with pytest.raises(Rejected) as rejected:
        received(raw)
    assert rejected.value.status == 400


def test_a_delivery_is_known_by_its_identifier() -> None:
    assert delivery_id({"x-atlassian-webhook-identifier": "7f3a"}) == "7f3a"
    assert delivery_id({}) == ""


# -- the same as polling ----------------------------------------------------------------------------------------------


def test_both_ways_tell_the_same(both: LocalJira, made: Any, clock: Clock) -> None:
    both.add_hook("http://127.0.0.1:9/", SECRET)
    both.create("OPS", "Checkout is down", by="mia")
    id_, jira = both.issue("OPS-1").id, made(both)
    clock.add(minutes=10)
    mark = jira.news("", [id_], clock()).mark
    both.set_status("OPS-1", "In Progress", by="mia")
    both.assign("OPS-1", "bob", by="mia")
    both.set_priority("OPS-1", "Low", by="bob")
    both.set_title("OPS-1", "Checkout is up", by="bob")
    both.edit("OPS-1", by="mia", description="It was DNS")
    both.comment("OPS-1", "hello", by="bob", role="Administrators")
    both.move("OPS-1", "WEB", by="mia")
    clock.add(seconds=1)
    told = {change for one in both.hooks.deliveries[1:] for change in received(one.raw, clock())}
    assert len(told) == 7
    assert set(jira.news(mark, [id_], clock()).changes) == told
