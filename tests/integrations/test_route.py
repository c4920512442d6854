"""Where a request really goes: to the address that was checked, by the name it was given, and not for ever."""

import socket
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.integrations import route
from bot.integrations.address import NOTHING, Allowed
from bot.integrations.errors import Declined, Trouble, Unanswered
from bot.integrations.posting import Answer, post
from bot.integrations.route import Route
from tests.integrations import raw

HOST = "hooks.example.com"
HERE = Allowed.of(["127.0.0.0/8"])


class Names:
    """Answers one question after the other; the last answer stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture(autouse=True)
def _nobody_else_looks_names_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*question: Any, **_: Any) -> None:
        raise AssertionError(f"looked up past the check: {question}")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def ask(url: str, names: Names, allowed: Allowed = NOTHING, deadline: float = 10.0) -> Answer:
    with Route(allowed, deadline, names) as session:
        return post(session, url, b"{}")


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"], ["169.254.169.254"], ["10.0.0.5"], ["::1"], ["::ffff:127.0.0.1"], ["fe80::1%eth0"], ["0.0.0.0"],
        ["64:ff9b::a00:1"], ["8.8.8.8", "127.0.0.1"], ["2606:4700:4700::1111", "8.8.8.8", "fd00::1"],
    ],
)  # fmt: skip
def test_a_name_with_any_private_address_is_not_called(found: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("called"))
    with pytest.raises(Declined, match="private address") as declined:
        ask(f"https://{HOST}/secret", Names(found))
    assert f"CASEBOOK_PRIVATE_WEBHOOKS={HOST}" in declined.value.remedy
    assert "secret" not in declined.value.remedy


def test_a_name_that_leads_elsewhere_the_second_time_is_asked_once() -> None:
    """DNS rebinding: what was checked is what is called, or nothing is."""
    seen: list[bytes] = []
    with raw.serving(raw.answering(b"HTTP/1.1 204 No Content\r\n\r\n", seen)) as port:
        names = Names(["127.0.0.1"], ["127.0.0.66"])
        assert ask(f"http://{HOST}:{port}/x", names, HERE).status == 204
        assert names.asked == [(HOST, port)]
        assert f"Host: {HOST}:{port}".encode() in seen[0]


def test_each_request_asks_and_checks_anew() -> None:
    with raw.serving(raw.OK) as port:
        names = Names(["127.0.0.1"], ["169.254.169.254"])
        assert ask(f"http://{HOST}:{port}/", names, HERE).status == 204
        with pytest.raises(Declined):
            ask(f"http://{HOST}:{port}/", names, HERE)


def test_a_host_that_the_operator_names_may_be_anywhere() -> None:
    with raw.serving(raw.OK) as port:
        assert ask(f"http://hooks.internal:{port}/", Names(["127.0.0.1"]), Allowed.of(["hooks.internal"])).status == 204


def test_the_next_address_is_tried_if_one_does_not_answer() -> None:
    with raw.serving(raw.OK) as port:
        assert ask(f"http://{HOST}:{port}/", Names(["127.0.0.9", "127.0.0.1"]), HERE).status == 204


def test_real_look_ups_give_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert set(route.resolve("localhost", 80)) <= {"127.0.0.1", "::1"}
    assert route.resolve("8.8.8.8", 80) == ["8.8.8.8"]


def test_proxies_and_passwords_of_the_environment_are_not_for_webhooks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {HOST} login ann password pa55word\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    seen: list[bytes] = []
    with raw.serving(raw.answering(b"HTTP/1.1 204 No Content\r\n\r\n", seen)) as port:
        assert ask(f"http://{HOST}:{port}/x", Names(["127.0.0.1"]), HERE).status == 204
    assert b"authorization" not in seen[0].lower()


# -- TLS --------------------------------------------------------------------------------------------------------------


def test_the_certificate_is_checked_against_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls, trusted = raw.certificate(tmp_path, HOST)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trusted))
    with raw.serving(raw.OK, tls) as port:
        assert ask(f"https://{HOST}:{port}/", Names(["127.0.0.1"]), HERE).status == 204
        with pytest.raises(Declined, match="bad certificate") as declined:
            ask(f"https://other.example.com:{port}/secret", Names(["127.0.0.1"]), HERE)
        assert "`other.example.com`" in declined.value.remedy
        assert "secret" not in declined.value.remedy


@pytest.mark.parametrize("trust", [True, False])
def test_an_old_or_unknown_certificate_is_refused(trust: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls, trusted = raw.certificate(tmp_path, HOST, lasts=timedelta(days=-1 if trust else 1))
    if trust:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trusted))
    with raw.serving(raw.OK, tls) as port, pytest.raises(Declined, match="bad certificate"):
        ask(f"https://{HOST}:{port}/", Names(["127.0.0.1"]), HERE)


# -- what takes too long, or breaks off ------------------------------------------------------------------------------


def drip(what: bytes) -> raw.Script:
    def script(connection: socket.socket) -> None:
        raw.request(connection)
        for byte in what * 100:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    return script


def drip_at_once(connection: socket.socket) -> None:
    """The bytes of a TLS record that never ends."""
    connection.sendall(b"\x16\x03\x03\x3f\xff")
    while True:
        connection.sendall(b"\x00")
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("scheme", "script"),
    [
        ("http", drip(b"H")),
        ("http", drip(b"HTTP/1.1 200 OK\r\nX-A: b\r\n")),
        ("https", drip_at_once),
    ],
)
def test_an_answer_that_trickles_is_cut_off(scheme: str, script: raw.Script) -> None:
    """Every byte comes in time; all of them never would."""
    with raw.serving(script) as port:
        started = time.monotonic()
        with pytest.raises(Unanswered):
            ask(f"{scheme}://{HOST}:{port}/", Names(["127.0.0.1"]), HERE, deadline=0.5)
        assert time.monotonic() - started < 8


def test_a_body_that_trickles_or_breaks_off_does_not_matter() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"

    def endless(connection: socket.socket) -> None:
        raw.request(connection)
        connection.sendall(head)
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)

    with raw.serving(endless) as port:
        assert ask(f"http://{HOST}:{port}/", Names(["127.0.0.1"]), HERE, deadline=2).status == 200
    with raw.serving(raw.answering(head + b"x")) as port:
        assert ask(f"http://{HOST}:{port}/", Names(["127.0.0.1"]), HERE).status == 200


def test_of_a_huge_answer_only_the_beginning_is_read() -> None:
    with raw.serving(raw.answering(b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n" + b"x" * 50_000_000)) as port:
        assert len(ask(f"http://{HOST}:{port}/", Names(["127.0.0.1"]), HERE).text) == 16_384


def closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def unknown_name(host: str, port: int) -> Sequence[str]:
    raise socket.gaierror(socket.EAI_NONAME, "secret words")


def test_what_was_never_sent_is_known_not_to_have_been() -> None:
    with pytest.raises(Unanswered, match="no connection") as refused:
        ask(f"http://{HOST}:{closed_port()}/", Names(["127.0.0.1", "127.0.0.2"]), HERE)
    with Route(HERE, 5, unknown_name) as session, pytest.raises(Unanswered, match="name is not known") as unknown:
        post(session, f"http://{HOST}/", b"{}")
    assert not refused.value.perhaps_sent
    assert not unknown.value.perhaps_sent


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 ", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200\r\n" + b"A: b\r\n" * 200]
)
def test_what_breaks_off_after_sending_leaves_a_doubt(answer: bytes) -> None:
    with raw.serving(raw.answering(answer)) as port, pytest.raises(Unanswered) as broken:
        ask(f"http://{HOST}:{port}/secret", Names(["127.0.0.1"]), HERE)
    assert broken.value.perhaps_sent
    assert "secret" not in broken.value.problem


def test_nothing_of_the_address_is_in_the_exception_or_behind_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("ERROR")
    with raw.serving(raw.answering(b"")) as port, pytest.raises(Trouble) as broken:
        ask(f"http://{HOST}:{port}/secret?token=t0ken", Names(["127.0.0.1"]), HERE)
    assert broken.value.__suppress_context__
    assert "secret" not in str(broken.value)
    assert "secret" not in caplog.text
