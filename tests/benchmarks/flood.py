"""A flood of alerts: python -m tests.benchmarks.flood [--alerts 10000] [--kinds 50] [--senders 8] [--database both]

Datadog's webhook sends them as fast as they are taken, on connections that are kept open; repeats of each kind, now and
then an end and a new beginning. Beside it, the same requests to a server that only reads the JSON and answers.

Goals: all within a minute; as many cases as kinds, or with more than 50 kinds 51, of which the last is an alert storm; a
message for each case and for each end and beginning, and none for a repeat or for what is collected in the storm; nothing
left to send soon after; memory that a hundred times the alerts would not change.
"""

import argparse
import http.client
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from sqlalchemy import func, select

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.delivery import Delivery, State
from bot.domain.intake import KnownAlert, System
from bot.sandbox.slack import LocalSlack
from bot.storage.database import Database
from bot.usecases import intake_sources, people, projects
from bot.usecases.outside import Outside
from bot.usecases.people import Profile
from bot.web import Server, answer
from tests.benchmarks import places

HEAD = ("", "alerts/s", "seconds", "ms p50", "ms p99", "memory MB", "before", "cases", "counted", "messages", "left")
ENDS = 400  # one alert in so many is an end, and the next of its kind a beginning


def main() -> None:
    if sys.argv[1:] == ["bare"]:
        bare()
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--database", choices=[*places.DATABASES, "both"], default="both")
    options.add_argument("--alerts", type=int, default=10_000)
    options.add_argument("--kinds", type=int, default=50)
    options.add_argument("--senders", type=int, default=8)
    chosen = options.parse_args()
    bodies = list(alerts(chosen.alerts, chosen.kinds))
    with places.running("tests.benchmarks.flood", "bare") as server:
        seconds, times, _ = sent(int(server.first), "/hooks/datadog/x", bodies, chosen.senders)
        alone = len(bodies) / seconds
    rows: list[Sequence[object]] = [("a bare endpoint", f"{alone:,.0f}", f"{seconds:.1f}", *spread(times), *[""] * 6)]
    for name in places.DATABASES if chosen.database == "both" else [chosen.database]:
        with places.DATABASES[name](0) as url:
            row, rate = flooded(name, url, bodies, chosen.senders)
        rows.append(row)
        print(f"{name}: 1/{alone / rate:.1f} of the bare endpoint", flush=True)
    places.table(HEAD, rows)


def alerts(count: int, kinds: int) -> Iterable[bytes]:
    """As Datadog sends them with Casebook's template."""
    chance, over = random.Random(1), set[int]()
    for number in range(count):
        kind = chance.randrange(kinds)
        ends = kind not in over and chance.randrange(ENDS) == 0
        (over.add if ends else over.discard)(kind)
        yield json.dumps({
            "source": "datadog", "title": f"Monitor {kind} is high", "alert_id": str(kind), "scope": "host:web-1",
            "transition": "Recovered" if ends else "Triggered", "priority": "P2", "text": "It is high. " * 30,
            "link": f"https://app.datadoghq.eu/monitors/{kind}", "tags": "env:prod,service:web,team:sre",
            "event_id": str(number), "cycle": "$ALERT_CYCLE_KEY", "date": str(1_790_000_000_000 + number),
        }).encode()  # fmt: skip


def sent(port: int, path: str, bodies: Sequence[bytes], senders: int) -> tuple[float, list[float], Counter[str]]:
    """Seconds in all, seconds of each, and what was answered."""
    times: list[float] = []
    did: Counter[str] = Counter()

    def send(part: Sequence[bytes]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for body in part:
            began = time.perf_counter()
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            got = connection.getresponse()
            text = got.read()
            times.append(time.perf_counter() - began)
            did[json.loads(text)["alerts"][0]["did"] if got.status == 200 else str(got.status)] += 1
        connection.close()

    began = time.perf_counter()
    with ThreadPoolExecutor(senders) as pool:
        list(pool.map(send, [bodies[first::senders] for first in range(senders)]))
    return time.perf_counter() - began, times, did


def spread(times: Sequence[float]) -> tuple[str, str]:
    ordered = sorted(times)
    return f"{ordered[len(ordered) // 2] * 1000:.1f}", f"{ordered[len(ordered) * 99 // 100] * 1000:.1f}"


def flooded(name: str, url: str, bodies: Sequence[bytes], senders: int) -> tuple[Sequence[object], float]:
    with LocalSlack(manifest=places.MANIFEST) as slack:
        dana = slack.add_person("dana", "Dana", admin=True)
        ops = slack.add_channel("ops", members=[dana], bot=True)
        db = Database(url)
        path = f"/hooks/datadog/{prepared(db, dana.id, ops.id)}"
        port = places.free_port()
        env = places.environment(url, slack.api_url) | {
            "SLACK_BOT_TOKEN": slack.bot_token, "SLACK_SIGNING_SECRET": slack.signing_secret, "CASEBOOK_MODE": "http",
            "CASEBOOK_PORT": str(port), "LOG_LEVEL": "error",
        }  # fmt: skip
        with places.running("bot", "serve", env=env) as served:
            before = served.rss()
            seconds, times, did = sent(port, path, bodies, senders)
            memory = served.rss()
            left = waited(db)
            cases, counted = looked(db)
            messages = len(slack.messages(ops)) + sum(len(one.replies) for one in slack.messages(ops))
        print(f"{name}: {dict(did)}", flush=True)
        db.close()
    figures = f"{memory:.0f}", f"{before:.0f}", cases, f"{counted:,}", messages, left
    rate = len(bodies) / seconds
    return (name, f"{rate:,.0f}", f"{seconds:.1f}", *spread(times), *figures), rate


def prepared(db: Database, admin: str, channel: str) -> str:
    """A project whose address has this token."""
    act, token = Act(actor=admin, at=datetime.now(UTC), via="benchmark"), intake_sources.new_token()
    people.keep_people(db, [Profile(admin, "Dana", is_admin=True)], frozenset())
    projects.create_project(db, act, key="OPS", name="Operations", home_channel=channel, retention_months=15)
    nothing: Any = None
    outside = Outside("off", nothing, nothing, nothing, nothing, nothing, nothing)
    intake_sources.make_hook(db, act, outside, "OPS", System.DATADOG, token=token)
    return token


def waited(db: Database) -> int:
    """How many deliveries are due three minutes after the flood at the latest."""
    deadline = time.monotonic() + 180
    while (left := due(db)) and time.monotonic() < deadline:
        time.sleep(0.5)
    return left


def due(db: Database) -> int:
    with db.read() as work:
        return work.session.scalar(select(func.count()).where(Delivery.state == State.DUE.value)) or 0


def looked(db: Database) -> tuple[int, int]:
    with db.read() as work:
        cases = work.session.scalar(select(func.count()).select_from(Case)) or 0
        return cases, work.session.scalar(select(func.sum(KnownAlert.repeats))) or 0


def bare() -> None:
    def site(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        json.loads(environ["wsgi.input"].read())
        return answer(
            start_response, "200 OK", '{"alerts": [{"case": "OPS-1", "did": "counted"}]}\n', "application/json"
        )

    server = Server(site, "127.0.0.1", 0)
    server.start()
    print(server.port, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
