"""Teams: the list, the forms, and what came of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.person import HANDLE_LIMIT, NAME_LIMIT, Person, Team
from bot.domain.reading import TeamListing, TeamPage, TeamRow
from bot.domain.wording import team_name
from bot.views.blocks import Block, Message, View, actions, context, field_input, message, modal, section
from bot.views.clicks import page_value
from bot.views.elements import button, channel_select, confirm, multi_users_select, text_input
from bot.views.forms import state
from bot.views.forms.metadata import pack, unpack
from bot.views.limits import clip
from bot.views.text import Mrkdwn, joined, literal, mrkdwn, said
from bot.views.words import plural

NAMES_SHOWN = 60
ROW_NAME = 60  # a page of the longest must fit into a message
HOME_HINT = "If there is one, each case of the team has its card there too, unless the case's project is private."
OVERSHADOWED = "A user group in Slack has the same handle: commands and searches mean that one. Rename this team."
NONE_YET = (
    "There is no team yet. Slack's user groups, which are part of its paid plans, become teams by themselves; admins "
    "can keep others here."
)


@dataclass(frozen=True, slots=True)
class TeamTarget:
    """The team that a form is about. ``version``: what the person saw of it when the form opened."""

    team_id: int
    version: int


@dataclass(frozen=True, slots=True)
class TeamFields:
    """``members``: people's ids."""

    handle: str
    name: str
    members: tuple[str, ...]
    home_channel: str | None


# -- the list ---------------------------------------------------------------------------------------------------------
def teams_view(found: TeamListing) -> View:
    return modal("team.list", "Teams", team_blocks(found), close="Close")


def teams_message(found: TeamListing) -> Message:
    """The same as an answer to a command."""
    names = ", ".join(team_name(row.team) for row in found.rows)
    return message(f"Teams: {names}" if names else said(NONE_YET), team_blocks(found))


def team_blocks(found: TeamListing) -> list[Block]:
    blocks = [_row(row) for row in found.rows]
    if not found.rows:
        blocks.append(section(said(NONE_YET if found.page == 1 else "There are no more teams.")))
    row = []
    if found.page > 1:
        row.append(button("Previous", "team.page.back", value=page_value(found.page - 1) or ""))
    if found.has_next:
        row.append(button("Next", "team.page", value=page_value(found.page + 1) or ""))
    if found.may_create:
        row.append(button("New team", "team.new", style="" if found.rows else "primary"))
    return [*blocks, actions(row)] if row else blocks


def _row(row: TeamRow) -> Block:
    team = row.team
    facts = [mrkdwn("{}", plural(row.size, "person", "people")), _home(team), Mrkdwn(_keeper(team))]
    text = mrkdwn("*{}* {}\n{}", clip(team_name(team), ROW_NAME), clip(team.name, ROW_NAME), joined(facts))
    if row.is_overshadowed:
        text = mrkdwn("{}\n{}", text, OVERSHADOWED)
    show = button("Open", "team.show", value=str(team.id), label=f"Open team {team.handle}")
    return section(text, show, block_id=f"team/{team.id}")


def _home(team: Team) -> Mrkdwn:
    return mrkdwn("at home in {}", Mrkdwn(f"<#{team.home_channel}>")) if team.home_channel else Mrkdwn("no channel")


def _keeper(team: Team) -> str:
    return "a user group of Slack's" if team.is_mirrored else "kept in Casebook"


# -- one team ---------------------------------------------------------------------------------------------------------
def new_team_form() -> View:
    return modal("team.new", "New team", _inputs(None, ()), submit="Create")


def team_view(page: TeamPage) -> View:
    """What this person may change of the team; the rest is said. A team that is gone can only be looked at."""
    team = page.team
    if page.may_manage and not team.is_mirrored and not team.gone_at:
        blocks = [*_notes(page), *_inputs(team, page.members), actions([_delete(team)])]
        return _form("team.edit", team, blocks)
    facts = [section(_facts(page)), *_notes(page)]
    if page.may_manage and team.is_mirrored:
        return _form("team.home", team, [*facts, _home_input(team.home_channel)])
    if page.may_edit_members and not team.is_mirrored and not team.gone_at:
        return _form("team.members", team, [*facts, _members_input(page.members)])
    return modal("team.show", _title(team), facts, close="Close")


