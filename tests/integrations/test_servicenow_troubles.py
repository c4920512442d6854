"""Whatever goes wrong at ServiceNow is understood, and told in its words without its insides."""

import logging
import socket
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import requests

from bot.domain.casetype import Group
from bot.domain.ticket import Part, Step, Ticketing
from bot.integrations import servicenow_wire as wire
from bot.integrations.errors import AskedToWait, Declined, Gone, Shut, Trouble, Unanswered
from bot.integrations.servicenow import SETTLES, servicenow
from bot.sandbox import LocalServiceNow
from tests.integrations.samples import unasked
from tests.integrations.servicenow import CASE, Clock, clients, draft

NOBODY = "0" * 32
TABLE = "/api/now/table/"

# All that ask, by name: each with a record's id.
ACTS: dict[str, Callable[[Ticketing, str, Clock], Any]] = {
    "me": lambda client, id_, clock: client.me(),
    "create": lambda client, id_, clock: client.create(draft(clock)),
    "created": lambda client, id_, clock: client.created(draft(clock)),
    "read": lambda client, id_, clock: client.read(id_, "incident"),
    "look_up": lambda client, id_, clock: client.look_up("INC0010001"),
    "attach": lambda client, id_, clock: client.attach(id_, "incident", "OPS-12", CASE),
    "detach": lambda client, id_, clock: client.detach(id_, "incident", "OPS-12"),
    "change": lambda client, id_, clock: client.change(id_, "incident", {Part.TITLE: "New"}),
    "move": lambda client, id_, clock: client.move(id_, "incident", Step(["Resolved"], Group.CLOSED), unasked),
    "comment": lambda client, id_, clock: client.comment(id_, "incident", "Hm", internal=None),
    "commented": lambda client, id_, clock: client.commented(id_, "incident", "Hm", clock.at),
    "rewrite": lambda client, id_, clock: client.rewrite(id_, "incident", NOBODY, "Hm"),
    "account": lambda client, id_, clock: client.account("mia@example.com"),
    "news": lambda client, id_, clock: client.news("2026-11-23 04:00:00", [id_], clock.at),
}
# Lists that make do without what may not be read.
LISTS: dict[str, Callable[[Ticketing], Any]] = {
    "statuses": lambda client: list(client.statuses("problem")),
    "asked": lambda client: client.asked("incident", ""),
}


@pytest.fixture
def id_(sn: LocalServiceNow) -> str:
    return sn.record(sn.insert("incident", "mia", short_description="Disk"))["sys_id"]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("kind", "value", "trouble", "words"),
    [
        ("status", 500, Unanswered, "500"),
        ("status", 503, Unanswered, "503"),
        ("status", 408, Unanswered, "408"),
        ("html", None, Unanswered, "a page instead of an answer (200): the instance may be asleep"),
        ("drop_before", None, Unanswered, "connection broken"),
        ("drop_after", None, Unanswered, "connection broken"),
        ("ratelimited", 17, AskedToWait, "429"),
        ("status", 401, Shut, "SERVICENOW_USER"),
        ("status", 302, Declined, "is not ServiceNow's Table API"),
        ("status", 404, Declined, "is not ServiceNow's Table API"),
        (
            "error",
            "Too odd <!channel> `x`\n\tat com.glide.Insides(1)",
            Declined,
            "“Operation Failed: Too odd !channel x”",
        ),
    ],
)
def test_every_act_meets_every_misfortune(
    sn: LocalServiceNow, sn_clock: Clock, id_: str, act: str, kind: Any, value: Any, trouble: type[Trouble], words: str
) -> None:
    sn.faults.add(kind=kind, value=value)
    with pytest.raises(trouble) as raised:
        ACTS[act](clients(sn)(), id_, sn_clock)
    assert type(raised.value) is trouble
    told = raised.value.problem + getattr(raised.value, "remedy", "")
    assert words in told
    assert "glide" not in told
    assert len(sn.calls) == 1, "nothing is tried again by itself"
    if isinstance(raised.value, Unanswered):
        assert raised.value.perhaps_sent
    sn.faults.clear()
    assert len(sn.numbers()) == 1 + ((act, kind) == ("create", "drop_after"))


