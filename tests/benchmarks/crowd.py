"""The people of a fault run, who all work at once."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.act import Act
from bot.domain.delivery import State
from bot.sandbox.slack import LocalSlack
from bot.sandbox.traffic import Record
from bot.storage.database import Database
from bot.usecases import projects
from tests.benchmarks.found import FAILED, OBJECTIONS, PEOPLE, PRIORITIES, REFUSED, TOLD, Change


def wait_dry(db: Database, slack: LocalSlack, timeout: float = 300) -> None:
    """Until Slack has delivered everything and nothing is due any more."""
    deadline = time.monotonic() + timeout
    slack.settle(timeout)
    while True:
        with db.read() as work:
            due = work.deliveries.backlog().counts[State.DUE]
        if not due:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"{due} deliveries are still due after {timeout:.0f} s")
        time.sleep(0.2)


class Town:
    """Everybody has a project, a channel and a case of their own, and writes on the others' cases too."""

    def __init__(self, slack: LocalSlack, seed: int) -> None:
        self.slack = slack
        self.dana = slack.add_person("dana", admin=True)
        handles = [slack.add_person(name) for name in PEOPLE]
        self.channels = {
            name: slack.add_channel(f"{name}s", members=[*handles, self.dana], bot=True) for name in PEOPLE
        }
        self.people = [
            Person(self, handle, name, random.Random(f"{seed}/{name}"))
            for handle, name in zip(handles, PEOPLE, strict=True)
        ]

    def settle(self, db: Database) -> None:
        """Projects, a case each, and its card."""
        for name in PEOPLE:
            act = Act(actor=self.dana.id, at=datetime.now(UTC), via="command")
            projects.create_project(
                db, act, key=name.upper(), name=name, home_channel=self.channels[name].id, retention_months=15
            )
        wait_dry(db, self.slack)
        for person in self.people:
            answer = person.handle.command(f"/case quick {person.name} has a problem in {person.key}", person.channel)
            assert fate_of_command(answer) == TOLD, answer
        for person in self.people:
            person.card = self.slack.wait_for(lambda person=person: self.card(person), 20, "a card")
        wait_dry(db, self.slack)

    def overhear(self, news: Any) -> None:
        """A click is acknowledged whatever comes of it; that nothing did is said beside it."""
        if news["what"] == "seen" and any(words in news["words"] for words in OBJECTIONS):
            self.objections[news["person"]] += 1

    def card(self, person: "Person") -> Any:
        return next((m for m in self.slack.messages(person.channel) if "has a problem" in m.shown), None)


Heard = Mapping[str, list[str]]


class Person:
    """One of them, at work: one change after the other."""

    def __init__(self, town: Town, handle: Any, name: str, chance: random.Random) -> None:
        self.town, self.handle, self.name, self.chance = town, handle, name, chance
        self.channel, self.key = town.channels[name], name.upper()
        self.card: Any = None
        self.changes: list[Change] = []
        self.written: list[tuple[Any, str]] = []
        self.count = self.priority = 0

    def work(self, count: int, pause: float, heard: Heard) -> None:
        acts = [self.note, self.note, self.due, self.prioritize, self.edit, self.reply, self.watch, self.open]
        for _ in range(count):
            self.count += 1
            self.chance.choice(acts)(heard)
            time.sleep(self.chance.uniform(0.5, 1.5) * pause)

    def new_words(self) -> str:
        return f"{self.name}'s {self.count}th word"

    def keep(self, what: str, case: str, heard: Heard, act: Callable[[], Any], fate: Callable[[Any], str]) -> str:
        """Act, and remember what the person was told."""
        before = len(heard[self.handle.id])
        try:
            outcome = fate(act())
        except AssertionError:  # the stand-in's own: what was expected on the screen did not come
            outcome = FAILED
        for origin in heard[self.handle.id][before:]:
            self.changes.append(Change(self.handle.id, what, case, outcome, origin))
        return outcome

    def say(self, what: str, case: str, line: str, heard: Heard) -> None:
        self.keep(what, case, heard, lambda: self.handle.command(line, self.channel), fate_of_command)

    def note(self, heard: Heard) -> None:
        other = self.chance.choice(self.town.people)
        self.say("note", other.key, f"/case note {other.key}-1 {self.new_words()}", heard)

    def due(self, heard: Heard) -> None:
        other = self.chance.choice(self.town.people)
        day = datetime(2030, 1, 1, tzinfo=UTC) + timedelta(days=self.chance.randrange(100_000))
        self.say("due", other.key, f"/case due {other.key}-1 {day:%Y-%m-%d}", heard)

    def open(self, heard: Heard) -> None:
        if self.count % 3 == 0:
            self.say("open", self.key, f"/case quick {self.new_words()} in {self.key}", heard)
        else:
            self.note(heard)

    def watch(self, heard: Heard) -> None:
        verb = ("watch", "unwatch")[self.count % 2]
        other = self.chance.choice(self.town.people)
        self.say("watch", other.key, f"/case {verb} {other.key}-1", heard)

    def prioritize(self, heard: Heard) -> None:
        """On the card of their own case, whose priority nobody else touches."""
        self.priority = (self.priority + 1) % 5
        wanted = PRIORITIES[self.priority]
        choose = lambda: self.handle.choose(self.card, "case.priority", wanted)  # noqa: E731
        self.keep("priority", self.key, heard, choose, lambda answer: TOLD if answer.ok else FAILED)

    def edit(self, heard: Heard) -> None:
        """By the form; whoever sees trouble presses the button again."""
        self.handle.command(f"/case edit {self.key}-1", self.channel)
        try:
            modal = self.handle.modal
            modal.fill({"title": f"{self.name} has a problem {self.count}"})
        except AssertionError:
            return  # no form came
        for _ in range(4):
            if self.keep("edit", self.key, heard, modal.submit, lambda a: TOLD if a.ok else FAILED) == TOLD:
                break
            time.sleep(0.5)
        while self.handle.has_modal:
            self.handle.modal.close(everything=True)

    def reply(self, _: Heard) -> None:
        """In the thread of a card; Slack tells Casebook of it, and again if that fails."""
        other = self.chance.choice(self.town.people)
        words = self.new_words()
        self.written.append((self.handle.post(other.channel, words, thread=other.card), words))
        time.sleep(0.05)


def fate_of_command(answer: Any) -> str:
    if not answer.ok:
        return FAILED
    return TOLD if "You " in answer.text and "Nothing changed" not in answer.text else REFUSED


@contextmanager
def listening(slack: LocalSlack) -> Iterator[Heard]:
    """Person → how Slack named each thing that they did, in order."""
    heard: dict[str, list[str]] = {person: [] for person in slack.platform.workspace.users}

    def hear(record: Record) -> None:
        body = record.request
        if record.kind != "delivery" or record.name == "events_api" or body.get("type") == "view_closed":
            return
        person = body.get("user_id") or body["user"]["id"]
        view = body.get("view") if body.get("type") == "view_submission" else None
        origin = f"view/{view['id']}/{view['hash']}" if view else f"click/{body['trigger_id']}"
        if origin not in heard[person]:
            heard[person].append(origin)

    stop = slack.traffic.subscribe(hear)
    try:
        yield heard
    finally:
        stop()


def together(works: list[Callable[[], None]]) -> None:
    failures: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
