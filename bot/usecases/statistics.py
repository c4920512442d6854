"""Statistics: asked for at once, counted when they are told, which may take a while."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import telling
from bot.domain.act import Act
from bot.domain.query import Viewer, parse
from bot.domain.query_meaning import understand
from bot.domain.statistics import Figures, most
from bot.domain.text import kept
from bot.domain.weekly import Weekly
from bot.domain.wording import team_name
from bot.storage.database import Database, Work
from bot.usecases.access import person_of
from bot.usecases.digests import shown_in
from bot.usecases.looking import viewer_for
from bot.usecases.people import ask


@dataclass(frozen=True, slots=True)
class WeeklyFigures:
    weekly: Weekly
    owner: str
    figures: Figures


def ask_for_statistics(db: Database, act: Act, query: str) -> None:
    """Asked for again by the same arrival they are counted once. Raises ``QueryError`` at the word that is wrong."""
    with db.read() as work:
        viewer = viewer_for(work, person_of(work, act.actor), act.at)
        understand(parse(kept(query)), viewer, work.search.names)
    ask(db, [telling.statistics(act.actor, act.origin or act.at.isoformat(), act.at, query=kept(query))])


def reckon(db: Database, person_id: str, query: str, now: datetime) -> Figures:
    """Of what the person may see by now. Takes seconds where there are very many cases."""
    with db.read() as work:
        return figures(work, viewer_for(work, person_of(work, person_id), now), query)


def reckon_weekly(db: Database, weekly_id: int, now: datetime) -> WeeklyFigures | None:
    """Of what its owner sees and its channel may be shown; ``None`` if it is over. Raises ``QueryError``."""
    with db.read() as work:
        weekly = work.weeklies.by_id(weekly_id)
        owner = work.people.by_id(weekly.owner) if weekly else None
        if weekly is None or owner is None or owner.is_gone:
            return None
        viewer = viewer_for(work, owner, now)
        shown = replace(viewer, projects=shown_in(work, weekly.channel, viewer), tz=weekly.tz)
        return WeeklyFigures(weekly, owner.name, figures(work, shown, weekly.query))


def figures(work: Work, viewer: Viewer, query: str) -> Figures:
    found = work.statistics.of(parse(query), viewer)
    people = [person for person, _ in most(found.assignees) if person]
    teams = [team for team, _ in most(found.teams) if team]
    return Figures(
        query=query,
        statistics=found,
        names={person.id: person.name for person in work.people.by_ids(people).values()},
        handles={team.id: team_name(team) for team in work.teams.by_ids(teams)},
        tz=viewer.tz,
    )
