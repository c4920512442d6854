"""What is still to be told to the outside: intent only; it is drawn when it is sent."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.base import Base, BigId


class State(StrEnum):
    DUE = "due"
    DONE = "done"
    DEAD = "dead"


class Tell(StrEnum):
    """The kinds of delivery."""

    CARD = "card"  # post or refresh the case's card in `target`, a channel
    LINE = "line"  # the entry's line in the thread of the card in `target`
    ANSWER = "answer"  # in the thread of an escalated post: which case it became
    DM = "dm"  # the entry, told to the person `target`
    HOME = "home"  # the App Home of the person `target`, if they use it
    REPLY = "reply"  # hear a reply again that came before its thread was known, from `data`
    WHISPER = "whisper"  # a sentence for one person in a channel, from `data`
    PROBLEM = "problem"  # a failed delivery, told to the admin `target`
    PEOPLE = "people"  # mirror everybody
    PERSON = "person"  # mirror the person `target`
    TEAMS = "teams"  # mirror the user groups
    NOTIFY = "notify"  # what happened to a case in an inbox, from `data`, told to the channel or person `target`
    INBOX = "inbox"  # refresh the card that an inbox has put up in `target`
    SILENCE = "silence"  # a chore: the posts of the cases of the silence in `data` say that it lasts, or no more
    SILENCE_OVER = "silence.over"  # that a silence is over and what it held back, told to `target`
    JOIN = "join"  # join the channel `target` if that is possible, so that replies there are heard
    DIGEST = "digest"  # an inbox's cases, told to the recipient in `data`
    PAGE = "page"  # a notification, raised or resolved at PagerDuty
    HOOK = "hook"  # a notification or a digest, sent to a webhook
    MATCH = "match"  # which inboxes the case is in now
    SEED = "seed"  # which cases the inbox in `data` holds already
    SWEEP = "sweep"  # which cases have come into that inbox, or left it, by the passing of time alone
    CHANNEL = "channel"  # mirror the home channel `target` and join it
    REDRAW = "redraw"  # refresh the cards of a team's cases, from `data`
    EXPORT = "export"  # a file of cases for the person `target`, from `data`
    STATISTICS = "statistics"  # figures of the cases that a query finds, for the person `target`, from `data`
    WEEKLY = "weekly"  # the same, for the channel `target`, as somebody has set it up
    STEP = "step"  # what came of a workflow's step, told to Slack, from `data`
    BULK = "bulk"  # how far a bulk edit is, in the message to the person `target` who does it
    BULK_TOLD = "bulk.told"  # all that a bulk edit did to cases of the person `target`
    INCIDENT = "incident"  # open the channel of a case's incident and bring its people there
    INCIDENT_OVER = "incident.over"  # say goodbye there, and archive it if that is wanted
    NOTEBOOK = "notebook"  # create the notebook of a case and say where it is
    NOTEBOOK_KEPT = "notebook.kept"  # bring the section of a notebook up to date that Casebook keeps
    BULK_RUN = "bulk.run"  # a chore: go on with a bulk edit
    TICKET = "ticket"  # create, link or change the ticket in `data`, so that it says what the case says
    TICKET_RETRY = "ticket.retry"  # the same, for somebody who has asked for it to be tried again
    TICKET_NOTE = "ticket.note"  # a note of the case as a comment of the ticket, also changed or deleted
    TICKET_READ = "ticket.read"  # read the ticket, since it is not certain what it says
    TICKET_LEFT = "ticket.left"  # take our mark off a ticket that is linked no more
    TICKET_NEWS = "ticket.news"  # read what has happened to all tickets of a partner
    TICKET_EARLY = "ticket.early"  # take what was told of a ticket, from `data`, before its creation was recorded
    GATHER = "gather"  # a chore: which closed cases of the project in `data` are to be deleted
    DEPART = "depart"  # a chore: delete them, or keep them all
    WARN = "warn"  # the message in the home channel `target` of what is to be deleted
    LAST_COPY = "last.copy"  # a file of what is to be deleted, for the home channel `target`
    FAREWELL = "farewell"  # where a card stood: the case was deleted
    IDLE = "idle"  # a chore: close cases of the project in `data` that nobody works on, and announce it before
    IDLE_TOLD = "idle.told"  # what will close by itself, or has, of the cases of the person `target`
    RULE = "rule"  # a chore: which rules a change of the case, or the clock, sets off
    RULE_SEED = "rule.seed"  # a chore: when a rule that goes by the clock has to look at each case, from `data`
    RULE_TOLD = "rule.told"  # what a rule has to tell the channel or person `target`, from `data`
    RULE_PROBLEM = "rule.problem"  # what a rule could not do, told to its owner `target`


# Somebody waits for it: it is tried even while its partner lets nobody in.
AT_ONCE = frozenset({Tell.TICKET_RETRY})
SLACK = "slack"
# Work of our own that nobody should wait for: it is claimed, retried and kept in order like what is told to others.
CHORES = "chores"
PAGERDUTY = "pagerduty"
WEBHOOK = "webhook"
JIRA = "jira"
SERVICENOW = "servicenow"
DUE_ONLY = text("state = 'due'")
DEAD_ONLY = text("state = 'dead'")
READY_ONLY = text("state = 'due' AND parked_until IS NULL")
PARKED_ONLY = text("state = 'due' AND parked_until IS NOT NULL")


class Delivery(Base):
    """``stream``: what must stay in order. ``lane``: what shares a rate limit. ``key``: once and no more.

    ``lease_until`` is set while a worker has it; a lease that ran out means that the worker died, perhaps after
    sending. ``partner`` is who is spoken to, so that one that is down delays its own deliveries and nothing else.
    ``parked_until`` is kept by ``storage`` alone: out of the workers' sight until then, or until what it
    waits for is done, so that a claim never wades through deliveries whose time has not come.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_due_stream", "stream", "id", sqlite_where=DUE_ONLY, postgresql_where=DUE_ONLY),
        Index("ix_deliveries_ready", "partner", "lane", "id", sqlite_where=READY_ONLY, postgresql_where=READY_ONLY),
        Index(
            "ix_deliveries_parked", "partner", "parked_until", sqlite_where=PARKED_ONLY, postgresql_where=PARKED_ONLY
        ),
        Index("ix_deliveries_dead", "stream", "id", sqlite_where=DEAD_ONLY, postgresql_where=DEAD_ONLY),
        # Not by its state first: SQLite would rather read all that is due there than one stream of it elsewhere.
        Index("ix_deliveries_done_at_state", "done_at", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    partner: Mapped[str] = mapped_column(String(16), default=SLACK)
    stream: Mapped[str] = mapped_column(String(96))
    lane: Mapped[str] = mapped_column(String(64))
    case_id: Mapped[int | None] = mapped_column(BigId, index=True)
    entry_id: Mapped[int | None] = mapped_column(BigId)
    target: Mapped[str] = mapped_column(String(64), default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(8), default=State.DUE)
    not_before: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    parked_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Lane(Base):
    """A rate limit shared by every replica. ``arrival``: the theoretical arrival time of the next message (GCRA)."""

    __tablename__ = "lanes"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    arrival: Mapped[datetime]
    closed_until: Mapped[datetime | None]
