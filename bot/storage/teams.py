"""Finding teams."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, selectinload

from bot.domain.case import Case
from bot.domain.casetype import Group
from bot.domain.evidence import CaseTeam
from bot.domain.person import Team, TeamMember
from bot.storage.locking import AS_LEFT, lock_on, wait_for

ALIVE = Team.gone_at.is_(None)
# Of two teams with the same handle: the one that is there, then Slack's, then the newer one.
FIRST_MEANT = (Team.gone_at.is_not(None), Team.slack_id.is_(None), Team.id.desc())


def called(handle: str) -> ColumnElement[bool]:
    return func.lower(Team.handle) == handle.strip().lstrip("@").lower()


class Teams:
    def __init__(self, session: Session) -> None:
        self._session = session

    def by_id(self, team_id: int, *, lock: bool = False) -> Team | None:
        if lock:
            wait_for(self._session, lock_on(Team.id, Team.id == team_id), {})
        query = select(Team).where(Team.id == team_id).options(selectinload(Team.members))
        return self._session.scalar(query, execution_options=AS_LEFT if lock else {})

    def by_ids(self, ids: Iterable[int]) -> Sequence[Team]:
        return self._session.scalars(select(Team).where(Team.id.in_(list(ids))).order_by(Team.id)).all()

    def from_slack(self, slack_id: str) -> Team | None:
        return self._session.scalar(select(Team).where(Team.slack_id == slack_id))

    def with_handle(self, handle: str) -> Team | None:
        """Whoever is meant by it: rather one that is there than one that is gone, rather Slack's than ours."""
        return self._session.scalar(select(Team).where(called(handle)).order_by(*FIRST_MEANT).limit(1))

    def mirrored_with_handle(self, handle: str) -> Team | None:
        """A user group that is there."""
        return self._session.scalar(select(Team).where(called(handle), ALIVE, Team.slack_id.is_not(None)).limit(1))

    def kept_with_handle(self, handle: str) -> Team | None:
        """A team kept here, even if it was deleted."""
        query = select(Team).where(called(handle), Team.slack_id.is_(None)).options(selectinload(Team.members))
        return self._session.scalar(query.order_by(*FIRST_MEANT).limit(1))

    def like(self, typed: str, limit: int) -> Sequence[Team]:
        """Teams that are there whose handle or name contains what was typed."""
        words = typed.strip().lstrip("@").lower()
        query = select(Team).where(ALIVE)
        if words:
            query = query.where(
                or_(
                    func.lower(Team.handle).contains(words, autoescape=True),
                    func.lower(Team.name).contains(words, autoescape=True),
                )
            )
        return self._session.scalars(query.order_by(Team.handle).limit(limit)).all()

    def all(self) -> Sequence[Team]:
        return self._session.scalars(select(Team).options(selectinload(Team.members))).all()

    def page(self, *, page: int, size: int) -> Sequence[Team]:
        """By handle, those that are gone last; ``page`` counts from 1. One row more says that there is a next page."""
        query = select(Team).order_by(Team.gone_at.is_not(None), Team.handle, *FIRST_MEANT)
        return self._session.scalars(query.limit(size + 1).offset((page - 1) * size)).all()

    def sizes(self, ids: Iterable[int]) -> dict[int, int]:
        """How many people are in each; a team without any is left out."""
        query = select(TeamMember.team_id, func.count()).where(TeamMember.team_id.in_(list(ids)))
        return dict(self._session.execute(query.group_by(TeamMember.team_id)).all())

    def handles_in_slack(self, handles: Iterable[str]) -> set[str]:
        """Which of them are also handles of a user group."""
        query = select(func.lower(Team.handle)).where(ALIVE, Team.slack_id.is_not(None))
        return set(self._session.scalars(query.where(func.lower(Team.handle).in_(list(handles)))))

    def of_person(self, person_id: str) -> set[int]:
        return set(self._session.scalars(select(TeamMember.team_id).where(TeamMember.person_id == person_id)))

    def open_cases(self, team_id: int, *, after: int, limit: int) -> Sequence[int]:
        """Ids of the open cases that it has, in order."""
        query = (
            select(CaseTeam.case_id)
            .join(Case, Case.id == CaseTeam.case_id)
            .where(CaseTeam.team_id == team_id, CaseTeam.case_id > after)
            .where(Case.group != Group.CLOSED.value, Case.archived_at.is_(None))
        )
        return self._session.scalars(query.order_by(CaseTeam.case_id).limit(limit)).all()
