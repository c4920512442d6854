"""Finding people."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.domain.person import Person
from bot.domain.project import ChannelMember

# Put together once: every click needs one of them, and a list takes a third longer than one id.
BY_ID = select(Person).where(Person.id == bindparam("id"))
BY_IDS = select(Person).where(Person.id.in_(bindparam("ids", expanding=True)))


class People:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, Person] = {}

    def by_id(self, person_id: str) -> Person | None:
        return self.by_ids([person_id]).get(person_id)

    def by_ids(self, ids: Iterable[str]) -> dict[str, Person]:
        """Those who are known; whoever this unit of work has read already is not asked for again."""
        wanted = set(ids)
        if missing := sorted(wanted - self._known.keys()):
            one_or_some = (BY_ID, {"id": missing[0]}) if len(missing) == 1 else (BY_IDS, {"ids": missing})
            self._known |= {person.id: person for person in self._session.scalars(*one_or_some)}
        return {key: self._known[key] for key in wanted & self._known.keys()}

    def with_email(self, email: str) -> Person | None:
        """Whoever of this workspace has that address; several at once are nobody."""
        query = select(Person).where(Person.email == email.strip().lower(), ~Person.is_gone, ~Person.is_bot).limit(2)
        found = self._session.scalars(query).all()
        return found[0] if len(found) == 1 else None

    def any(self) -> bool:
        return self._session.scalar(select(Person.id).limit(1)) is not None

    def admins(self) -> Sequence[Person]:
        query = select(Person).where(Person.is_admin, ~Person.is_gone, ~Person.is_bot)
        return self._session.scalars(query.order_by(Person.name)).all()

    def in_channel(self, channel_id: str, ids: Iterable[str]) -> set[str]:
        """Which of these people are in a private home channel."""
        query = select(ChannelMember.person_id).where(
            ChannelMember.channel_id == channel_id, ChannelMember.person_id.in_(sorted(set(ids)))
        )
        return set(self._session.scalars(query))

    def private_channels_of(self, person_id: str) -> set[str]:
        return set(self._session.scalars(select(ChannelMember.channel_id).where(ChannelMember.person_id == person_id)))
