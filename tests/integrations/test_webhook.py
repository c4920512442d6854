"""What a webhook says, how it is signed, and what its receiver's answers are taken for."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.integrations import webhook
from bot.integrations.address import NOTHING, Allowed
from bot.integrations.errors import AskedToWait, Declined, Trouble, Unanswered
from bot.integrations.notice import LONGEST_DESCRIPTION, Event
from bot.integrations.pagerduty import OF_INCIDENTS
from bot.sandbox import WebhookReceiver
from tests.integrations.samples import NOW, notice, told
from tests.views.samples import closed_case, huge_case, small_case

ROOT = Path(__file__).parents[2]
ID = "0e3d3b0c-6a0f-5b6e-8f55-0d0d3a6f3a52"
HERE = Allowed.of(["127.0.0.1"])
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("## Recipients outside Slack")[2].partition("\n## ")[0]


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", SECTION, re.DOTALL)
    return str(found)


def body(event: Event = Event.CREATED, **over: Any) -> dict[str, Any]:
    return webhook.body(notice(event, **over), ID, NOW)


def send(receiver: WebhookReceiver, said: dict[str, Any] | None = None, **over: Any) -> None:
    options = {"allowed": HERE} | over
    webhook.send(receiver.hook, receiver.secret, said or body(), NOW, **options)


# -- what is said -----------------------------------------------------------------------------------------------------


def test_the_readmes_body_is_what_is_sent() -> None:
    assert json.loads(block("json")) == body()


def test_the_readme_names_every_event() -> None:
    assert re.findall(r"^\| `(\w+)` \| \w", SECTION, re.MULTILINE) == [
        event for event in Event if event not in OF_INCIDENTS
    ]


def test_a_digest_lists_cases_and_a_test_has_none() -> None:
    digest = body(Event.DIGEST, told=[told(), told(key="OPS-13")], total=40)
    assert [case["key"] for case in digest["cases"]] == ["OPS-12", "OPS-13"]
    assert digest["total"] == 40
    assert "case" not in digest
    assert body(Event.DIGEST, told=[])["cases"] == []
    assert body(Event.TEST, told=[])["case"] is None


def test_what_a_case_does_not_have_is_null() -> None:
    case = small_case()
    facts = body(told=[type(told())(case, "")])["case"]
    empty = {name for name, value in facts.items() if value is None}
    assert empty == {"priority", "assignee", "due", "closed_at", "reason", "url"}
    assert (facts["teams"], facts["attributes"], facts["description"]) == ([], {}, "")
    assert body(told=[type(told())(closed_case(), "")])["case"]["reason"] == "Resolved"


def test_a_person_without_a_name_is_called_by_their_id() -> None:
    assert body(names={})["case"]["assignee"] == {"id": "U0BOB", "name": "U0BOB"}


def test_a_long_description_is_cut_and_odd_text_arrives(receiver: WebhookReceiver) -> None:
    text = "مرحبا \u202e👩‍👩‍👧‍👦 \u2028 <!channel> \ufeff" * 300
    said = body(told=[type(told())(huge_case(text), "")])
    send(receiver, said)
    (got,) = receiver.deliveries.values()
    assert got == said
    assert len(got["case"]["description"]) == LONGEST_DESCRIPTION
    assert got["case"]["description"].endswith("…")


# -- the signature ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("secret", "timestamp", "raw", "signature"),
    [
        ("whsec_example", "1795406402", "{}", "f4342aabb1cb16ad4f151df6bbb242f16204c1ed7e75ff06151b0e863285a7a7"),
        ("k", "0", "", "6b4a4b8b3c40f1e8f53a3d36682e5f99f7ad2ac1df1c93dfe336f329167641e7"),
        ("schlüssel", "1795406402", '{"a":"é"}', "98eb57da2761719899d2c07cadcd66881203afe00aa1b552af8843f2cd9aefe5"),
    ],
)
def test_signatures(secret: str, timestamp: str, raw: str, signature: str) -> None:
    """Made with ``printf '%s' "$timestamp.$raw" | openssl dgst -sha256 -hmac "$secret"``."""
    assert webhook.sign(secret, timestamp, raw.encode()) == f"v1={signature}"


def test_the_readmes_receiver_takes_what_is_sent_and_nothing_else(
    receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    space: dict[str, Any] = {}
    exec(compile(block("python"), "README.md", "exec"), space)
    is_casebooks = space["is_casebooks"]
    monkeypatch.setattr("time.time", NOW.timestamp)
    send(receiver)
    (call,) = receiver.calls
    headers = {name.title(): value for name, value in call.headers.items()}
    assert is_casebooks(receiver.secret, headers, call.raw)
    assert not is_casebooks("another", headers, call.raw)
    assert not is_casebooks(receiver.secret, headers, call.raw.replace(b"OPS-12", b"OPS-13"))
    newer = headers | {"X-Casebook-Timestamp": str(int(NOW.timestamp()) + 1)}
    assert not is_casebooks(receiver.secret, newer, call.raw)
    monkeypatch.setattr("time.time", (NOW + timedelta(seconds=301)).timestamp)
    assert not is_casebooks(receiver.secret, headers, call.raw)


def test_secrets_are_long_and_never_the_same() -> None:
    one, other = webhook.new_secret(), webhook.new_secret()
    assert one != other
    assert len(one) > 40


# -- sending ----------------------------------------------------------------------------------------------------------


def test_it_arrives_once_however_often_it_is_sent(receiver: WebhookReceiver) -> None:
    for _ in range(2):
        send(receiver)
    assert receiver.deliveries == {ID: body()}
    assert [call.headers["x-casebook-delivery"] for call in receiver.calls] == [ID, ID]
    assert receiver.calls[0].path == "/hooks/casebook?token=t0ken"
    assert receiver.calls[0].headers["content-type"] == "application/json"


def test_without_leave_nothing_is_sent_to_ourselves(receiver: WebhookReceiver) -> None:
    with pytest.raises(Declined, match="address not allowed") as declined:
        send(receiver, allowed=NOTHING)
    assert "CASEBOOK_PRIVATE_WEBHOOKS=127.0.0.1" in declined.value.remedy
    assert not receiver.calls


ANSWERS: list[tuple[str, Any, type[Trouble], str]] = [
    ("status", 500, Unanswered, "500"),
    ("status", 502, Unanswered, "502"),
    ("status", 503, Unanswered, "503"),
    ("status", 408, Unanswered, "408"),
    ("status", 425, Unanswered, "425"),
    ("ratelimited", 7, AskedToWait, "429"),
    ("status", 301, Declined, "follows none"),
    ("status", 307, Declined, "follows none"),
    ("status", 400, Declined, "Its log may say why"),
    ("status", 401, Declined, "has this recipient's secret"),
    ("status", 403, Declined, "has this recipient's secret"),
    ("status", 404, Declined, "nothing at the webhook's address"),
    ("status", 410, Declined, "nothing at the webhook's address"),
    ("status", 422, Declined, "Its log may say why"),
    ("drop_before", None, Unanswered, "connection broken"),
    ("drop_after", None, Unanswered, "connection broken"),
]


@pytest.mark.parametrize(("kind", "value", "trouble", "words"), ANSWERS)
def test_answers(receiver: WebhookReceiver, kind: Any, value: Any, trouble: type[Trouble], words: str) -> None:
    receiver.faults.add(kind=kind, value=value, times=1)
    with pytest.raises(trouble) as raised:
        send(receiver)
    said = raised.value.problem + getattr(raised.value, "remedy", "")
    assert words in said
    for secret in ("hooks/casebook", "t0ken", "Checkout", receiver.secret):
        assert secret not in said
    assert len(receiver.calls) == 1, "redirects are not followed, and the outbox repeats"
    assert type(raised.value) is trouble
    send(receiver)
    assert list(receiver.deliveries) == [ID]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (7, 7),
        ("0", 1),
        ("86400000000", 3600),
        (None, webhook.ASKED_TOO_OFTEN),
        ("soon", webhook.ASKED_TOO_OFTEN),
        ("-5", webhook.ASKED_TOO_OFTEN),
        ("Mon, 23 Nov 2026 04:01:02 GMT", 60),
        ("Mon, 23 Nov 2026 05:01:02 +0100", 60),
        ("Monday, 23-Nov-26 04:01:02 GMT", 60),
        ("Mon Nov 23 04:01:02 2026", 60),
        ("Mon, 23 Nov 2026 03:00:00 GMT", 1),
        ("Mon, 23 Nov 2099 04:00:00 GMT", 3600),
    ],
)
def test_pauses(receiver: WebhookReceiver, value: Any, seconds: float) -> None:
    receiver.faults.add(kind="ratelimited", value=value, times=1)
    with pytest.raises(AskedToWait) as raised:
        send(receiver)
    assert raised.value.seconds == pytest.approx(seconds, abs=0.2)


def test_a_receiver_with_another_secret_says_no(receiver: WebhookReceiver) -> None:
    receiver.secret, ours = "another", receiver.secret
    with pytest.raises(Declined, match="401"):
        webhook.send(receiver.hook, ours, body(), NOW, allowed=HERE)
    assert receiver.refusals == ["wrong signature"]


def test_a_receiver_whose_clock_is_elsewhere_says_no(receiver: WebhookReceiver) -> None:
    with pytest.raises(Declined, match="401"):
        webhook.send(receiver.hook, receiver.secret, body(), NOW - timedelta(seconds=301), allowed=HERE)
    assert receiver.refusals == ["too old"]