@pytest.mark.parametrize("act", LISTS)
def test_a_list_is_none_without_the_right_to_it(sn: LocalServiceNow, act: str) -> None:
    sn.faults.add(kind="error", value="ACL")
    assert not LISTS[act](clients(sn)())
    sn.faults.clear()
    sn.faults.add(kind="status", value=500)
    with pytest.raises(Unanswered):
        LISTS[act](clients(sn)())


def test_what_was_done_without_an_answer_is_found(sn: LocalServiceNow, sn_clock: Clock) -> None:
    client = clients(sn)()
    sn.faults.add(kind="drop_after", times=1)
    with pytest.raises(Unanswered):
        client.create(draft(sn_clock))
    found = client.created(draft(sn_clock))
    assert found
    assert found.mark == "OPS-12"
    sn.faults.add(kind="drop_after", times=1)
    with pytest.raises(Unanswered):
        client.comment(found.id, found.kind, "Hm", internal=None)
    assert client.commented(found.id, found.kind, "Hm", sn_clock.at)
    assert sn.numbers() == ["INC0010001"]


def test_what_may_still_be_under_way_is_not_taken_for_undone(sn: LocalServiceNow, sn_clock: Clock, id_: str) -> None:
    client, since = clients(sn)(), sn_clock.at
    for _ in range(2):
        with pytest.raises(Unanswered, match="too early"):
            client.created(draft(sn_clock, since=since))
        with pytest.raises(Unanswered, match="too early"):
            client.commented(id_, "incident", "Hm", since)
        sn_clock.pass_by(seconds=SETTLES.total_seconds() / 2 - 1)
    sn_clock.pass_by(seconds=2)
    assert client.created(draft(sn_clock, since=since)) is None
    assert client.commented(id_, "incident", "Hm", since) is None
    with pytest.raises(Unanswered, match="too early"):
        client.created(draft(sn_clock, since=since, tried=sn_clock.at))
    hasty = servicenow(sn.url, user=sn.user, password=sn.password, settles=timedelta(0))()
    assert hasty.created(draft(sn_clock)) is None


@pytest.mark.parametrize(
    ("value", "seconds"), [(17, 17), (None, wire.ASKED_TOO_OFTEN), (timedelta(minutes=2), 120), ("soon", 30), (0, 1)]
)
def test_pauses_are_by_the_partners_clock(sn: LocalServiceNow, sn_clock: Clock, value: Any, seconds: float) -> None:
    if isinstance(value, timedelta):
        value = format_datetime(sn_clock.at + value, usegmt=True)
    sn.faults.add(kind="ratelimited", value=value)
    with pytest.raises(AskedToWait) as raised:
        clients(sn)().me()
    assert raised.value.seconds == seconds


def test_a_wrong_password(sn: LocalServiceNow, id_: str) -> None:
    for user, password in (("casebook", "wröng"), ("nobody", "x"), ("casebook", "pass:word")):
        with pytest.raises(Shut, match="401") as shut:
            servicenow(sn.url, user=user, password=password)().read(id_, "incident")
        assert password not in shut.value.remedy


def test_a_password_in_any_script(sn: LocalServiceNow) -> None:
    sn.api.passwords["casebook"] = "пароль:ü"
    assert servicenow(sn.url, user="casebook", password="пароль:ü")().me().name == "Casebook"


def test_no_permission(sn: LocalServiceNow, sn_clock: Clock, id_: str) -> None:
    client = clients(sn)()
    sn.close("incident", "write")
    for act in ("create", "change", "comment"):
        with pytest.raises(Declined, match="403") as declined:
            ACTS[act](client, id_, sn_clock)
        assert "due to security constraints” " not in declined.value.remedy
        assert "give Casebook's account the roles" in declined.value.remedy
    sn.close("incident", "read")
    sn.close("task", "read")
    for act in ("read", "move", "attach"):
        with pytest.raises(Gone) as gone:
            ACTS[act](client, id_, sn_clock)
        assert "may see" in gone.value.remedy


