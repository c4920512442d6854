"""The form that links a ticket. It opens at once; what the partner asks is drawn into it as it comes."""

import difflib
import re
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.errors import Invalid
from bot.domain.link import LABELS, Wanted, label_of
from bot.domain.ticket import System, Ticketing
from bot.domain.wording import listed
from bot.surfaces.asking import AT_ONCE, as_click, ask_for, new_after
from bot.surfaces.desk import Body, Desk
from bot.surfaces.opening import open_modal
from bot.surfaces.submissions import refresh_details
from bot.usecases import looking, tickets
from bot.usecases.ticket_accounts import meet
from bot.usecases.ticket_terms import terms_for
from bot.usecases.verb import Outcome
from bot.views import answers
from bot.views.clicks import action_of, read_case_click
from bot.views.forms import tickets as forms
from bot.views.forms.new_ticket import NewTicket, checked_new, read_asked, read_new
from bot.views.forms.tickets import TicketForm
from bot.views.help import example
from bot.views.limits import clip

IN_FORM = re.compile(r"ticket\.(partner|how|again|kind\..*|subtype\..*)", re.DOTALL)
OFF = (
    "No ticketing system is connected yet. Whoever runs Casebook connects Jira with `JIRA_URL`, or ServiceNow with "
    "`SERVICENOW_URL`, and what belongs to them: see the README, Tickets in Jira and ServiceNow."
)


def register(app: App, desk: Desk) -> None:
    @app.action("ticket.link")
    def press_link(ack: Ack, body: dict[str, Any], client: Any) -> None:
        open_link_form(desk, body, client, desk.act(body, "card"), read_case_click(body).case_id)
        ack()

    @app.action(IN_FORM)
    def press_in_form(ack: Ack, body: dict[str, Any], client: Any) -> None:
        form = form_after(desk, body)
        desk.replies.redraw(client.views_update, body, forms.link_form(form), AT_ONCE)
        fill(desk, body, client, form)
        ack()

    @app.view(forms.LINK)
    def submit_link(ack: Ack, body: dict[str, Any], client: Any) -> None:
        outcome = linked(desk, body)
        refresh_details(desk, body, client, outcome)
        ack(**shown(desk, body, outcome))


def shown(desk: Desk, body: Body, outcome: Outcome) -> dict[str, Any]:
    """Details beneath the form show what came of it; where there are none, the form's place does."""
    if body["view"].get("previous_view_id"):
        return {}
    view = answers.changed_view(outcome.case, outcome.entry, desk.workspace, verb="case.link")
    return {"response_action": "update", "view": view}


# -- opening ----------------------------------------------------------------------------------------------------------
def system_of(desk: Desk, partner: str) -> System:
    """``partner``: our name for it; the only one, or the first, if empty. ``Invalid`` says what to do without one."""
    if not desk.ticketing:
        raise Invalid(OFF)
    found = desk.ticketing.get(partner or next(iter(desk.ticketing)))
    if found is None:
        raise Invalid("This ticketing system is not connected any more. Open the form again.")
    return found.system


def partner_named(desk: Desk, word: str) -> str:
    """Our name for a ticketing system that is connected; ``Invalid`` for another word, with the nearest that is one."""
    system_of(desk, "")
    named = {name: one.system.label for name, one in desk.ticketing.items()}
    wanted = word.lower().strip('"“”')
    if wanted in named:
        return wanted
    known = listed([f"`{name}`" for name in named])
    if wanted in LABELS:
        raise Invalid(f"{label_of(wanted)} is not connected. Whoever runs Casebook connects it; there is {known}.")
    close = difflib.get_close_matches(wanted[:40], named, n=1)
    meant = f"Did you mean `{close[0]}`?" if close else f"Say {known}."
    raise Invalid(f"“{clip(word, 40)}” is not a ticketing system that Casebook knows. {meant} {example('link')}")


def open_link_form(desk: Desk, body: Body, client: Any, act: Act, ref: str | int, partner: str = "") -> None:
    """``partner``: empty to let the person choose."""
    system = system_of(desk, partner)
    systems = [system] if partner else systems_of(desk)
    case = looking.show_case(desk.db, act, ref)
    form = TicketForm(case=case, systems=systems, new=with_terms(desk, act, case, system))
    opened = open_modal(client, body, forms.link_form(form))
    fill(desk, as_click(opened), client, form)


def systems_of(desk: Desk) -> list[System]:
    return [one.system for one in desk.ticketing.values()]


def with_terms(desk: Desk, act: Act, case: Case, system: System) -> NewTicket:
    """What a new ticket of this project begins with."""
    terms = terms_for(desk.db, act, case.project_id, system.name)
    return NewTicket(system, kind=terms.kind or system.default_kind, subtype=terms.subtype)


# -- after a click in it ----------------------------------------------------------------------------------------------
def form_after(desk: Desk, body: Body) -> TicketForm:
    view, act = body["view"], desk.act(body, "form")
    fields, clicked = forms.read_ticket(view), str(action_of(body)["action_id"]).split(".")[1]
    system = system_of(desk, fields.partner)
    case = looking.show_case(desk.db, act, fields.case_id)
    new = read_new(view, system)
    if clicked == "partner" or not (new.kind or new.lists.kinds):
        new = with_terms(desk, act, case, system)
    return TicketForm(
        case=case,
        systems=systems_of(desk) if fields.has_choice else [system],
        new=new_after(new, clicked),
        how=fields.how,
    )


def fill(desk: Desk, body: Body, client: Any, form: TicketForm) -> None:
    """Ask the partner for what the form lacks, and draw that into it."""

    def ahead(partner: Ticketing) -> None:
        holders = [form.case.assignee] if form.case.assignee else []
        meet(desk.db, form.new.system.name, holders, desk.now(), partner.account)

    if form.how == forms.NEW:
        ask_for(desk, body, client, form.new, lambda new: forms.link_form(replace(form, new=new)), ahead=ahead)


# -- sending ----------------------------------------------------------------------------------------------------------
def linked(desk: Desk, body: Body) -> Outcome:
    view = body["view"]
    fields = forms.read_ticket(view)
    system, act = system_of(desk, fields.partner), desk.act(body, "form", fields.version)
    if fields.how == forms.EXISTING:
        return tickets.link_ticket(desk.db, act, fields.case_id, system.name, forms.checked_words(fields))
    new = checked_new(view, system, instead="how")
    wanted = Wanted(new.kind, new.subtype, read_asked(view))
    return tickets.create_ticket(desk.db, act, fields.case_id, system.name, wanted)
