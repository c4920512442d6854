"""What a ticketing system asks for a new ticket, drawn into a form as it tells it."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bot.domain.text import alike
from bot.domain.ticket import Choice, Ticketing
from bot.surfaces.desk import Body, Desk
from bot.usecases import ticket_statuses
from bot.views.forms.new_ticket import ASKED, Lists, NewTicket, read_new, read_partner

log = logging.getLogger(__name__)

# The answers to one click, in their order: what is known at once, that the system is late, what it said.
AT_ONCE, LATE, TOLD = range(3)
SILENT = "It did not answer. Ask again in a moment; if that goes on, tell whoever runs Casebook."

View = dict[str, Any]


def as_click(opened: Any) -> Body:
    """A modal that was just opened, as if it had been clicked in before anything else is."""
    return {"view": opened["view"], "actions": [{"action_ts": "0"}]}


def new_after(new: NewTicket, clicked: str) -> NewTicket:
    """What was told before is kept as far as the click leaves it true."""
    if clicked == "kind":
        return replace(new, subtype="", lists=Lists(kinds=new.lists.kinds))
    return new


def filled(partner: Ticketing, new: NewTicket) -> NewTicket:
    new = with_kinds(partner, new)
    if (new.kind or not new.system.kind_label) and (new.subtype or not new.system.subtype_label):
        return replace(new, lists=replace(new.lists, asked=tuple(partner.asked(new.kind, new.subtype))))
    return new


Question = Callable[[Ticketing, NewTicket], NewTicket]
Ahead = Callable[[Ticketing], object]


def ask_for(
    desk: Desk,
    body: Body,
    client: Any,
    new: NewTicket,
    drawn: Callable[[NewTicket], View],
    question: Question = filled,
    ahead: Ahead = lambda partner: None,
) -> None:
    """Ask for what is not known yet. ``drawn``: the form with it. The click is long over when the answer comes.

    ``ahead``: what need not be asked any more when the form has been sent.
    """
    make = desk.ticketing[new.system.name].make

    def draw(known: NewTicket, step: int) -> None:
        desk.replies.redraw(client.views_update, body, drawn(known), step)

    def answer() -> None:
        told = told_by(make, new, question)
        draw(told, TOLD)
        if not told.lists.problem:
            learn_statuses(desk, make, told)
            ahead(make())

    desk.questions.ask(new.system.name, answer, lambda: draw(replace(new, is_late=True), LATE))


def learn_statuses(desk: Desk, make: Callable[[], Ticketing], new: NewTicket) -> None:
    """Of what is about to be created, so that its first change of status need not ask for them."""
    partner, kind, now = new.system.name, new.kind, desk.now()
    if kind and not ticket_statuses.is_known(desk.db, partner, kind, now):
        ticket_statuses.learn(desk.db, partner, kind, now, lambda: make().statuses(kind))


def told_by(make: Callable[[], Ticketing], new: NewTicket, question: Question) -> NewTicket:
    """A partner's no carries words for people, a ``remedy``; its silence, or nonsense, carries none."""
    try:
        return question(make(), new)
    except Exception as error:
        problem = getattr(error, "problem", type(error).__name__)
        log.warning("%s did not tell its lists: %s", new.system.name, problem)
        return replace(new, lists=replace(new.lists, problem=str(getattr(error, "remedy", "") or SILENT)))


def with_kinds(partner: Ticketing, new: NewTicket) -> NewTicket:
    """A list of one needs no choice."""
    system, lists = new.system, new.lists
    if lists.kinds is None and system.kind_label:
        lists = replace(lists, kinds=tuple(partner.kinds("")))
    kind = new.kind or only(lists.kinds)
    if kind and lists.subtypes is None and system.subtype_label:
        lists = replace(lists, subtypes=tuple(partner.subtypes(kind)))
    subtype = new.subtype if is_among(new.subtype, lists.subtypes) else only(lists.subtypes)
    return replace(new, kind=kind, subtype=subtype, lists=lists)


def is_among(id_: str, choices: tuple[Choice, ...] | None) -> bool:
    return any(choice.id == id_ for choice in choices or ())


def only(choices: tuple[Choice, ...] | None) -> str:
    return choices[0].id if choices and len(choices) == 1 else ""


def choices_for(desk: Desk, body: Body) -> Sequence[Choice]:
    """What a list that is searched by typing offers; nothing if the partner does not say so in time."""
    view, words = body["view"], alike(body["value"])
    partner = desk.ticketing.get(read_partner(view))
    if partner is None:
        return ()
    new, block = read_new(view, partner.system), str(body["block_id"])

    def question() -> Sequence[Choice]:
        if block == "kind":
            return partner.make().kinds(body["value"])
        found = partner.make().subtypes(new.kind) if block == "subtype" else asked_in(partner.make(), new, block)
        return [choice for choice in found if words in alike(choice.name)]

    return desk.questions.answer(partner.system.name, question) or ()


def asked_in(partner: Ticketing, new: NewTicket, block: str) -> Sequence[Choice]:
    asked = partner.asked(new.kind, new.subtype)
    return next((one.choices for one in asked if f"{ASKED}{one.name}" == block), ())
