"""Finding rules, when they fired, and which of them have to look at which case."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.case import Case
from bot.domain.casetype import Group
from bot.domain.entry import Entry
from bot.domain.rule import BY_CLOCK, Rule, RuleClock, RuleRun
from bot.storage.locking import AS_LEFT, lock_on, wait_for
from bot.storage.parking import changed, insert_absent


class Rules:
    def __init__(self, session: Session) -> None:
        self._session = session

    def by_id(self, rule_id: int, *, lock: bool = False) -> Rule | None:
        condition, wanted = Rule.id == bindparam("ref"), {"ref": rule_id}
        if lock:
            wait_for(self._session, lock_on(Rule.id, condition), wanted)
        return self._session.scalar(select(Rule).where(condition), wanted, execution_options=AS_LEFT if lock else {})

    def from_origin(self, origin: str) -> Rule | None:
        """The rule that this arrival made before, if it is a repeat."""
        return self._session.scalar(select(Rule).where(Rule.origin == origin))

    def of_projects(self, projects: Collection[int]) -> Sequence[Rule]:
        """All of them, in the order in which they were made."""
        query = select(Rule).where(Rule.project_id.in_(projects)).order_by(Rule.project_id, Rule.id)
        return self._session.scalars(query).all()

    def count(self, project_id: int) -> int:
        return self._session.scalar(select(func.count()).where(Rule.project_id == project_id)) or 0

    def on_in(self, project_id: int) -> Sequence[Rule]:
        return self._session.scalars(
            select(Rule).where(Rule.project_id == project_id, Rule.is_on).order_by(Rule.id)
        ).all()

    def run(self, rule_id: int, case_id: int, occasion: str, at: datetime) -> bool:
        """Whether the rule has not fired for the case on this occasion before; from now on it has."""
        row = {"rule_id": rule_id, "case_id": case_id, "occasion": occasion, "at": at}
        return insert_absent(self._session, RuleRun, [row]) == 1

    def runs(self, rule_id: int, case_id: int, occasions: Iterable[str]) -> set[str]:
        """Those of the occasions on which it has fired."""
        query = select(RuleRun.occasion).where(RuleRun.rule_id == rule_id, RuleRun.case_id == case_id)
        return set(self._session.scalars(query.where(RuleRun.occasion.in_(list(occasions)))))

    def count_led_by(self, root: int, case_id: int) -> int:
        """How often rules have fired for the case because of that entry, and of what they did about it."""
        led = or_(RuleRun.occasion == f"entry/{root}", RuleRun.occasion.startswith(f"entry/{root}/"))
        query = select(func.count()).select_from(RuleRun).where(RuleRun.case_id == case_id, led)
        return self._session.scalar(query) or 0

    def history(self, cases: Collection[int]) -> dict[int, list[Entry]]:
        """All entries of each case, oldest first."""
        found: dict[int, list[Entry]] = {}
        for entry in self._session.scalars(select(Entry).where(Entry.case_id.in_(cases)).order_by(Entry.id)):
            found.setdefault(entry.case_id, []).append(entry)
        return found

    def clocks(self, case_id: int) -> dict[int, datetime | None]:
        """Of the case, by rule."""
        query = select(RuleClock.rule_id, RuleClock.due_at).where(RuleClock.case_id == case_id)
        return dict(self._session.execute(query).all())

    def wind(self, case_id: int, wanted: Mapping[int, datetime]) -> None:
        """The case's clocks are these, by rule, and no others."""
        present = self.clocks(case_id)
        for rule_id in present.keys() - wanted.keys():
            changed(self._session, delete(RuleClock).where(*these(rule_id, case_id)))
        fresh = [
            {"rule_id": rule_id, "case_id": case_id, "due_at": wanted[rule_id]}
            for rule_id in sorted(wanted.keys() - present.keys())
        ]
        if fresh:
            insert_absent(self._session, RuleClock, fresh)
        for rule_id in wanted.keys() & present.keys():
            if present[rule_id] != wanted[rule_id]:
                later = update(RuleClock).where(*these(rule_id, case_id))
                changed(self._session, later.values(due_at=wanted[rule_id]))

    def wind_one(self, rule_id: int, case_id: int, due_at: datetime | None) -> None:
        """``None``: the rule has nothing to wait for there until something changes."""
        changed(self._session, update(RuleClock).where(*these(rule_id, case_id)).values(due_at=due_at))

    def stop_clocks(self, rule_id: int) -> None:
        changed(self._session, delete(RuleClock).where(RuleClock.rule_id == rule_id))

    def claim_due(self, at: datetime, limit: int) -> Sequence[tuple[int, int, datetime]]:
        """Rule, case and moment of clocks that are due; nobody else gets them."""
        query = select(RuleClock).where(RuleClock.due_at <= at).order_by(RuleClock.due_at, RuleClock.case_id)
        rows = self._session.scalars(query.limit(limit).with_for_update(skip_locked=True)).all()
        found = [(row.rule_id, row.case_id, row.due_at) for row in rows if row.due_at]
        for row in rows:
            row.due_at = None
        return found

    def open_cases(self, project_id: int, *, after: int, limit: int) -> Sequence[int]:
        """Ids of the project's open cases, in order."""
        query = select(Case.id).where(Case.project_id == project_id, Case.id > after, Case.archived_at.is_(None))
        query = query.where(Case.group != Group.CLOSED.value)
        return self._session.scalars(query.order_by(Case.id).limit(limit)).all()

    def opened_since(self, project_id: int, since: datetime, *, before: int, limit: int) -> Sequence[int]:
        """Ids of the project's cases that were opened since then, newest first. ``before``: an id."""
        query = select(Case.id).where(Case.project_id == project_id, Case.created_at >= since, Case.id < before)
        query = query.where(Case.archived_at.is_(None))
        return self._session.scalars(query.order_by(Case.id.desc()).limit(limit)).all()

    def clocked(self, project_id: int) -> Sequence[Rule]:
        """The rules of a project that are on and go by the clock."""
        return [rule for rule in self.on_in(project_id) if rule.when in BY_CLOCK]

    def purge(self, before: datetime, limit: int) -> int:
        """Delete the oldest runs from before then, but those of rules by the clock: their occasions come again."""
        by_change = RuleRun.occasion.startswith("entry/")
        query = select(RuleRun.id).where(RuleRun.at < before, by_change).order_by(RuleRun.at).limit(limit)
        ids = self._session.scalars(query).all()
        return changed(self._session, delete(RuleRun).where(RuleRun.id.in_(ids))) if ids else 0


def these(rule_id: int, case_id: int) -> tuple[ColumnElement[bool], ...]:
    return RuleClock.rule_id == rule_id, RuleClock.case_id == case_id
