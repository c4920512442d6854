"""Teams: Slack's user groups as they are mirrored, and those that are kept here."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.domain import telling
from bot.domain.act import Act
from bot.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from bot.domain.person import Person, Team, as_handle
from bot.domain.reading import TEAMS_PAGE, TeamListing, TeamPage, TeamRow
from bot.domain.rights import Right, may_with_team, why_not_team
from bot.domain.text import kept
from bot.domain.wording import team_name
from bot.storage.database import Database, Work
from bot.usecases.access import helpers, person_of
from bot.usecases.people import enqueue_absent
from bot.usecases.projects import home_channel as known_channel
from bot.usecases.verb import once

REDRAWN_AT_ONCE = 10


def authorized(work: Work, act: Act, right: Right, team: Team | None = None) -> Person:
    """Whoever asks; ``NotAllowed`` says why not and who can help."""
    person = person_of(work, act.actor)
    if not may_with_team(right, person, team is not None and person.id in team.member_ids):
        raise NotAllowed(why_not_team(right, person, helpers(work)))
    return person


def require_team_admin(db: Database, act: Act) -> None:
    """Before a form is shown that only an admin may submit."""
    with db.read() as work:
        authorized(work, act, Right.MANAGE)


def list_teams(db: Database, act: Act, *, page: int = 1) -> TeamListing:
    with db.read() as work:
        person = authorized(work, act, Right.SEE)
        found = work.teams.page(page=max(page, 1), size=TEAMS_PAGE)
        teams = found[:TEAMS_PAGE]
        sizes = work.teams.sizes(team.id for team in teams)
        taken = work.teams.handles_in_slack(team.handle for team in teams if not team.is_mirrored)
        rows = [TeamRow(team, sizes.get(team.id, 0), is_overshadowed(team, taken)) for team in teams]
        return TeamListing(rows, max(page, 1), len(found) > TEAMS_PAGE, may_with_team(Right.MANAGE, person, False))


def is_overshadowed(team: Team, taken: Iterable[str]) -> bool:
    """Slack has got a user group of the same handle since."""
    return not team.is_mirrored and team.gone_at is None and team.handle in taken


def show_team(db: Database, act: Act, ref: str | int) -> TeamPage:
    """By id, handle or a Slack user group's id."""
    with db.read() as work:
        person = authorized(work, act, Right.SEE)
        team = found_team(work, ref)
        people = work.people.by_ids(team.member_ids)
        is_inside = person.id in team.member_ids
        taken = work.teams.handles_in_slack([team.handle]) if not team.is_mirrored else set()
        return TeamPage(
            team=team,
            members=sorted(people.values(), key=lambda one: one.name.casefold()),
            is_overshadowed=is_overshadowed(team, taken),
            may_edit_members=may_with_team(Right.EDIT_MEMBERS, person, is_inside),
            may_manage=may_with_team(Right.MANAGE, person, is_inside),
        )


def found_team(work: Work, ref: str | int, *, lock: bool = False) -> Team:
    if isinstance(ref, int):
        team = work.teams.by_id(ref, lock=lock)
        named = "This team"
    else:
        team = work.teams.from_slack(kept(ref)) or work.teams.with_handle(kept(ref))
        named = f"@{kept(ref).lstrip('@')}"
    if team is None:
        raise NotFound(f"{named} is no team here. `/case team` lists them all.")
    return team


def create_team(
    db: Database, act: Act, *, handle: str, name: str, members: Iterable[str], home_channel: str | None
) -> Team:
    """A team kept here. One that was deleted under the same handle comes back, with the cases it had.

    Made twice alike by the same person, it is made once: Slack may repeat a form.
    """
    wanted = set(members)

    def attempt(work: Work) -> Team:
        authorized(work, act, Right.MANAGE)
        new = Team.start(act.actor, handle=handle, name=name, members=wanted, home_channel=home_channel)
        known = work.teams.kept_with_handle(new.handle)
        if known and known.gone_at is None:
            if known.facts() == new.facts() and known.created_by == new.created_by:
                return known
            raise taken(known)
        refuse_slacks(work, new.handle)
        refuse_unable(work, wanted)
        adopt_home(work, act, home_channel)
        if known is None:
            work.add(new)
            return new
        known.gone_at, known.created_by = None, act.actor
        known.change(handle=handle, name=name, members=wanted, home_channel=home_channel)
        ask_to_redraw(work, act, known)
        return known

    return once(db, attempt)


def change_team(
    db: Database,
    act: Act,
    team_id: int,
    *,
    seen: int,
    handle: str,
    name: str,
    members: Iterable[str],
    home_channel: str | None,
) -> tuple[Team, bool]:
    """The team, and whether anything changed. ``seen``: the version that the person's form was filled from."""
    wanted = set(members)

    def change(work: Work, team: Team) -> bool:
        before = team_name(team)
        if as_handle(handle) != team.handle:
            refuse_slacks(work, as_handle(handle))
            other = work.teams.kept_with_handle(as_handle(handle))
            if other and other.id != team.id:
                raise taken(other)
        refuse_unable(work, wanted - team.member_ids)
        adopt_home(work, act, home_channel, team.home_channel)
        changed = team.change(handle=handle, name=name, members=wanted, home_channel=home_channel)
        if team_name(team) != before:
            ask_to_redraw(work, act, team)
        return changed

    return changed_team(db, act, team_id, Right.MANAGE, seen, change)


