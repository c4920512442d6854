"""What our business rule sends is read: a payload in, changes out. What it did not send is turned away."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.casetype import Group
from bot.domain.ticket import Account, Became, Comment, Part, Standing, TicketChange, Value
from bot.integrations import servicenow_hooks
from bot.integrations.hooks import Rejected
from bot.integrations.servicenow_hooks import EARLIEST, LARGEST, OLDEST, read
from bot.sandbox import LocalServiceNow, WebhookReceiver
from tests.integrations.servicenow import Clock, clients

FIXTURES = Path(__file__).with_name("fixtures") / "servicenow"
SCRIPT = Path(servicenow_hooks.__file__).with_name("servicenow_business_rule.js")
SECRET = "s3cret"
AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SENT = AT + timedelta(seconds=1)
TICKET = "46d44a5dc0a8010e00f37a7a4b1c2d3e"
MIA = Account("5137153cc611227c000bbd1bd8cd2005", "Mia Meyer", "mia@example.com")
BOT = Account("6816f79cc0a8016401c5a33be04be441", "Casebook", "casebook@example.com")
SCHEDULER = Account("event.scheduler", "event.scheduler")
N1, N2 = "a1b2c3d4e5f60718293a4b5c6d7e8f90", "b1b2c3d4e5f60718293a4b5c6d7e8f90"


def payload(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def signed(raw: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).digest()
    return {"Content-Type": "application/json", "X-Hmac-Signature": base64.b64encode(digest).decode()}


def field(what: Part | Became, value: Value = None, by: Account = MIA) -> TicketChange:
    return TicketChange(TICKET, what, AT, value, by=by)


def note(id_: str, text: str, *, internal: bool, by: Account = MIA) -> TicketChange:
    return TicketChange(TICKET, Part.NOTES, AT, comment=Comment(id_, text, AT, by, internal), by=by)


CHANGES: dict[str, list[TicketChange]] = {
    "resolved": [field(Part.STATUS, Standing("Resolved", Group.CLOSED))],
    "reprioritised": [field(Part.PRIORITY, "3/3")],
    "assigned": [field(Part.ASSIGNEE, MIA)],
    "unassigned": [field(Part.ASSIGNEE, None)],
    "rewritten": [field(Part.TITLE, "Checkout ist größtenteils weg 🔥"), field(Part.DESCRIPTION, "")],
    "work_note": [note(N1, "Looking\nat it <!channel>", internal=True)],
    "comment": [note(N1, "We are on it", internal=False)],
    "closed_with_both_notes": [
        field(Part.STATUS, Standing("Closed", Group.CLOSED)),
        note(N1, "Cable", internal=True),
        note(N2, "All well again", internal=False),
    ],
    "by_casebook": [field(Part.TITLE, "Ours", BOT), note(N1, "Our words", internal=True, by=BOT)],
    "linked": [],
    "created": [
        field(Part.TITLE, "Checkout is down"),
        field(Part.DESCRIPTION, "500s since 02:55"),
        field(Part.STATUS, Standing("New", Group.OPEN)),
        field(Part.PRIORITY, "1/2"),
    ],
    "deleted": [field(Became.GONE)],
    "problem": [field(Part.STATUS, Standing("Root Cause Analysis", Group.IN_PROGRESS))],
    "own_state": [field(Part.STATUS, Standing("Solved by vendor", Group.CLOSED))],
    "by_a_script": [field(Part.STATUS, Standing("Closed", Group.CLOSED), SCHEDULER)],
    "note_without_id": [],
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_payload_in_changes_out(name: str) -> None:
    raw = payload(name)
    assert read(signed(raw), raw, SECRET, SENT) == CHANGES[name]


def test_every_payload_is_read() -> None:
    assert {path.stem for path in FIXTURES.glob("*.json")} == set(CHANGES)


# -- turned away ------------------------------------------------------------------------------------------------------


def rejected(headers: Mapping[str, str], raw: bytes, secret: str = SECRET, now: datetime = SENT) -> Rejected:
    with pytest.raises(Rejected) as turned_away:
        read(headers, raw, secret, now)
    assert turned_away.value.sentence.endswith(".")
    assert SECRET not in turned_away.value.sentence
    return turned_away.value


def test_the_unsigned_is_turned_away() -> None:
    raw = payload("resolved")
    right = signed(raw)["X-Hmac-Signature"]
    as_hex = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    for wrong in ("", right[:-2], as_hex, signed(raw, "other")["X-Hmac-Signature"], "ünsigned"):
        assert rejected({"X-Hmac-Signature": wrong}, raw).status == 401
    assert rejected({}, raw).status == 401
    assert rejected(signed(raw), raw + b" ").status == 401
    assert rejected(signed(raw, ""), raw, secret="").status == 401
    assert read({"x-hmac-signature": right}, raw, SECRET, SENT), "headers have no case"


def test_the_stale_is_turned_away() -> None:
    raw = payload("resolved")
    assert read(signed(raw), raw, SECRET, SENT + OLDEST)
    assert read(signed(raw), raw, SECRET, SENT - EARLIEST)
    for now in (SENT + OLDEST + timedelta(seconds=1), SENT - EARLIEST - timedelta(seconds=1)):
        assert rejected(signed(raw), raw, now=now).status == 401


def test_the_oversized_is_turned_away() -> None:
    raw = payload("resolved") + b" " * LARGEST
    assert rejected(signed(raw), raw).status == 413


def told(**over: Any) -> bytes:
    return json.dumps(json.loads(payload("closed_with_both_notes")) | over).encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, told(sys_id="../x"), told(table="a b"), told(sent_at="now"),
        told(state=None), told(state={"value": 6, "display": "x"}), told(changed=5), told(comments=[{}]),
        told(comments=[{"id": N1, "type": "x", "value": "", "by": {}, "at": ""}]), told(updated_by="mia"),
    ],
)  # fmt: skip
def test_what_is_none_of_ours_is_turned_away(raw: bytes) -> None:
    assert rejected(signed(raw), raw).status == 400


# -- the script -------------------------------------------------------------------------------------------------------


def block(script: str, start: str) -> str:
    """From there to the line where as many braces are closed as were opened."""
    depth, lines = 0, []
    for line in script[script.index(start) :].splitlines():
        lines.append(line)
        depth += line.count("{") - line.count("}")
        if depth == 0:
            break
    return "\n".join(lines)


def keys(text: str) -> list[str]:
    return re.findall(r"'(\w+)':", text)


def shapes(body: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
    """The parts that the script makes by functions of its own, and their keys."""
    yield "var body = {", list(body)
    yield "function both(", list(body["state"])
    yield "function person(", list(body["updated_by"]) * 2
    for entry in body["comments"]:
        yield "entries.push({", list(entry)


@pytest.mark.parametrize("name", CHANGES)
def test_the_script_makes_what_is_read(name: str) -> None:
    script = SCRIPT.read_text(encoding="utf-8")
    for start, wanted in shapes(json.loads(payload(name))):
        assert keys(block(script, start)) == wanted


def test_what_the_local_servicenow_sends_is_what_the_script_makes(sn: LocalServiceNow, sn_clock: Clock) -> None:
    """And it is read as what was done."""
    with WebhookReceiver(SECRET) as receiver:
        sn.hook(receiver.url, SECRET)
        number = sn.insert("incident", "mia", short_description="Disk", correlation_display="Casebook")
        sn.set_state(number, "6", "mia")
        sn.comment(number, "Déjà vu", "mia")
        sn.delete(number, "mia")
        sn.wait_for(lambda: len(sn.hooks.answers) == 4)
        calls = receiver.calls
    script = SCRIPT.read_text(encoding="utf-8")
    for body in sn.hooks.bodies:
        for start, wanted in shapes(body):
            assert keys(block(script, start)) == wanted
    changes = [change for call in calls for change in read(call.headers, call.raw, SECRET, sn_clock.at)]
    assert [change.what for change in changes] == [
        Part.TITLE, Part.STATUS, Part.PRIORITY, Part.STATUS, Part.NOTES, Became.GONE,
    ]  # fmt: skip
    assert {change.by for change in changes} == {clients(sn)().account("mia@example.com")}


def test_the_script_signs_and_sends_as_it_should() -> None:
    script = SCRIPT.read_text(encoding="utf-8")
    for needed in (
        "generateMac(key, 'HmacSHA256', raw)", "base64Encode(gs.getProperty('casebook.hook.secret'))",
        "setRequestHeader('X-Hmac-Signature', signature)", "disableForcedVariableSubstitution()",
        "setRequestBody(raw)", "executeAsync()", "sys_updated_by",
    ):  # fmt: skip
        assert needed in script
    watched = re.search(r"WATCHED = \[(.*)\]", script)
    assert watched
    assert set(servicenow_hooks.PARTS) <= set(re.findall(r"'(\w+)'", watched[1]))
    assert script.isascii(), "it is pasted into a form"
