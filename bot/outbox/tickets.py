"""Telling tickets, and hearing of them: one sender a partner, which speaks to it as `bot.domain.ticket` says.

What a partner said yes to is written down at once. If that fails, the next attempt looks at the partner first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.domain import in_step, ticket_telling
from bot.domain.delivery import Delivery, Tell
from bot.domain.link import Ticket
from bot.domain.person import Person
from bot.domain.reading import Workspace
from bot.domain.ticket import (
    FIELDS,
    Account,
    Became,
    Draft,
    Part,
    Partner,
    Seen,
    Standing,
    Step,
    TicketChange,
    Ticketing,
    Value,
)
from bot.integrations.errors import AskedToWait, Declined, Gone, Shut, Trouble, Unanswered
from bot.outbox import ticket_drawing as drawing
from bot.outbox.partners import translated
from bot.outbox.sender import Sender, Sent
from bot.storage.claims import Held
from bot.storage.database import Database
from bot.storage.outcomes import siblings
from bot.usecases import ticket_accounts, ticket_news, ticket_records, ticket_statuses
from bot.usecases.ticket_changes import take_changes
from bot.usecases.ticket_health import note_trouble
from bot.usecases.ticket_records import FIELDS_TOLD, NOTES_TOLD

# A pause that is shorter is over before anybody could look.
LONG_PAUSE = 10.0
# What a partner may not have told of yet, where it is asked for news each minute, or calls.
LATE = timedelta(minutes=1)
NEWS_FOR = timedelta(seconds=30)


def ticket_senders(
    db: Database, partners: Mapping[str, Partner], workspace: Workspace, clock: Callable[[], datetime]
) -> Mapping[str, Sender]:
    """For the worker, by partner."""
    return {name: TicketSender(db, partner, workspace, clock) for name, partner in partners.items()}


class TicketSender:
    def __init__(self, db: Database, partner: Partner, workspace: Workspace, clock: Callable[[], datetime]) -> None:
        self.db = db
        self.partner = partner
        self.system = partner.system
        self.workspace = workspace
        self.clock = clock
        self.is_introduced = False
        self.tell: Mapping[Tell, Callable[[Held, Ticketing], Sent]] = {
            Tell.TICKET: self.ticket,
            Tell.TICKET_RETRY: self.ticket,
            Tell.TICKET_NOTE: self.note,
            Tell.TICKET_READ: self.read,
            Tell.TICKET_LEFT: self.left,
            Tell.TICKET_NEWS: self.news,
            Tell.TICKET_EARLY: self.early,
        }

    def __call__(self, held: Held) -> Sent:
        delivery = held.delivery
        with translated(delivery, self.clock()):
            try:
                ticketing = self.partner.make()
                self.introduce(ticketing, anew=delivery.kind == Tell.TICKET_NEWS)
                return self.tell[Tell(delivery.kind)](held, ticketing)
            except Gone as gone:
                if self.is_lost(delivery):
                    return Sent()
                self.note_trouble(delivery, gone)
                raise
            except Trouble as trouble:
                self.note_trouble(delivery, trouble)
                raise

    # -- one ticket ---------------------------------------------------------------------------------------------------

    def ticket(self, held: Held, ticketing: Ticketing, *, is_heard: bool = False) -> Sent:
        """Create it, link it, or tell it what the case says by now. ``is_heard``: so does the case what it says."""
        now = self.clock()
        with self.db.read() as work:
            covered = siblings(work, held)
            told = drawing.of(work, held.delivery, now)
            if told is None:
                return Sent(covered)
            ticket = told.ticket
            is_new = ticket.foreign_id is None and "words" not in ticket.wanted
            creation = drawing.creation(work, told, self.system, self.workspace) if is_new else None
            change = drawing.change(work, told, self.system) if ticket.foreign_id else None
        if change and change.plan.ours and not is_heard and self.may_be_unheard(held, ticket):
            self.hear(ticket, ticketing)
            return self.ticket(held, ticketing, is_heard=True)
        if change:
            self.change([held.delivery.id, *covered], ticketing, change)
            return Sent(covered)
        if creation:
            self.create(held, ticketing, creation)
        else:
            self.link(held, ticketing, told)
        return Sent()  # what waits behind may be about something that was not drawn

    def may_be_unheard(self, held: Held, ticket: Ticket) -> bool:
        """Whether nobody may tell us, before or afterwards, of a change over there that we write over."""
        has_waited = bool(ticket.problem_in) or self.clock() - held.delivery.created_at > LATE
        return has_waited or not self.system.keeps_past

    def create(self, held: Held, ticketing: Ticketing, creation: drawing.Creation) -> None:
        draft, said, assignee = creation.draft, dict(creation.said), creation.assignee
        account = self.account(ticketing, assignee)
        if assignee:
            said[Part.ASSIGNEE] = assignee.id
        if account:
            draft = replace(draft, values={**draft.values, Part.ASSIGNEE: account})
        found = self.found(held, ticketing, draft, creation.tried)
        if found:
            said = in_step.said_before(said, draft.values, found)
        seen = found or ticketing.create(draft)
        problems = {Part.ASSIGNEE: self.has_no_account(assignee)} if assignee and not account else {}
        ticket_records.created(
            self.db, creation.ticket_id, seen, said, problems, self.clock(), done=[held.delivery.id]
        )  # fmt: skip

    def found(self, held: Held, ticketing: Ticketing, draft: Draft, tried: datetime | None) -> Seen | None:
        """A ticket must not be created twice: look for it if an attempt may have made it."""
        now = self.clock()
        if held.was_taken_over and tried is None:
            tried = now - (held.lease - now)  # whoever had it before has had it for so long
        perhaps = held.was_taken_over or tried or held.delivery.last_error
        return ticketing.created(replace(draft, tried=tried)) if perhaps else None

    def link(self, held: Held, ticketing: Ticketing, told: drawing.Told) -> None:
        ticket = told.ticket
        seen = ticketing.look_up(ticket.wanted["words"])
        with self.db.read() as work:
            is_alone = not work.tickets.with_foreign_id(ticket.partner, seen.id)
        if is_alone:
            link_back = drawing.link_back(told.case, self.workspace)
            ticketing.attach(seen.id, seen.kind, ticket.wanted["mark"], link_back)
        problem = ticket_records.linked(self.db, ticket.id, seen, self.clock(), done=[held.delivery.id])
        if problem:
            raise Declined("taken", problem)

    def change(self, done: Sequence[int], ticketing: Ticketing, change: drawing.Change) -> None:
        plan, problems = change.plan, dict[Part, str]()
        values = dict(plan.values)
        if plan.assigns:
            account = self.account(ticketing, change.assignee)
            if account or not change.assignee:
                values[Part.ASSIGNEE] = account
            else:
                problems[Part.ASSIGNEE] = self.has_no_account(change.assignee)
        step = self.step(ticketing, change)
        said = {part: own for part, own in plan.ours.items() if part != Part.STATUS or step is None}
        moves_first = step is not None and plan.leaves_closed
        if step and moves_first:
            self.move(done, ticketing, change, step)
        if values:
            ticketing.change(change.id, change.kind, values)
        self.told(done, change, said, values, problems)
        if step and not moves_first:
            self.move(done, ticketing, change, step)

    def step(self, ticketing: Ticketing, change: drawing.Change) -> Step | None:
        """Where its status is to go; nowhere if it stands in the right group and has no status of that name."""
        step = change.plan.step
        if step is None or not change.plan.by_name_only:
            return step
        return in_step.named(step, [standing.name for standing in self.there(ticketing, change.kind)])

    def there(self, ticketing: Ticketing, kind: str) -> Sequence[Standing]:
        """The statuses there are. They are asked for between the changes, so that a change is no third request."""
        ask = partial(ticketing.statuses, kind)
        return ticket_statuses.statuses_of(self.db, self.system.name, kind, self.clock(), ask)

    def move(self, done: Sequence[int], ticketing: Ticketing, change: drawing.Change, step: Step) -> None:
        said, problems = {Part.STATUS: change.plan.ours[Part.STATUS]}, dict[Part, str]()
        values: dict[Part, Value] = {}
        try:
            values[Part.STATUS] = ticketing.move(
                change.id, change.kind, step, partial(self.there, ticketing, change.kind)
            )
        except Gone:
            raise
        except Declined as declined:  # its workflow does not let it: both differ, and nothing else is kept from going
            problems[Part.STATUS] = declined.remedy
        self.told(done, change, said, values, problems)

    def told(
        self,
        done: Sequence[int],
        change: drawing.Change,
        said: Mapping[Part, str | None],
        values: Mapping[Part, Value],
        problems: Mapping[Part, str],
    ) -> None:
        ticket_records.told(self.db, change.ticket_id, change.before, said, values, problems, self.clock(), done=done)

    def has_no_account(self, person: Person) -> str:
        return f"{person.name} has no account in {self.system.label} under the address that Slack knows."

    # -- its notes ----------------------------------------------------------------------------------------------------

    def note(self, held: Held, ticketing: Ticketing) -> Sent:
        delivery = held.delivery
        note_id, ticket_id = delivery.data["note"], delivery.data["ticket"]
        with self.db.read() as work:
            told = drawing.of(work, delivery, self.clock())
            if told is None or not told.ticket.is_there:
                return Sent()  # once it is there it is told all the same
            saying = drawing.saying(work, told, note_id, self.system)
        if saying is None:
            ticket_records.nothing_told(self.db, ticket_id, NOTES_TOLD, self.clock(), done=[delivery.id])
        elif saying.comment:
            ticketing.rewrite(saying.id, saying.kind, saying.comment, saying.text)
            ticket_records.rewritten(self.db, ticket_id, note_id, saying.text, self.clock(), done=[delivery.id])
        else:
            self.comment(held, ticketing, saying, str(saying.text))
        return Sent()

    def comment(self, held: Held, ticketing: Ticketing, saying: drawing.Saying, text: str) -> None:
        delivery = held.delivery
        comment = None
        if held.was_taken_over or delivery.last_error:
            comment = ticketing.commented(saying.id, saying.kind, text, delivery.created_at)
        comment = comment or ticketing.comment(saying.id, saying.kind, text, internal=saying.internal)
        ticket_records.commented(
            self.db, saying.ticket_id, saying.note_id, comment, text, self.clock(), done=[delivery.id]
        )  # fmt: skip

    # -- hearing ------------------------------------------------------------------------------------------------------

    def read(self, held: Held, ticketing: Ticketing) -> Sent:
        """What it says now is true, whatever was told of it before. Some are read only if nothing was."""
        with self.db.read() as work:
            covered = siblings(work, held)
            told = drawing.of(work, held.delivery, self.clock())
        if told is None or not told.ticket.is_there:
            return Sent(covered)
        if "unread" in held.delivery.data and in_step.is_known(told.ticket, Part.STATUS):
            return Sent(covered)
        self.hear(told.ticket, ticketing)
        done = [held.delivery.id, *covered]
        ticket_records.nothing_told(self.db, told.ticket.id, FIELDS_TOLD, self.clock(), done=done)
        return Sent(covered)

    def hear(self, ticket: Ticket, ticketing: Ticketing) -> None:
        read_at = self.clock()
        seen = ticketing.read(str(ticket.foreign_id), ticket.foreign_kind)
        at = max(seen.updated, drawing.latest_known(ticket))
        changes = [TicketChange(seen.id, part, at, value) for part, value in seen.values.items() if part in FIELDS]
        if seen.key != ticket.key:
            changes.append(TicketChange(seen.id, Became.RENAMED, at, seen.key))
        take_changes(self.db, self.system, changes, self.clock(), read_at)

    def news(self, held: Held, ticketing: Ticketing) -> Sent:
        """Page by page, each of which is kept before the mark is. As long as nothing is followed, news begin now."""
        began = self.clock()
        with self.db.read() as work:
            covered = siblings(work, held)
            known, kept = work.tickets.known(self.system.name), work.tickets.news_of(self.system.name)
        mark, more = kept.mark if kept and known else "", True
        while more:
            read_at = self.clock()
            news = ticketing.news(mark, known, read_at)
            take_changes(self.db, self.system, news.changes, self.clock(), read_at)
            ticket_news.keep_mark(self.db, self.system.name, news.mark, read_at)
            mark, more = news.mark, news.more
            if more and self.clock() - began > NEWS_FOR:
                ticket_news.go_on(self.db, self.system.name, self.clock())
                break
        ticket_news.heard(self.db, self.system.name)
        self.learn_statuses(ticketing)
        return Sent(covered)

    def early(self, held: Held, ticketing: Ticketing) -> Sent:
        take_changes(self.db, self.system, ticket_telling.heard_early(held.delivery), self.clock())
        return Sent()

    def learn_statuses(self, ticketing: Ticketing) -> None:
        """Of the kinds that tickets are of, once a day; that there are none to be seen is kept as well."""
        for kind in ticket_statuses.unknown_kinds(self.db, self.system.name, self.clock()):
            ask = partial(seen_statuses, ticketing, kind)
            ticket_statuses.learn(self.db, self.system.name, kind, self.clock(), ask)

    def left(self, held: Held, ticketing: Ticketing) -> Sent:
        """The mark is taken off, unless another case has the ticket now."""
        with self.db.read() as work:
            ticket = work.tickets.by_id(held.delivery.data["ticket"])
            foreign_id = ticket.foreign_id if ticket else None
            others = work.tickets.with_foreign_id(self.system.name, foreign_id) if foreign_id else ()
        if ticket and foreign_id and not others:
            try:
                ticketing.detach(foreign_id, ticket.foreign_kind, ticket.wanted.get("mark", ""))
            except Gone:
                return Sent()
        return Sent()

    # -- what goes wrong ----------------------------------------------------------------------------------------------

    def is_lost(self, delivery: Delivery) -> bool:
        """Whether the ticket itself is gone, rather than a comment of it, or what somebody wanted to link."""
        if "ticket" not in delivery.data:
            return False
        with self.db.read() as work:
            ticket = work.tickets.by_id(delivery.data["ticket"])
        if ticket is None or not ticket.is_there:
            return ticket is None or not ticket.is_followed
        try:
            self.partner.make().read(str(ticket.foreign_id), ticket.foreign_kind)
        except Gone:
            ticket_records.lost(self.db, ticket.id, self.clock())
        return True

    def note_trouble(self, delivery: Delivery, trouble: Trouble) -> None:
        """Where people see it: on the ticket, or of the news in the check-up."""
        words = self.words(trouble)
        if isinstance(trouble, Declined):
            trouble.remedy = f"{self.place(delivery)}{trouble.remedy}"
        if delivery.kind == Tell.TICKET_NEWS:
            ticket_news.note_trouble(self.db, self.system.name, words, self.clock())
        elif "ticket" in delivery.data and not (isinstance(trouble, AskedToWait) and trouble.seconds < LONG_PAUSE):
            what = NOTES_TOLD if delivery.kind == Tell.TICKET_NOTE else FIELDS_TOLD
            perhaps = isinstance(trouble, Unanswered) and trouble.perhaps_sent
            note_trouble(self.db, delivery.data["ticket"], what, words, self.clock(), perhaps=perhaps)

    def place(self, delivery: Delivery) -> str:
        """Of which case and ticket it is, for those who are told of it elsewhere."""
        with self.db.read() as work:
            case = work.cases.by_id(delivery.case_id or 0)
            ticket = work.tickets.by_id(delivery.data.get("ticket", 0))
        return f"{case.key}, {ticket.name}: " if case and ticket else ""

    def words(self, trouble: Trouble) -> str:
        label = self.system.label
        if isinstance(trouble, Declined):
            return trouble.remedy
        if isinstance(trouble, Shut):
            return f"{label} does not let Casebook in. {trouble.remedy}"
        if isinstance(trouble, AskedToWait):
            return f"{label} asks Casebook to wait. It goes on by itself."
        return f"{label} does not answer. Casebook keeps trying."

    # -- who is who ---------------------------------------------------------------------------------------------------

    def introduce(self, ticketing: Ticketing, *, anew: bool) -> None:
        """Who we are there must be known before anything is told: what we do comes back as news.

        ``anew``: ask for it once in this process, as another account may have been set up; else what is kept will do.
        """
        if not self.is_introduced and (anew or not ticket_news.our_account(self.db, self.system.name)):
            ticket_news.keep_account(self.db, self.system.name, ticketing.me().id)
            self.is_introduced = True

    def account(self, ticketing: Ticketing, person: Person | None) -> Account | None:
        email = person.email if person else None
        ask = ticketing.account
        return ticket_accounts.account_of(self.db, self.system.name, email, self.clock(), ask) if email else None


def seen_statuses(ticketing: Ticketing, kind: str) -> Sequence[Standing]:
    """None of a kind that is hidden from us, or gone."""
    try:
        return ticketing.statuses(kind)
    except Declined:
        return ()
