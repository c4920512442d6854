"""The company's past: every story is told through Casebook's own use-cases, each step at its time."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from bot.demo.alerts import KINDS, Alert
from bot.demo.clock import Clock
from bot.demo.company import Company
from bot.demo.monitoring import CHANNEL, PAST, PROJECT, SOURCE, Call, Monitoring
from bot.demo.stories import STORIES, Story
from bot.demo.talk import GREETER, GREETING, TALK, WAITING, Said
from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.casetype import SECURITY, STANDARD
from bot.domain.evidence import RelationKind
from bot.domain.inbox import Event
from bot.domain.priority import Priority
from bot.domain.reading import PostRef
from bot.sandbox.driver import Message
from bot.sandbox.slack import LocalSlack
from bot.surfaces.alerts import hear_alert
from bot.usecases import evidence, intake_sources, looking, opening, people, projects, working
from bot.usecases.inboxes import InboxFields, create_inbox
from bot.usecases.intake_clock import refresh_cards
from bot.usecases.verb import Outcome
from bot.views.posts import read_post
from bot.web import AlertHooks
from bot.wiring import Casebook

PROJECTS = (("OPS", "Operations", "ops"), ("SEC", "Security", "security"))
LONGEST_GAP = timedelta(hours=8)
BETWEEN_REPLIES = timedelta(minutes=4)

Happening = tuple[datetime, Callable[[], object]]


class Stopped(Exception):
    """Somebody wants the demo to end."""


class Historian:
    def __init__(
        self, slack: LocalSlack, casebook: Casebook, company: Company, clock: Clock, monitoring: Monitoring
    ) -> None:
        self.monitoring = monitoring
        self.slack, self.casebook, self.company, self.clock = slack, casebook, company, clock
        self.db, self.workspace = casebook.db, casebook.workspace
        self.cases: dict[str, Case] = {}

    def tell(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """From the oldest to the newest; what Casebook says is said at that time too. Raises ``Stopped``."""
        for moment, happen in sorted(self.happenings(), key=lambda happening: happening[0]):
            if stopped():
                raise Stopped
            with self.clock.at(moment):
                happen()
                self.casebook.worker.run_until_idle()

    def happenings(self) -> Iterator[Happening]:
        today = self.clock.now()
        first = today - timedelta(hours=max(story.ago for story in STORIES))
        yield first - timedelta(days=2), self.meet_everybody
        yield first - timedelta(days=1), self.begin
        for story in STORIES:
            yield from self.steps_of(story, today - timedelta(hours=story.ago))
        for said in TALK:
            yield today - timedelta(hours=said.ago), partial(self.say, said)
        for ago, channel, alert in WAITING:
            yield today - timedelta(hours=ago), partial(self.post, channel, alert)
        for ago, told in PAST:
            yield today - timedelta(hours=ago), partial(self.hear, told)
        yield today, self.make_inbox
        yield today + timedelta(seconds=1), self.greet

    def steps_of(self, story: Story, begun: datetime) -> Iterator[Happening]:
        """Old cases took their time, new ones are minutes apart."""
        gap = min(timedelta(minutes=3 * story.ago), LONGEST_GAP)
        yield begun, partial(self.open, story)
        for number, step in enumerate(story.steps, 1):
            yield begun + number * gap, partial(self.step, story, step)

    # -- the company --------------------------------------------------------------------------------------------------
    def meet_everybody(self) -> None:
        people.ask_for_directory(self.db, self.clock.now(), "founding")

    def begin(self) -> None:
        for key, name, channel in PROJECTS:
            projects.create_project(
                self.db,
                self.act("dana", "form"),
                key=key,
                name=name,
                home_channel=self.company.channels[channel].id,
                retention_months=15,
            )
        act, watched = self.act("dana", "form"), self.company.channels[CHANNEL].id
        intake_sources.watch_channel(self.db, act, intake_sources.WatchFields(watched, PROJECT))
        outside, token = self.casebook.desk.outside, self.monitoring.token
        intake_sources.make_hook(self.db, act, outside, PROJECT, SOURCE, token=token)

    def make_inbox(self) -> None:
        fields = InboxFields(
            name="Urgent",
            query="priority:>=P2 is:open",
            events=(Event.CREATED.value, Event.ENTERED.value),
            channels=(self.company.channels["general"].id,),
        )
        create_inbox(self.db, self.act("bob", "form", "urgent"), fields)

    def say(self, said: Said) -> None:
        message = self.company.people[said.who].post(self.company.channels[said.channel], said.text)
        for number, reply in enumerate(said.replies, 1):
            who, _, text = reply.partition(": ")
            with self.clock.at(self.clock.now() + number * BETWEEN_REPLIES):
                self.company.people[who].post(message.channel, text, thread=message)

    def greet(self) -> None:
        self.company.people[GREETER].post(self.company.channels["general"], GREETING)

    def post(self, channel: str, alert: Alert) -> Message:
        return self.company.bots[alert.bot].post(self.company.channels[channel], **alert.post)

    def hear(self, alert: Alert | Call) -> None:
        """As Casebook does when it runs: here by the same doors, without a network before them."""
        if isinstance(alert, Call):
            raw = json.dumps(self.monitoring.body(alert)).encode()
            hooks = AlertHooks(self.db, self.casebook.desk.outside.opened, self.clock.now)
            hooks(f"{SOURCE.value}/{self.monitoring.token}", {}, raw)
        else:
            message = self.post(CHANNEL, alert)
            hear_alert(self.casebook.desk, {**message.json, "channel": message.channel})
        refresh_cards(self.db, self.clock.now())

    # -- a story ------------------------------------------------------------------------------------------------------
    def act(self, name: str, via: str, origin: str | None = None) -> Act:
        return Act(actor=self.company.people[name].id, at=self.clock.now(), via=via, origin=origin)

    def open(self, story: Story) -> None:
        with self.db.read() as work:
            type_ = work.cases.type_named(SECURITY if story.security else STANDARD)
        post = self.alert(story) if story.alert else None
        new = opening.NewCase(
            title=story.title,
            description=story.description,
            type=type_.id if type_ else None,
            attributes=dict(story.attributes),
            post=post,
        )
        act = self.act(story.reporter, "shortcut" if post else "command")
        opened = opening.open_case(self.db, act, new, self.workspace, project_key=story.project)
        self.cases[story.title] = opened.case

    def alert(self, story: Story) -> PostRef:
        """The post of a bot that became the case."""
        message = self.post(
            "security" if story.security else "alerts", KINDS[story.alert](story.title, story.description, story.ago)
        )
        return read_post({"message": message.json, "channel": {"id": message.channel}})

    def step(self, story: Story, step: str) -> None:
        """One line of a story, as `stories` describes them."""
        words, _, text = step.partition(": ")
        verb, _, who = words.partition(" ")
        case = self.cases[story.title]
        name = who if who in self.company.people else story.reporter
        if verb == "reply":
            self.reply(case, name, text)
        elif verb in set(Priority):
            working.prioritize_case(self.db, self.act(name, "card"), case.id, Priority(verb))
        elif verb == "relate":
            other = self.cases[text]
            working.relate_case(self.db, self.act(name, "details"), case.id, RelationKind(who), other.id)
        else:
            self.do(verb, case, self.act(name, "card"), who, text)

    def do(self, verb: str, case: Case, act: Act, who: str, text: str) -> None:
        db, at = self.db, self.clock.now()
        verbs: dict[str, Callable[[], Outcome]] = {
            "take": lambda: working.take_case(db, act, case.id),
            "assign": lambda: working.assign_case(db, self.act(self.reporter(case), "card"), case.id, person=act.actor),
            "team": lambda: working.assign_case(db, act, case.id, team=who),
            "due": lambda: working.set_due(db, act, case.id, (at + timedelta(days=int(who))).date()),
            "note": lambda: working.note_case(db, act, case.id, text),
            "close": lambda: working.close_case(db, act, case.id, text),
            "reopen": lambda: working.reopen_case(db, act, case.id),
            "archive": lambda: working.archive_case(db, act, case.id),
            "watch": lambda: working.watch_case(db, act, case.id),
        }
        verbs[verb]()

    def reporter(self, case: Case) -> str:
        return next(name for name, person in self.company.people.items() if person.id == case.reporter)

    def reply(self, case: Case, name: str, text: str) -> None:
        """Below the card; Casebook hears of it as it would from Slack."""
        shown = looking.show_case(self.db, self.act(name, "thread"), case.id)
        card = next(post for post in shown.posts if post.channel == shown.project.home_channel)
        message = self.company.people[name].post(card.channel, text, thread=Message(self.slack, card.channel, card.ts))
        said = evidence.Reply(card.channel, message.ts, card.ts, self.company.people[name].id, text)
        origin = f"new/{card.channel}/{message.ts}/{message.ts}"
        evidence.keep_reply(self.db, self.act(name, "thread", origin), said)
