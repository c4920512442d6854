"""What has happened to tickets over there: each change finds its case, once, and in whatever order it comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any

from bot.domain import in_step, linking, ticket_telling, unheard
from bot.domain.act import CASEBOOK, Act
from bot.domain.case import Case
from bot.domain.entry import Entry, Kind
from bot.domain.in_step import base_of, note_theirs, ours, shown, token
from bot.domain.link import Health, Terms, Ticket, label_of
from bot.domain.ticket import FIELDS, Account, Became, Part, Standing, System, TicketChange
from bot.storage.database import Database, Work
from bot.usecases.ticket_comments import take_comment
from bot.usecases.ticket_health import settle
from bot.usecases.ticket_values import person_with, set_part, who
from bot.usecases.verb import Outcome, once, record

DEEP = 200


def take_changes(
    db: Database, system: System, changes: Sequence[TicketChange], now: datetime, read_at: datetime | None = None
) -> None:
    """``read_at``: our time since when the fields are known to be as they say, if they were read rather than told of.

    Each ticket is a unit of work. All of it may be repeated.
    """
    of_tickets: dict[str, list[TicketChange]] = {}
    for change in changes:
        of_tickets.setdefault(change.ticket, []).append(change)
    for foreign_id, some in of_tickets.items():
        with db.read() as work:  # most of what a webhook tells is of tickets that nobody has linked
            found = [(ticket.id, ticket.case_id) for ticket in work.tickets.with_foreign_id(system.name, foreign_id)]
            known = work.tickets.news_of(system.name)
        us = known.account if known else ""
        news = News(system, some, now, read_at, us, is_shared=len(found) > 1)
        if not found:
            keep_early(db, news, foreign_id)
        for ticket_id, case_id in found:
            once(db, partial(take, news=news, case_id=case_id, ticket_id=ticket_id))


@dataclass(frozen=True, slots=True)
class News:
    """``us``: who we are there. ``is_shared``: other cases have the ticket as well, and may have written to it."""

    system: System
    changes: Sequence[TicketChange]
    now: datetime
    read_at: datetime | None
    us: str
    is_shared: bool

    def is_ours(self, by: Account | None) -> bool:
        return by is not None and bool(self.us) and by.id == self.us

    def of_fields(self) -> Mapping[Part, Sequence[TicketChange]]:
        """Of each field its changes in order; of those at the same moment the one that was told last is the last."""
        found: dict[Part, list[TicketChange]] = {}
        for change in sorted(self.changes, key=lambda one: one.at):
            if isinstance(change.what, Part) and change.what in FIELDS:
                found.setdefault(change.what, []).append(change)
        return found


def keep_early(db: Database, news: News, foreign_id: str) -> None:
    """A webhook may tell of a ticket that we create before its creation is recorded."""
    own = [change for change in news.changes if change.is_first and news.is_ours(change.by)]
    if not own:
        return
    delivery = ticket_telling.told_early(news.system.name, foreign_id, own, news.now)
    with db.write() as work:
        if work.tickets.with_foreign_id(news.system.name, foreign_id):  # it is recorded by now
            delivery.not_before = news.now
        work.enqueue([] if work.deliveries.has_key(delivery.key) else [delivery])


def take(work: Work, news: News, case_id: int, ticket_id: int) -> None:
    case = work.cases.by_id(case_id, lock=True)
    ticket = work.tickets.by_id(ticket_id)
    if case is None or ticket is None or not ticket.is_there:
        return
    ticket = next((one for one in case.tickets if one.id == ticket_id), ticket)
    terms = work.tickets.terms(case.project_id, [ticket.partner], news.now)[ticket.partner]
    before = look(ticket)
    Taking(work, news, case, ticket, terms).all()
    settle(work, case, ticket, news.now)
    if look(ticket) != before:
        occasion = f"news/{news.now.isoformat()}"
        fresh = ticket_telling.redrawn(case, ticket, news.now, occasion)
        work.enqueue(one for one in fresh if not work.deliveries.has_key(one.key))


def look(ticket: Ticket) -> tuple[Any, ...]:
    """What a card shows of it."""
    return (
        ticket.key, ticket.url, ticket.title, ticket.status, ticket.assignee, ticket.health, ticket.problem,
        sorted(ticket.conflicts),
    )  # fmt: skip


@dataclass(slots=True)
class Taking:
    """One ticket's news on their way into its case."""

    work: Work
    news: News
    case: Case
    ticket: Ticket
    terms: Terms

    def all(self) -> None:
        for change in self.news.changes:
            if change.what == Became.RENAMED:
                self.rename(change)
            elif change.what == Became.GONE:
                gone(self.work, self.case, self.ticket, self.act(change))
                return
            elif change.what == Part.NOTES and change.comment and self.terms.way(Part.NOTES).comes_in:
                self.log(take_comment(self.work, self.case, self.ticket, change, self.act(change), us=self.news.us))
        for part, changes in self.news.of_fields().items():
            for change in changes[:-1]:
                self.keep_if_late(part, change)
            self.take_field(part, changes[-1])

    def rename(self, change: TicketChange) -> None:
        key = str(change.value or "")
        if key and key != self.ticket.key:
            self.ticket.url = self.ticket.url.replace(self.ticket.key, key)
            self.ticket.key = key
            self.ticket.foreign_kind = key.rpartition("-")[0] or self.ticket.foreign_kind

    def take_field(self, part: Part, change: TicketChange) -> None:
        base = base_of(self.ticket, part)
        value = change.value
        if token(value) == base.get("theirs"):
            note_theirs(self.ticket, part, value, change.at)
            self.look_back(part, change)
            return
        if change.is_first:
            if not in_step.is_known(self.ticket, part):
                self.believe(part, change)
            return
        if self.news.is_ours(change.by) and not self.news.is_shared:
            return
        if self.news.read_at is None and self.work.cases.entry_of(self.origin(change)):
            return
        if in_step.is_doubtful(self.ticket, part, change.at, self.news.read_at) or self.news.is_ours(change.by):
            self.keep_if_late(part, change)
            self.ask_again(change)
        else:
            self.believe(part, self.named(part, change))

    def ask_again(self, change: TicketChange) -> None:
        """One reading answers all doubts there are by then."""
        occasion = f"{self.news.now.isoformat()}/{sha256(self.origin(change).encode()).hexdigest()[:24]}"
        delivery = ticket_telling.read_again(self.case, self.ticket, occasion, self.news.now)
        if not self.work.deliveries.has_key(delivery.key):
            self.work.enqueue([delivery])

    def keep_if_late(self, part: Part, change: TicketChange) -> None:
        """We may have written over it before we heard of it."""
        if change.is_first or self.news.is_ours(change.by):
            return
        if self.work.cases.entry_of(self.as_told().origin(change)):
            return
        if unheard.comes_late(self.ticket, part, change, was_read=self.news.read_at is not None):
            unheard.keep(self.ticket, part, change)

    def look_back(self, part: Part, change: TicketChange) -> None:
        """The ticket says what we wrote: whoever had changed it before must hear that."""
        late = unheard.kept(self.ticket, part)
        if late is None or change.at < late.at or (change.at == late.at and self.news.read_at is None):
            return
        if change.by and not self.news.is_ours(change.by):
            unheard.drop(self.ticket, part)  # somebody else says the same as we, and that is what it was changed to
            return
        unheard.settle(self.ticket, part, late)
        self.as_told().contest(part, late)

    def as_told(self) -> "Taking":
        """For what has its own time and name, and is known again by them wherever it was found."""
        return Taking(self.work, replace(self.news, read_at=None), self.case, self.ticket, self.terms)

    def named(self, part: Part, change: TicketChange) -> TicketChange:
        """What was read does not say who did it; news that came before may have."""
        late = unheard.kept(self.ticket, part)
        if change.by is None and late and token(late.value) == token(change.value):
            return replace(change, by=late.by)
        return change

    def contest(self, part: Part, change: TicketChange) -> None:
        """Both had changed when we wrote, so that it is ours that the ticket says."""
        if not self.terms.way(part).comes_in:
            return
        known, value = self.meant(part, change)
        if not known:
            self.tell_unknown(part, change)
        elif value != ours(self.case, part):
            self.weigh(part, change, value, is_there=False)

    def believe(self, part: Part, change: TicketChange) -> None:
        unheard.forget(self.ticket, part)
        has_changed = in_step.has_changed(self.case, self.ticket, part)
        base = base_of(self.ticket, part)
        # What is read for the first time is what it was created with: nobody there has changed it.
        is_change = not change.is_first and (change.by is not None or "theirs" in base)
        note_theirs(self.ticket, part, change.value, change.at)
        if base.get("declined") and not is_change:
            return  # they differ, as was said when it would not take ours
        in_step.note(self.ticket, part, problem="", declined=False)
        if not self.terms.way(part).comes_in:
            return
        known, value = self.meant(part, change)
        if not known:
            in_step.note(self.ticket, part, problem=self.unknown(part, change), ours=ours(self.case, part))
            self.tell_unknown(part, change)
        elif value == ours(self.case, part):
            linking.chosen(self.ticket, part)
            in_step.note(self.ticket, part, ours=value)
        elif has_changed and self.terms.way(part).goes_out:
            if is_change:
                self.weigh(part, change, value)
        else:
            linking.chosen(self.ticket, part)
            self.apply(part, change, value)

    def meant(self, part: Part, change: TicketChange) -> tuple[bool, str | None]:
        """Whether it stands for something of ours, and for what."""
        value = change.value
        if part == Part.STATUS and isinstance(value, Standing):
            return True, in_step.status_from(value, self.case, self.terms)
        if part == Part.PRIORITY:
            priority = in_step.priority_from(str(value or ""), self.terms, self.news.system)
            return priority is not None, priority
        if part == Part.ASSIGNEE:
            account = value if isinstance(value, Account) else None
            person = person_with(self.work, account)
            able = person is not None and who(self.work, self.case, account) != CASEBOOK
            return account is None or able, person.id if person else None
        text = str(value or "")
        return True, in_step.title_from(text) if part == Part.TITLE else in_step.description_from(text)

    def weigh(self, part: Part, change: TicketChange, value: str | None, *, is_there: bool = True) -> None:
        """Both have changed: the newer one counts, and the other may be chosen instead.

        ``is_there``: whether the ticket says theirs, rather than ours.
        """
        last = self.last_entry(part)
        own, by = ours(self.case, part), last.actor if last else CASEBOOK
        loser = {"ours": own, "theirs": value, "at": change.at.isoformat(), "by": self.name(change), "ours_by": by}
        if last and last.at > change.at:
            self.keep_conflict(part, {**loser, "won": "ours"})
            theirs = shown(change.value)
            self.log(
                linking.told(
                    self.case, Kind.TICKET_DIFFERS, self.act(change), self.ticket, field=part.value, theirs=theirs,
                    ours=own, ours_by=by, **self.doer(change),
                )
            )  # fmt: skip
            if is_there:
                self.push(f"kept/{part.value}/{change.at.isoformat()}")
        else:
            self.keep_conflict(part, {**loser, "won": "theirs"})
            over = {"field": part.value, "value": own, "by": by}
            self.apply(part, change, value, is_there=is_there, over=over)

    def push(self, occasion: str) -> None:
        delivery = ticket_telling.in_step(self.case, self.ticket, occasion, self.news.now)
        if not self.work.deliveries.has_key(delivery.key):
            self.work.enqueue([delivery])

    def keep_conflict(self, part: Part, found: Mapping[str, Any]) -> None:
        self.ticket.conflicts = {**self.ticket.conflicts, part.value: dict(found)}

    def apply(
        self, part: Part, change: TicketChange, value: str | None, *, is_there: bool = True, **more: Any
    ) -> None:  # fmt: skip
        standing = change.value
        reason = in_step.reason_from(standing, self.case.type, self.terms) if isinstance(standing, Standing) else None
        if part == Part.TITLE and not value:
            return  # a case has a title
        entry = set_part(self.case, self.act(change), part, value, reason)
        in_step.note(self.ticket, part, ours=ours(self.case, part) if is_there else in_step.UNTOLD)
        if entry:
            entry.data = {**entry.data, **self.of_ticket(), **self.doer(change), **more}
            self.log(entry)

    def unknown(self, part: Part, change: TicketChange) -> str:
        what = shown(change.value)
        if part == Part.ASSIGNEE:
            return f"{what} has {self.ticket.name}, and is not known here by an e-mail address."
        return f"The {part.value} “{what}” of {self.ticket.name} stands for none of the case's: see its map."

    def tell_unknown(self, part: Part, change: TicketChange) -> None:
        """Somebody whom nobody knows here, or a priority that stands for none of ours: said, never guessed."""
        self.log(
            linking.told(
                self.case, Kind.TICKET_DIFFERS, self.act(change), self.ticket, field=part.value,
                theirs=shown(change.value), ours=ours(self.case, part), unknown=True, **self.doer(change),
            )
        )  # fmt: skip

    def log(self, entry: Entry | None) -> Outcome:
        return record(self.work, self.case, entry)

    def last_entry(self, part: Part) -> Entry | None:
        """The last one that changed the field here."""
        recent = self.work.cases.timeline(self.case, page=1, size=DEEP)
        return next((entry for entry in recent if part.value in entry.changes), None)

    def of_ticket(self) -> dict[str, Any]:
        return {"ticket": self.ticket.id, "partner": self.ticket.partner, "key": self.ticket.key}

    def doer(self, change: TicketChange) -> dict[str, str]:
        """Who did it, where that is nobody of this workspace."""
        return {"by": self.name(change)} if who(self.work, self.case, change.by) == CASEBOOK else {}

    def name(self, change: TicketChange) -> str:
        return (shown(change.by)[:80] if change.by else "") or f"Somebody in {label_of(self.ticket.partner)}"

    def act(self, change: TicketChange) -> Act:
        actor = who(self.work, self.case, change.by)
        return Act(actor=actor, at=self.news.now, via=self.ticket.partner, origin=self.origin(change))

    def origin(self, change: TicketChange) -> str:
        """The same however often it is told; what was read is true each time, whatever was true before."""
        comment = change.comment
        said = f"{comment.id}/{comment.text}" if comment else f"{token(change.value)}"
        digest = sha256(said.encode()).hexdigest()[:24]
        moment = change.at.astimezone(UTC).isoformat()
        read = f"/{self.news.read_at.isoformat()}" if self.news.read_at and not comment else ""
        return f"{self.ticket.partner}/{self.ticket.id}/{change.what.value}/{moment}/{digest}{read}"


def gone(work: Work, case: Case, ticket: Ticket, act: Act) -> None:
    """Deleted over there, or hidden from us: it is followed no more."""
    if ticket.health != Health.GONE:
        ticket.health = Health.GONE.value
        ticket.problem = f"It was deleted in {label_of(ticket.partner)}, or Casebook may not see it any more."
        ticket.problem_at = act.at
        entry = linking.told(case, Kind.TICKET_GONE, Act(CASEBOOK, act.at, act.via, act.origin), ticket)
        record(work, case, entry)