def test_a_deleted_record(sn: LocalServiceNow, sn_clock: Clock, id_: str) -> None:
    sn.delete("INC0010001", "mia")
    for act in ("read", "look_up", "attach", "detach", "change", "move", "comment"):
        with pytest.raises(Gone):
            ACTS[act](clients(sn)(), id_, sn_clock)
    with pytest.raises(Gone):
        clients(sn)().read("../sys_user", "incident")
    with pytest.raises(Declined, match="odd table"):
        clients(sn)().read(id_, "incident?x=1")


def test_a_required_field_is_named(sn: LocalServiceNow, sn_clock: Clock) -> None:
    sn.require("incident", "caller_id")
    with pytest.raises(Declined) as declined:
        clients(sn)().create(draft(sn_clock))
    assert "“Operation Failed: Data Policy Exception: The following fields are mandatory: Caller”" in (
        declined.value.remedy
    )
    assert "create the record there and link it" in declined.value.remedy


def test_a_table_that_is_not_there(sn: LocalServiceNow, sn_clock: Clock) -> None:
    with pytest.raises(Declined) as declined:
        clients(sn)().create(draft(sn_clock, kind="incident_task"))
    assert "“Invalid table incident_task”" in declined.value.remedy


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setattr(wire, "TIMEOUT", (3, 0.05))
        with pytest.raises(Unanswered, match="no answer in time") as raised:
            servicenow(url, user="u", password="p")().me()
        assert raised.value.perhaps_sent
    with pytest.raises(Unanswered, match="no connection") as raised:
        servicenow(url, user="u", password="p")().me()
    assert not raised.value.perhaps_sent


def test_how_long_is_waited() -> None:
    assert wire.TIMEOUT == (3, 10)


# -- words ------------------------------------------------------------------------------------------------------------


def answered(status: int, text: str, **headers: str) -> requests.Response:
    response = requests.Response()
    response.status_code, response._content = status, text.encode()
    response.headers.update(headers)
    return response


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"error": {"message": "M", "detail": "D"}}', "M: D"),
        ('{"error": {"message": "M", "detail": null}}', "M"),
        ('{"error": {"message": "", "detail": ""}}', "no reason given"),
        ('{"error": "plain"}', "plain"),
        ('{"error": [1]}', "no reason given"),
        ("{}", "no reason given"),
        ('{"error": {"message": "M at com.glide.x.Y(Z)", "detail": "java.lang.NullPointerException: x"}}', "M"),
        ('{"error": {"message": "M", "detail": "' + "x" * 900 + '"}}', "M: " + "x" * 296 + "…"),
    ],
)
def test_servicenows_words(text: str, said: str) -> None:
    with pytest.raises(Declined) as declined:
        wire.check(answered(400, text), None)
    assert f"“{said}”" in declined.value.remedy


@pytest.mark.parametrize(
    ("status", "text", "trouble"),
    [
        (
            200,
            '{"result": [], "error": {"message": "Transaction cancelled: maximum time exceeded"}}',
            Unanswered,
        ),
        (200, "[]", Unanswered),
        (200, "", Unanswered),
        (403, '{"error": {"message": "User Not Authorized", "detail": "Failed API level ACL Validation"}}', Shut),
        (403, "<html>", Declined),
        (404, '{"error": {"message": "Requested URI does not represent any resource"}}', Declined),
    ],
)
def test_odd_answers(status: int, text: str, trouble: type[Trouble]) -> None:
    with pytest.raises(trouble) as raised:
        wire.check(answered(status, text), None)
    assert type(raised.value) is trouble


def test_a_result_that_is_missing(sn: LocalServiceNow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire.Line, "request", lambda self, *args, **named: odd(answered(200, "{}")))
    with pytest.raises(Unanswered, match="MissingResult"):
        clients(sn)().me()


def odd(response: requests.Response) -> requests.Response:
    class Raw:
        decode_content = False

    response.raw = Raw()
    response.request = requests.Request("GET", "http://x").prepare()  # type: ignore[assignment]
    return response


def test_nothing_secret_is_logged(sn: LocalServiceNow, id_: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        clients(sn)().comment(id_, "incident", "between us", internal=True)
    assert sn.password not in caplog.text
    assert "between us" not in caplog.text
