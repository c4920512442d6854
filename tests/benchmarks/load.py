"""Signed requests as Slack sends them, many at once over connections that are kept open."""

import json
import selectors
import socket
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from bot.web import EVENTS_PATH
from tests.benchmarks.places import SECRET

Fields = dict[str, Any]


def signed(fields: Fields) -> bytes:
    """One request, byte for byte."""
    body = urlencode(fields)
    timestamp = str(int(time.time()))
    head = (
        f"POST {EVENTS_PATH} HTTP/1.1",
        "Host: casebook",
        "Content-Type: application/x-www-form-urlencoded",
        "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)",
        "Accept: */*",
        "Accept-Encoding: gzip,deflate",
        f"X-Slack-Request-Timestamp: {timestamp}",
        f"X-Slack-Signature: {SignatureVerifier(SECRET).generate_signature(timestamp=timestamp, body=body)}",
        f"Content-Length: {len(body)}",
    )
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


def interaction(payload: Fields) -> bytes:
    return signed({"payload": json.dumps(payload)})


@dataclass
class Answers:
    """Of one round. ``refused``: those that were not what was wanted."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def __add__(self, other: "Answers") -> "Answers":
        return Answers(self.seconds + other.seconds, self.times + other.times, self.refused + other.refused)

    def percentile(self, percent: int) -> float:
        return statistics.quantiles(self.times, n=100, method="inclusive")[percent - 1]


def send(port: int, requests: Sequence[bytes], at_once: int, is_right: Callable[[bytes], bool]) -> Answers:
    """All of them, ``at_once`` under way at any time."""
    answers, waiting = Answers(), iter(requests)
    with selectors.DefaultSelector() as selector:
        began = time.perf_counter()
        for _ in range(at_once):
            Line(port).ask_next(waiting, selector)
        while selector.get_map():
            for key, _ in selector.select():
                line: Line = key.data
                if (answer := line.read()) is not None:
                    answers.times.append(time.perf_counter() - line.asked)
                    answers.refused += not is_right(answer)
                    line.ask_next(waiting, selector)
        answers.seconds = time.perf_counter() - began
    return answers


class Line:
    """One connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.asked = 0.0
        self.is_watched = False

    def ask_next(self, requests: Any, selector: selectors.BaseSelector) -> None:
        request = next(requests, None)
        if request is None:
            if self.is_watched:
                selector.unregister(self.socket)
            self.socket.close()
            return
        self.received, self.asked = b"", time.perf_counter()
        self.socket.sendall(request)
        if not self.is_watched:
            selector.register(self.socket, selectors.EVENT_READ, self)
            self.is_watched = True

    def read(self) -> bytes | None:
        """The whole answer once it is there."""
        piece = self.socket.recv(1 << 16)
        if not piece:
            raise SystemExit("the server closed a connection")
        self.received += piece
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not end:
            return None
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        return self.received if len(body) >= length else None
