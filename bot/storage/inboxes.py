"""Finding inboxes, their cases and what their recipients were told."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session, selectinload

from bot.domain.case import Case
from bot.domain.casetype import Group
from bot.domain.inbox import IN_SLACK, Inbox, Match, Medium, Mute, Notification, Recipient
from bot.domain.person import Person, TeamMember
from bot.storage.locking import AS_LEFT, lock_on, wait_for
from bot.storage.parking import absent, changed

TOLD = Notification.__table__


class Inboxes:
    def __init__(self, session: Session) -> None:
        self._session = session

    def by_id(self, inbox_id: int, *, lock: bool = False) -> Inbox | None:
        condition, wanted = Inbox.id == bindparam("ref"), {"ref": inbox_id}
        if lock:
            wait_for(self._session, lock_on(Inbox.id, condition), wanted)
        query = select(Inbox).where(condition).options(selectinload(Inbox.recipients))
        return self._session.scalar(query, wanted, execution_options=AS_LEFT if lock else {})

    def by_ids(self, ids: Iterable[int]) -> dict[int, Inbox]:
        query = select(Inbox).where(Inbox.id.in_(sorted(set(ids)))).options(selectinload(Inbox.recipients))
        return {inbox.id: inbox for inbox in self._session.scalars(query)}

    def from_origin(self, origin: str) -> Inbox | None:
        """The inbox that this arrival made before, if it is a repeat."""
        return self._session.scalar(select(Inbox).where(Inbox.origin == origin))

    def seen_by(self, person_id: str, teams: Collection[int], projects: Collection[int]) -> Sequence[Inbox]:
        """A person's own, those of their teams and of the projects that they may see; by name."""
        mine = or_(Inbox.owner == person_id, Inbox.team_id.in_(teams), Inbox.project_id.in_(projects))
        query = select(Inbox).where(mine).options(selectinload(Inbox.recipients))
        return self._session.scalars(query.order_by(Inbox.name, Inbox.id)).all()

    def listening(self) -> Sequence[Inbox]:
        """All inboxes that have somebody to tell, without their recipients."""
        heard = select(Recipient.inbox_id).distinct()
        return self._session.scalars(select(Inbox).where(Inbox.id.in_(heard)).order_by(Inbox.id)).all()

    def owners(self) -> tuple[dict[str, Person], dict[str, set[int]]]:
        """Everybody who owns an inbox, with the teams that they are in."""
        owning = select(Inbox.owner).distinct()
        people = {person.id: person for person in self._session.scalars(select(Person).where(Person.id.in_(owning)))}
        teams: dict[str, set[int]] = {}
        rows = self._session.execute(
            select(TeamMember.person_id, TeamMember.team_id).where(TeamMember.person_id.in_(owning))
        )
        for person_id, team_id in rows:
            teams.setdefault(person_id, set()).add(team_id)
        return people, teams

    def is_muted(self, inbox_id: int, person_id: str) -> bool:
        return self._session.get(Mute, (inbox_id, person_id)) is not None

    def unmute(self, inbox_id: int, person_id: str) -> None:
        changed(self._session, delete(Mute).where(Mute.inbox_id == inbox_id, Mute.person_id == person_id))

    def muted_by(self, person_id: str) -> set[int]:
        return set(self._session.scalars(select(Mute.inbox_id).where(Mute.person_id == person_id)))

    def mutes(self, inboxes: Iterable[int]) -> set[tuple[int, str]]:
        query = select(Mute.inbox_id, Mute.person_id).where(Mute.inbox_id.in_(sorted(set(inboxes))))
        return {(inbox_id, person_id) for inbox_id, person_id in self._session.execute(query)}

    def matches_of(self, case_id: int) -> dict[int, Match]:
        """The inboxes that hold the case, by id."""
        return {row.inbox_id: row for row in self._session.scalars(select(Match).where(Match.case_id == case_id))}

    def matches_in(self, inbox_id: int, after: int, limit: int) -> Sequence[int]:
        """The ids of the cases that an inbox holds, ascending from ``after``."""
        query = select(Match.case_id).where(Match.inbox_id == inbox_id, Match.case_id > after)
        return self._session.scalars(query.order_by(Match.case_id).limit(limit)).all()

    def held(self, inbox_id: int, cases: Collection[int]) -> set[int]:
        """Which of these cases the inbox holds."""
        return set(
            self._session.scalars(select(Match.case_id).where(Match.inbox_id == inbox_id, Match.case_id.in_(cases)))
        )

    def hold(self, rows: Sequence[Mapping[str, Any]]) -> set[int]:
        """The inboxes of those rows that were not there yet; what is held already stays as it is."""
        if not rows:
            return set()
        added = absent(self._session, Match).values([dict(row) for row in rows]).returning(Match.inbox_id)
        return set(self._session.scalars(added))

    def let_go(self, inbox_id: int, case_id: int) -> bool:
        """Whether the inbox held the case until now."""
        gone = delete(Match).where(Match.inbox_id == inbox_id, Match.case_id == case_id)
        return changed(self._session, gone) == 1

    def let_all_go(self, inbox_id: int) -> None:
        changed(self._session, delete(Match).where(Match.inbox_id == inbox_id))

    def stayed(self, inbox_id: int, case_id: int, at: datetime) -> bool:
        """Whether the case's stay is over and nobody has said so yet."""
        over = (Match.inbox_id == inbox_id, Match.case_id == case_id, Match.stay_at <= at)
        return changed(self._session, update(Match).where(*over).values(stay_at=None)) == 1

    def staying(self, at: datetime, limit: int) -> Sequence[tuple[int, datetime]]:
        """Cases whose stay in some inbox is over, each with the moment it was; none that is snoozed."""
        query = select(Match.case_id, Match.stay_at).join(Case, Case.id == Match.case_id).where(Match.stay_at <= at)
        query = query.where(Case.snoozed_until.is_(None)).order_by(Match.stay_at).limit(limit)
        return [(case_id, stay_at) for case_id, stay_at in self._session.execute(query) if stay_at]

    def timely(self) -> Sequence[Inbox]:
        """Inboxes that time alone may fill or empty, and that tell of it."""
        return [one for one in self._session.scalars(select(Inbox).where(Inbox.is_timely)) if one.knows_cases]

    def digests_due(self, at: datetime, limit: int) -> Sequence[int]:
        query = select(Inbox.id).where(Inbox.digest_at <= at).order_by(Inbox.digest_at).limit(limit)
        return self._session.scalars(query).all()

    def told(self, rows: Sequence[Notification]) -> dict[str, int]:
        """Record those whose key is not there yet; their ids by key."""
        known = set(self._session.scalars(select(Notification.key).where(Notification.key.in_([r.key for r in rows]))))
        fresh = [row for row in rows if row.key not in known]
        if not fresh:
            return {}
        columns = ("key", "inbox_id", "recipient_id", "case_id", "medium", "target", "event", "at")
        values = [{name: getattr(row, name) for name in columns} for row in fresh]
        found = self._session.execute(insert(Notification).returning(Notification.key, Notification.id), values)
        return dict(found.all())

    def notifications(self, ids: Iterable[int]) -> Sequence[Notification]:
        query = select(Notification).where(Notification.id.in_(sorted(set(ids))))
        return self._session.scalars(query.order_by(Notification.id)).all()

    def reasons(self, case_id: int, target: str) -> Sequence[Notification]:
        """Why a case is told to a channel or person, oldest first."""
        query = select(Notification).where(Notification.case_id == case_id, Notification.target == target)
        return self._session.scalars(query.order_by(Notification.id)).all()

    def posting(self, case_id: int) -> set[int]:
        """The inboxes that have told of a case in Slack."""
        query = select(Notification.inbox_id).where(Notification.case_id == case_id, Notification.medium.in_(IN_SLACK))
        return set(self._session.scalars(query.distinct()))

    def posted(self, cases: Iterable[int]) -> Sequence[tuple[int, str]]:
        """The channels and people who were told of these cases in Slack, each with the case."""
        query = select(Notification.case_id, Notification.target).where(
            Notification.case_id.in_(sorted(set(cases))), Notification.medium.in_(IN_SLACK)
        )
        rows = self._session.execute(query.distinct().order_by(Notification.case_id, Notification.target))
        return [(case_id, target) for case_id, target in rows]

    def posted_by(self, inbox_id: int, after: int, limit: int) -> Sequence[int]:
        """The ids of the cases at work that an inbox has told of in Slack, ascending from ``after``."""
        query = select(Notification.case_id).join(Case, Case.id == Notification.case_id)
        query = query.where(
            Notification.inbox_id == inbox_id, Notification.medium.in_(IN_SLACK), Notification.case_id > after,
            Case.group != Group.CLOSED.value, Case.archived_at.is_(None),
        )  # fmt: skip
        return self._session.scalars(query.distinct().order_by(Notification.case_id).limit(limit)).all()

    def paged(self, case_id: int) -> Sequence[Notification]:
        """What was raised at PagerDuty about a case, and what was resolved there, oldest first."""
        query = select(Notification).where(
            Notification.case_id == case_id, Notification.medium == Medium.PAGERDUTY.value
        )
        return self._session.scalars(query.order_by(Notification.id)).all()

    def recipient(self, recipient_id: int) -> Recipient | None:
        return self._session.get(Recipient, recipient_id)

    def recipients_of(self, data: Mapping[str, Any]) -> Sequence[int]:
        """Whom a delivery is for, by what it carries: ``recipient``, or ``notification``."""
        if "recipient" in data:
            return [data["recipient"]]
        query = select(Notification.recipient_id).where(Notification.id == data.get("notification"))
        return self._session.scalars(query).all()

    def recipients_at(self, medium: Medium, target: str) -> Sequence[Recipient]:
        query = select(Recipient).where(Recipient.medium == medium.value, Recipient.target == target)
        return self._session.scalars(query).all()

    def sealed(self) -> Sequence[Recipient]:
        """Every recipient that has a secret."""
        return self._session.scalars(select(Recipient).where(Recipient.sealed.is_not(None))).all()
