"""The company in the local Slack, and its past: every story is told through Casebook's own use-cases."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.demo.alerts import KINDS
from bot.demo.clock import Clock
from bot.demo.stories import STORIES, Story
from bot.domain.act import Act
from bot.domain.case import Case, Priority
from bot.domain.casetype import SECURITY, STANDARD
from bot.domain.reading import PostRef
from bot.sandbox.driver import Bot, Channel, Message, Person
from bot.sandbox.slack import LocalSlack
from bot.usecases import evidence, looking, opening, people, projects, working
from bot.usecases.verb import Outcome
from bot.views.posts import read_post
from bot.wiring import Casebook

PEOPLE = (
    ("ann", "Ann Archer", "Support"),
    ("bob", "Bob Becker", "Checkout"),
    ("carol", "Carol Cruz", "Warehouse"),
    ("dana", "Dana Dietz", "Security, admin"),
    ("eve", "Eve Ekholm", "Platform"),
    ("frank", "Frank Fofana", "Tooling"),
    ("grace", "Grace Guo", "Security"),
    ("henry", "Henry Hart", "Office"),
)
BOTS = ("Datadog", "Alertmanager", "Sentry")
BETWEEN_STEPS = timedelta(minutes=7)


@dataclass(frozen=True, slots=True)
class Company:
    """Who and what there is, by name."""

    people: dict[str, Person]
    channels: dict[str, Channel]
    bots: dict[str, Bot]


def found(slack: LocalSlack) -> Company:
    """People, channels, bots and user groups, as on the company's first day."""
    staff = {name: slack.add_person(name, real_name, admin=name == "dana") for name, real_name, _ in PEOPLE}
    everyone = list(staff.values())
    security = [staff[name] for name in ("dana", "grace", "henry", "bob")]
    channels = {
        "general": slack.add_channel("general", members=everyone),
        "ops": slack.add_channel("ops", members=everyone, bot=True),
        "alerts": slack.add_channel("alerts", members=everyone, bot=True),
        "security": slack.add_channel("security", members=security, private=True, bot=True),
    }
    bots = {name: slack.add_bot(name) for name in BOTS}
    slack.add_group("sre", "Site reliability", members=[staff[name] for name in ("ann", "bob", "eve")])
    slack.add_group("security", "Security", members=[staff[name] for name in ("dana", "grace")])
    return Company(staff, channels, bots)


class Historian:
    """Lets the stories happen, each at its time."""

    def __init__(self, slack: LocalSlack, casebook: Casebook, company: Company, clock: Clock) -> None:
        self.slack, self.casebook, self.company, self.clock = slack, casebook, company, clock
        self.db, self.workspace = casebook.db, casebook.workspace

    def tell(self) -> None:
        """From the oldest to the newest; what Casebook says is said at that time too."""
        today = self.clock.now()
        stories = sorted(STORIES, key=lambda story: -story.ago)
        with self.clock.at(today - timedelta(hours=stories[0].ago + 24)):
            self.begin()
        for story in stories:
            with self.clock.at(today - timedelta(hours=story.ago)):
                case = self.open(story)
                self.say_all()
            for number, step in enumerate(story.steps, 1):
                with self.clock.at(today - timedelta(hours=story.ago) + number * BETWEEN_STEPS):
                    self.step(case, step)
                    self.say_all()

    def begin(self) -> None:
        people.ask_for_directory(self.db, self.clock.now(), "founding")
        self.say_all()
        for key, name, channel in (("OPS", "Operations", "ops"), ("SEC", "Security", "security")):
            projects.create_project(
                self.db,
                self.act("dana", "form"),
                key=key,
                name=name,
                home_channel=self.company.channels[channel].id,
                retention_months=15,
            )
        self.say_all()

    def say_all(self) -> None:
        self.casebook.worker.run_until_idle()

    def act(self, name: str, via: str, origin: str | None = None) -> Act:
        return Act(actor=self.company.people[name].id, at=self.clock.now(), via=via, origin=origin)

    def open(self, story: Story) -> Case:
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
        return opening.open_case(self.db, act, new, self.workspace, project_key=story.project).case

    def alert(self, story: Story) -> PostRef:
        """The post of a bot that became the case."""
        alert = KINDS[story.alert](story.title, story.description, story.ago)
        channel = self.company.channels["security" if story.security else "alerts"]
        message = self.company.bots[alert.bot].post(channel, **alert.post)
        return read_post({"message": message.json, "channel": {"id": channel.id}})

    def step(self, case: Case, step: str) -> None:
        """One line of a story, as `stories` describes them."""
        words, _, text = step.partition(": ")
        verb, _, who = words.partition(" ")
        name = who if who in self.company.people else "dana"
        if verb == "reply":
            self.reply(case, name, text)
        elif verb in {"p1", "p2", "p3", "p4", "p5"}:
            working.prioritize_case(self.db, self.act(self.reporter(case), "card"), case.id, Priority(verb.upper()))
        elif verb == "due":
            due = (self.clock.now() + timedelta(days=int(who))).date()
            working.set_due(self.db, self.act("dana", "details"), case.id, due)
        elif verb in {"assign", "team"}:
            self.assign(case, verb, who)
        else:
            self.do(verb, case, name, text)

    def reporter(self, case: Case) -> str:
        return next(name for name, person in self.company.people.items() if person.id == case.reporter)

    def assign(self, case: Case, verb: str, who: str) -> None:
        act = self.act(self.reporter(case), "form")
        if verb == "team":
            working.assign_case(self.db, act, case.id, team=who)
        else:
            working.assign_case(self.db, act, case.id, person=self.company.people[who].id)

    def do(self, verb: str, case: Case, name: str, text: str) -> None:
        act = self.act(name, "card")
        verbs: dict[str, Callable[[], Outcome]] = {
            "take": lambda: working.take_case(self.db, act, case.id),
            "note": lambda: working.note_case(self.db, act, case.id, text),
            "close": lambda: working.close_case(self.db, act, case.id, text),
            "reopen": lambda: working.reopen_case(self.db, act, case.id),
            "archive": lambda: working.archive_case(self.db, act, case.id),
            "watch": lambda: working.watch_case(self.db, act, case.id),
        }
        verbs[verb]()

    def reply(self, case: Case, name: str, text: str) -> None:
        """Below the card; Casebook hears of it as it would from Slack."""
        shown = looking.show_case(self.db, self.act(name, "thread"), case.id)
        card = next(post for post in shown.posts if post.channel == shown.project.home_channel)
        message = self.company.people[name].post(card.channel, text, thread=Message(self.slack, card.channel, card.ts))
        said = evidence.Reply(card.channel, message.ts, card.ts, self.company.people[name].id, text)
        origin = f"new/{card.channel}/{message.ts}/{message.ts}"
        evidence.keep_reply(self.db, self.act(name, "thread", origin), said)


def again(slack: LocalSlack) -> Company:
    """The company as an earlier run left it."""
    bots = {bot.name: Bot(slack, bot.id) for bot in slack.platform.workspace.bots.values()}
    return Company(
        {name: slack.person(name) for name, _, _ in PEOPLE},
        {name: slack.channel(name) for name in ("general", "ops", "alerts", "security")},
        {name: bots[name] for name in BOTS},
    )
