"""Finding projects and their channels."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from bot.domain.case import Case
from bot.domain.project import Channel, ChannelMember, Project
from bot.storage.locking import AS_LEFT, lock_on, wait_for


class Projects:
    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> Sequence[Project]:
        return self._session.scalars(select(Project).order_by(Project.key)).all()

    def by_key(self, key: str, *, lock: bool = False) -> Project | None:
        return self._one(Project.key == bindparam("ref"), key.strip().upper(), lock=lock)

    def by_id(self, project_id: int, *, lock: bool = False) -> Project | None:
        return self._one(Project.id == bindparam("ref"), project_id, lock=lock)

    def _one(self, condition: ColumnElement[bool], ref: str | int, *, lock: bool) -> Project | None:
        wanted = {"ref": ref}
        if lock:
            wait_for(self._session, lock_on(Project.id, condition), wanted)
        query = select(Project).where(condition)
        return self._session.scalar(query, wanted, execution_options=AS_LEFT if lock else {})

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