def _form(callback_id: str, team: Team, blocks: Sequence[Block]) -> View:
    metadata = pack(team=team.id, version=team.version)
    return modal(callback_id, _title(team), blocks, submit="Save", metadata=metadata)


def _title(team: Team) -> str:
    return f"Team @{team.handle}"


def _inputs(team: Team | None, members: Sequence[Person]) -> list[Block]:
    handle = text_input("handle", value=team.handle if team else "", placeholder="dba", limit=HANDLE_LIMIT)
    name = text_input("name", value=team.name if team else "", placeholder="Database admins", limit=NAME_LIMIT)
    hint = "One word. People write @dba to give a case to this team or to search for its cases."
    return [
        field_input("handle", "Handle", handle, hint=hint),
        field_input("name", "Name", name, optional=True),
        _members_input(members),
        _home_input(team.home_channel if team else None),
    ]


def _members_input(members: Sequence[Person]) -> Block:
    """Without those who have left, whom Slack does not offer: they leave the team when the form is saved."""
    present = [person.id for person in members if not person.is_gone]
    return field_input("members", "Members", multi_users_select("members", "Choose people", chosen=present))


def _home_input(channel: str | None) -> Block:
    menu = channel_select("home_channel", "No channel", chosen=channel)
    return field_input("home_channel", "Home channel", menu, optional=True, hint=HOME_HINT)


def _facts(page: TeamPage) -> Mrkdwn:
    team = page.team
    head = joined([mrkdwn("*{}* {}", team_name(team), team.name), _home(team), Mrkdwn(_keeper(team))])
    names = ", ".join(person.name for person in page.members[:NAMES_SHOWN]) or "nobody"
    more = len(page.members) - NAMES_SHOWN
    rest = f" and {more} more" if more > 0 else ""
    return mrkdwn("{}\n*Members:* {}{}", head, names, rest)


def _notes(page: TeamPage) -> list[Block]:
    team = page.team
    notes = []
    if team.gone_at:
        back = "" if team.is_mirrored else " `/case team new` with its handle brings it back."
        notes.append(f"This team is gone. It keeps the cases it has, and gets no new ones.{back}")
    elif team.is_mirrored:
        notes.append("Its name and members are changed in Slack, and Casebook follows.")
    if page.is_overshadowed:
        notes.append(OVERSHADOWED)
    return [context(said(note)) for note in notes]


def _delete(team: Team) -> Block:
    sure = confirm(
        f"Delete @{team.handle}?",
        "Its cases keep it and say that it is deleted. Nobody can give it a case any more.",
        "Delete",
        danger=True,
    )
    return button("Delete team", "team.delete", value=str(team.id), style="danger", sure=sure)


def team_done(team: Team, done: str) -> View:
    """What came of a form. ``done``: "is created", "is saved", "is deleted"."""
    name = "" if team.name == team.handle else f" ({team.name})"
    told = mrkdwn("*@{}*{} {}.", team.handle, name, done)
    if team.gone_at and not team.is_mirrored:
        told = mrkdwn("{} The cases it has keep it.", told)
    elif team.home_channel:
        told = mrkdwn("{} It is {}.", told, _home(team))
    else:
        told = mrkdwn("{} Cases are given to it with {}.", told, Mrkdwn(f"`/case assign KEY @{literal(team.handle)}`"))
    blocks = [section(told)]
    if team.home_channel:
        invite = "If its channel is private, invite Casebook there: `/invite @casebook`."
        blocks.append(context(said(f"{invite} Cases that the team has already get a card there when they change.")))
    return modal("team.done", _title(team), blocks, close="Close")


# -- what was filled in -----------------------------------------------------------------------------------------------
def read_team_target(view: Mapping[str, Any]) -> TeamTarget:
    known = unpack(view)
    return TeamTarget(int(known.get("team", 0)), int(known.get("version", 0)))


def read_team(view: Mapping[str, Any]) -> TeamFields:
    """A field that this form does not ask for is empty."""
    return TeamFields(
        handle=state.text(view, "handle"),
        name=state.text(view, "name"),
        members=state.people(view, "members"),
        home_channel=state.channel(view, "home_channel"),
    )
