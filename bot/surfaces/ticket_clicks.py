"""What can be done about a ticket that is linked, in Details."""

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App

from bot.domain.act import Act
from bot.domain.ticket import Part
from bot.surfaces.desk import Body, Desk
from bot.usecases import looking, tickets
from bot.usecases.verb import Outcome
from bot.views import details
from bot.views.clicks import action_of
from bot.views.tickets import TicketClick, read_ticket_click

DEEDS: dict[str, Callable[[Desk, Act, TicketClick], Outcome]] = {
    "ticket.retry": lambda desk, act, click: tickets.retry_ticket(desk.db, act, click.ticket),
    "ticket.share": lambda desk, act, click: tickets.share_ticket(desk.db, act, click.ticket),
    "ticket.unlink": lambda desk, act, click: tickets.unlink_ticket(desk.db, act, of(desk, click), click.ticket),
    "ticket.theirs": lambda desk, act, click: tickets.take_theirs(desk.db, act, click.ticket, part_of(click)),
    "ticket.ours": lambda desk, act, click: tickets.keep_ours(desk.db, act, click.ticket, part_of(click)),
}


def register(app: App, desk: Desk) -> None:
    def press_ticket_button(ack: Ack, body: dict[str, Any], client: Any) -> None:
        deed = DEEDS[str(action_of(body)["action_id"])]
        show_details(desk, body, client, deed(desk, desk.act(body, "details"), read_ticket_click(body)))
        ack()

    for action in DEEDS:
        app.action(action)(press_ticket_button)


def of(desk: Desk, click: TicketClick) -> int:
    return tickets.case_of(desk.db, click.ticket)


def part_of(click: TicketClick) -> Part:
    return click.part or Part.STATUS


def show_details(desk: Desk, body: Body, client: Any, outcome: Outcome) -> None:
    page = looking.show_details(desk.db, desk.act(body, "details"), outcome.case.id)
    view = details.details_view(page, desk.workspace, now=desk.now())
    desk.replies.redraw(client.views_update, body, view)
