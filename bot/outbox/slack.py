"""Telling Slack: one function for each kind of delivery. All of it is drawn from the database as it is now."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from slack_sdk import WebClient

from bot.domain.case import Case
from bot.domain.delivery import Delivery, State, Tell
from bot.domain.entry import Entry
from bot.domain.errors import Refusal
from bot.domain.evidence import PostRole
from bot.domain.reading import Workspace
from bot.domain.telling import card_channels
from bot.outbox import drawing, errors
from bot.outbox.bulks import Bulks
from bot.outbox.cards import Cards, case_of
from bot.outbox.errors import ask
from bot.outbox.export import Exporter
from bot.outbox.idle import Idle
from bot.outbox.inboxes import Inboxes
from bot.outbox.incidents import Incidents
from bot.outbox.mirror import Mirror
from bot.outbox.notebooks import Notebooks
from bot.outbox.posting import Poster
from bot.outbox.retention import Leaving
from bot.outbox.rules import Rules
from bot.outbox.sender import Refused, Sent, Unreachable
from bot.outbox.silences import Silences
from bot.outbox.statistics import Statistician
from bot.outbox.steps import Steps
from bot.storage.claims import Held
from bot.storage.database import Database, Work
from bot.storage.outcomes import siblings
from bot.usecases import shelves
from bot.usecases.access import Stranger
from bot.usecases.evidence import keep_late_reply
from bot.usecases.listening import Listening
from bot.usecases.verb import loaded
from bot.views import home, lines

CANNOT_ANSWER = (
    "The post that you escalated in {place} is now case `{key}`. Casebook is not in that conversation and cannot "
    "answer there. Type `/invite @casebook` in it, and replies below the post are kept as notes."
)
# Longer than another worker takes to find a card whose sender died before it could record it.
CARD_UNKNOWN = timedelta(minutes=5)
NOT_THERE = errors.OUTSIDE | {"user_not_in_channel"}
NO_HOME = errors.NO_PERSON | {"not_enabled"}


class SlackSender:
    """``admins``: Slack ids that the operator made admins of Casebook. ``client`` must not retry by itself."""

    def __init__(
        self,
        client: WebClient,
        workspace: Workspace,
        db: Database,
        admins: frozenset[str],
        clock: Callable[[], datetime],
        listening: Listening,
    ) -> None:
        self.db = db
        self.client = client
        self.workspace = workspace
        self.clock = clock
        self.poster = Poster(client)
        self.cards = Cards(self.poster, workspace, db, listening, clock)
        inboxes = Inboxes(self.poster, self.cards, workspace, db, clock)
        statistician = Statistician(client, db, self.poster, clock)
        mirror = Mirror(client, workspace, db, admins, clock)
        exporter = Exporter(client, workspace, db, self.poster, clock)
        self.tell: Mapping[Tell, Callable[[Held], Sent]] = {
            Tell.CARD: self.card,
            Tell.LINE: self.line,
            Tell.ANSWER: self.answer,
            Tell.DM: self.direct_message,
            Tell.HOME: self.home,
            Tell.REPLY: self.reply,
            Tell.WHISPER: self.whisper,
            Tell.PROBLEM: self.problem,
            Tell.NOTIFY: inboxes.notify,
            Tell.INBOX: inboxes.refresh,
            Tell.DIGEST: inboxes.digest,
            Tell.JOIN: inboxes.join,
            Tell.PEOPLE: mirror.people,
            Tell.PERSON: mirror.person,
            Tell.TEAMS: mirror.teams,
            Tell.CHANNEL: mirror.channel,
            Tell.STATISTICS: statistician.answer,
            Tell.WEEKLY: statistician.weekly,
            Tell.STEP: Steps(client, workspace, db).finish,
            **Incidents(client, workspace, db, clock).tell,
            **Notebooks(client, workspace, db, self.poster, clock).tell,
            Tell.EXPORT: exporter.export,
            **Bulks(db, self.poster, clock).tell,
            **Leaving(db, self.poster, exporter, workspace, clock).tell,
            **Idle(db, self.poster, workspace).tell,
            **Rules(db, self.poster, self.cards, workspace).tell,
            **Silences(db, self.poster).tell,
        }

    def __call__(self, held: Held) -> Sent:
        return self.tell[Tell(held.delivery.kind)](held)

    def card(self, held: Held) -> Sent:
        """One drawing serves every refresh of the card that waits behind this one."""
        delivery = held.delivery
        with self.db.read() as work:
            covered = siblings(work, held)
            case = case_of(work, delivery)
            post = work.cases.standing_post(case.id, delivery.target) if case else None
            message = self.cards.drawn(work, case, delivery.target) if case and post else None
            stays = case is not None and delivery.target in card_channels(loaded(case))
        if case is None:
            return Sent(covered)
        if post and post.role == PostRole.INBOX:
            self.cards.promote(case, post)
        if not (post and message and self.cards.update(post, message)) and stays:
            self.cards.put_up(held, PostRole.CARD)
        return Sent(covered)

    def line(self, held: Held) -> Sent:
        """In the thread of the card, which is put up first where there is none."""
        channel = held.delivery.target
        with self.db.read() as work:
            told = entry_and_case(work, held.delivery)
            if told is None:
                return Sent()
            entry, case = told
            if channel not in card_channels(loaded(case)) or not self.cards.may_show(work, case, channel):
                return Sent()
            post = work.cases.standing_post(case.id, channel)
            note = drawing.note_of(work, entry)
            message = drawing.thread_line(entry, note, drawing.names_in(work, case, entry, note))
        if post and self.poster.reply(held, channel, post.ts, message):
            return Sent()
        if self.poster.reply(held, channel, self.cards.put_up(held, PostRole.CARD).ts, message):
            return Sent()
        raise Unreachable("the card was deleted at once", perhaps_sent=False)

    def answer(self, held: Held) -> Sent:
        """Below an escalated post; told to the reporter instead where Casebook cannot get in."""
        delivery = held.delivery
        with self.db.read() as work:
            case = case_of(work, delivery)
            if case is None:
                return Sent()
            message = lines.escalated_answer(loaded(case), self.workspace)
        self.poster.join(delivery.target)
        try:
            self.poster.reply(held, delivery.target, delivery.data["thread_ts"], message)
        except Refused as refused:
            if refused.problem not in errors.OUTSIDE:
                raise
            sentence = CANNOT_ANSWER.format(place=errors.place(delivery.target), key=case.key)
            self.poster.post(held, case.reporter, lines.whisper(sentence))
        return Sent()

    def reply(self, held: Held) -> Sent:
        """Hear it again until its card's place is recorded; a post of ours that is no card never gets a case."""
        try:
            outcome = keep_late_reply(self.db, held.delivery.data)
        except Refusal:
            return Sent()
        if outcome is None and self.clock() - held.delivery.created_at < CARD_UNKNOWN:
            raise Unreachable("the case of this thread is not known yet", perhaps_sent=False)
        return Sent()

    def direct_message(self, held: Held) -> Sent:
        person_id = held.delivery.target
        with self.db.read() as work:
            told = entry_and_case(work, held.delivery)
            if told is None:
                return Sent()
            entry, case = told
            note = drawing.note_of(work, entry)
            known = drawing.names_in(work, case, entry, note)
            message = lines.direct_message(loaded(case), entry, known, note, self.workspace, person_id)
        self.poster.post(held, person_id, message)
        return Sent()

    def home(self, held: Held) -> Sent:
        person_id, now = held.delivery.target, self.clock()
        with self.db.read() as work:
            covered = siblings(work, held)
        try:
            view = home.home_view(shelves.home_page(self.db, person_id, now), self.workspace, now=now)
            ask(self.client.views_publish, person_id, user_id=person_id, view=view)
        except Stranger:
            return Sent(covered)
        except Refused as refused:
            refused.quiet = refused.problem in NO_HOME
            raise
        return Sent(covered)

    def whisper(self, held: Held) -> Sent:
        """Where the person is; as a direct message where Slack cannot show it."""
        delivery = held.delivery
        person_id, data = delivery.target, delivery.data
        message = lines.whisper(data["sentence"])
        try:
            self.poster.whisper(person_id, data["channel"], data["thread_ts"], message)
        except Refused as refused:
            if refused.problem not in NOT_THERE:
                raise
            self.poster.post(held, person_id, message)
        return Sent()

    def problem(self, held: Held) -> Sent:
        """Nothing is said of a failure that an operator has dealt with meanwhile."""
        delivery = held.delivery
        with self.db.read() as work:
            failed = work.deliveries.by_id(delivery.data["delivery"])
            if failed is None or failed.state != State.DEAD:
                return Sent()
            message = lines.problem_message(failed, delivery.data["remedy"])
        self.poster.post(held, delivery.target, message)
        return Sent()


def entry_and_case(work: Work, delivery: Delivery) -> tuple[Entry, Case] | None:
    entry = work.cases.entry(delivery.entry_id or 0)
    case = work.cases.by_id(entry.case_id) if entry else None
    return (entry, case) if entry and case else None
