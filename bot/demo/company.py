"""The company in the local Slack: who and what there is."""

from dataclasses import dataclass

from bot.sandbox.driver import Bot, Channel, Person
from bot.sandbox.slack import LocalSlack

PEOPLE = (
    ("ann", "Ann Archer"),  # support; the page begins with the first person
    ("bob", "Bob Becker"),  # checkout
    ("carol", "Carol Cruz"),  # warehouse
    ("dana", "Dana Dietz"),  # security, and an admin
    ("eve", "Eve Ekholm"),  # platform
    ("frank", "Frank Fofana"),  # tooling
    ("grace", "Grace Guo"),  # security
    ("henry", "Henry Hart"),  # office
)
BOTS = ("Datadog", "Alertmanager", "Sentry")


@dataclass(frozen=True, slots=True)
class Company:
    """By name, as they are called at the moment."""

    people: dict[str, Person]
    channels: dict[str, Channel]
    bots: dict[str, Bot]


def found(slack: LocalSlack) -> None:
    """People, channels, bots and user groups, as on the company's first day."""
    staff = {name: slack.add_person(name, real_name, admin=name == "dana") for name, real_name in PEOPLE}
    everyone = list(staff.values())
    slack.add_channel("general", members=everyone)
    slack.add_channel("ops", members=everyone, bot=True)
    slack.add_channel("alerts", members=everyone, bot=True)
    slack.add_channel("monitoring", members=everyone, bot=True)
    security = [staff[name] for name in ("dana", "grace", "henry", "bob")]
    slack.add_channel("security", members=security, private=True, bot=True)
    for name in BOTS:
        slack.add_bot(name)
    slack.add_group("sre", "Site reliability", members=[staff[name] for name in ("ann", "bob", "eve")])
    slack.add_group("security", "Security", members=[staff[name] for name in ("dana", "grace")])


def company(slack: LocalSlack) -> Company:
    """As it is by now: people may have renamed, archived and added what they liked."""
    return slack.ask(lambda: _company(slack))


def _company(slack: LocalSlack) -> Company:
    workspace = slack.platform.workspace
    return Company(
        {user.name: Person(slack, user.id) for user in workspace.users.values() if not user.is_bot},
        {
            conversation.name: Channel(slack, conversation.id)
            for conversation in workspace.conversations.values()
            if conversation.name and not conversation.archived
        },
        {bot.name: Bot(slack, bot.id) for bot in workspace.bots.values()},
    )