def change_members(
    db: Database, act: Act, team_id: int, *, seen: int, members: Iterable[str]
) -> tuple[Team, bool]:  # fmt: skip
    wanted = set(members)

    def change(work: Work, team: Team) -> bool:
        refuse_unable(work, wanted - team.member_ids)
        return team.change_members(wanted)

    return changed_team(db, act, team_id, Right.EDIT_MEMBERS, seen, change)


def change_home(db: Database, act: Act, team_id: int, *, seen: int, home_channel: str | None) -> tuple[Team, bool]:
    """Also of a team that Slack keeps."""

    def change(work: Work, team: Team) -> bool:
        adopt_home(work, act, home_channel, team.home_channel)
        return team.change_home(home_channel)

    return changed_team(db, act, team_id, Right.MANAGE, seen, change, slacks_too=True)


def delete_team(db: Database, act: Act, team_id: int) -> Team:
    """Its cases keep it and say so. A repeated click finds it deleted."""

    def attempt(work: Work) -> Team:
        team = found_team(work, team_id, lock=True)
        authorized(work, act, Right.MANAGE, team)
        refuse_mirrored(team)
        if team.delete(act.at):
            ask_to_redraw(work, act, team)
        return team

    return once(db, attempt)


def changed_team(
    db: Database,
    act: Act,
    team_id: int,
    right: Right,
    seen: int,
    change: Callable[[Work, Team], bool],
    *,
    slacks_too: bool = False,
) -> tuple[Team, bool]:
    def attempt(work: Work) -> tuple[Team, bool]:
        team = found_team(work, team_id, lock=True)
        authorized(work, act, right, team)
        if not slacks_too:
            refuse_mirrored(team)
            if team.gone_at:
                raise Invalid(f"{team_name(team)} cannot be changed any more. `/case team new` can bring it back.")
        present = team.version
        changed = change(work, team)
        if changed and present != seen:  # a form that Slack repeats changes nothing
            raise Conflict(
                f"Somebody has changed @{team.handle} since this form was opened, so nothing was saved. "
                "Open the team again with `/case team`."
            )
        return team, changed

    return once(db, attempt)


def refuse_mirrored(team: Team) -> None:
    if team.is_mirrored:
        raise Invalid(f"@{team.handle} is a user group of Slack's: change it there, and Casebook follows.")


def refuse_slacks(work: Work, handle: str) -> None:
    if work.teams.mirrored_with_handle(handle):
        sentence = f"@{handle} is a user group in Slack, and cases can be given to it as it is. Choose another handle."
        raise Invalid.field("handle", sentence)


def taken(other: Team) -> Invalid:
    if other.gone_at:
        sentence = f"@{other.handle} was deleted, and its cases still bear its name. Choose another handle."
        return Invalid.field("handle", sentence)
    return Invalid.field("handle", f"@{other.handle} is taken. Choose another handle.")


def refuse_unable(work: Work, new: Iterable[str]) -> None:
    """People who cannot join a team; those who are in it may stay."""
    wanted = set(new)
    known = work.people.by_ids(wanted)
    if wanted - known.keys():
        raise Invalid.field("members", "Casebook does not know one of these people yet. Please try again in a minute.")
    unable = sorted(person.name for person in known.values() if person.is_bot or person.is_gone)
    if unable:
        raise Invalid.field("members", f"{unable[0]} is an app or no longer in this workspace. Choose somebody else.")


def adopt_home(work: Work, act: Act, channel_id: str | None, before: str | None = None) -> None:
    """Before the team refers to it. Slack is asked what the channel is, and Casebook joins it if it is public."""
    if channel_id and channel_id != before:
        known_channel(work, act, channel_id)


def ask_to_redraw(work: Work, act: Act, team: Team) -> None:
    enqueue_absent(work, [telling.redraw(team.id, act.at.isoformat(), act.at)])


def redraw_cards(db: Database, asked: Mapping[str, Any], now: datetime) -> None:
    """Some of the team's open cases; the next ones have their turn. Doing it twice asks for nothing twice."""
    team_id, occasion = int(asked["team"]), str(asked["occasion"])

    def attempt(work: Work) -> None:
        ids = work.teams.open_cases(team_id, after=int(asked["after"]), limit=REDRAWN_AT_ONCE)
        cases = work.cases.by_ids(ids)
        wanted = [one for case in cases.values() for one in telling.redrawn(case, f"{team_id}/{occasion}", now)]
        if len(ids) == REDRAWN_AT_ONCE:
            wanted.append(telling.redraw(team_id, occasion, now, after=ids[-1]))
        enqueue_absent(work, wanted)

    once(db, attempt)
