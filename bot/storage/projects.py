"""Finding projects and their channels."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.domain.case import Case
from bot.domain.project import Channel, ChannelMember, Project
from bot.storage.locking import locked


class Projects:
    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> Sequence[Project]:
        return self._session.scalars(select(Project).order_by(Project.key)).all()

    def by_key(self, key: str, *, lock: bool = False) -> Project | None:
        return self._one(Project.key == key.strip().upper(), lock=lock)

    def by_id(self, project_id: int, *, lock: bool = False) -> Project | None:
        return self._one(Project.id == project_id, lock=lock)

    def _one(self, condition: ColumnElement[bool], *, lock: bool) -> Project | None:
        query = select(Project).where(condition)
        return self._session.scalar(locked(self._session, query, Project.id, condition) if lock else query)

    def of_channel(self, channel_id: str) -> Sequence[Project]:
        return self._session.scalars(select(Project).where(Project.home_channel == channel_id)).all()

    def last_used_by(self, person_id: str) -> int | None:
        """The project of the case that the person reported last."""
        query = select(Case.project_id).where(Case.reporter == person_id).order_by(Case.id.desc()).limit(1)
        return self._session.scalar(query)

    def channel(self, channel_id: str) -> Channel | None:
        return self._session.get(Channel, channel_id)

    def channels(self) -> Sequence[Channel]:
        return self._session.scalars(select(Channel).order_by(Channel.id)).all()

    def members(self, channel_id: str) -> Sequence[ChannelMember]:
        return self._session.scalars(select(ChannelMember).where(ChannelMember.channel_id == channel_id)).all()
