"""The form of a project's terms with a ticketing system, for admins."""

import re
from dataclasses import replace
from functools import partial
from typing import Any

from slack_bolt import Ack, App

from bot.domain.act import Act
from bot.domain.errors import Invalid
from bot.domain.ticket import Part, Ticketing
from bot.surfaces.asking import as_click, ask_for, new_after, with_kinds
from bot.surfaces.desk import Body, Desk
from bot.surfaces.opening import open_modal
from bot.surfaces.tickets import system_of
from bot.usecases import projects, ticket_statuses
from bot.usecases.ticket_terms import change_terms, terms_for
from bot.views.clicks import TOO_OLD, action_of, read_value
from bot.views.forms import notice
from bot.views.forms import terms as forms
from bot.views.forms.new_ticket import NewTicket, read_new
from bot.views.forms.terms import TermsForm

IN_FORM = re.compile(r"terms\.(again|kind\..*|subtype\..*)", re.DOTALL)


def register(app: App, desk: Desk) -> None:
    @app.action(re.compile(r"terms\.edit\..*"))
    def press_terms(ack: Ack, body: dict[str, Any], client: Any) -> None:
        project, _, partner = read_value(body).partition("/")
        if not partner:
            raise Invalid(TOO_OLD)
        open_terms(desk, body, client, desk.act(body, "form"), project, partner)
        ack()

    @app.action(IN_FORM)
    def press_in_terms(ack: Ack, body: dict[str, Any], client: Any) -> None:
        fill(desk, body, client, form_after(desk, body))
        ack()

    @app.view(forms.TERMS)
    def submit_terms(ack: Ack, body: dict[str, Any]) -> None:
        sent = forms.read_terms(body["view"])
        change_terms(
            desk.db,
            desk.act(body, "form"),
            sent.project,
            sent.partner,
            ways=sent.ways,
            statuses=sent.statuses,
            priorities=sent.priorities,
            internal=sent.internal,
            kind=sent.kind,
            subtype=sent.subtype,
        )
        if body["view"].get("previous_view_id"):
            ack()
        else:
            ack(response_action="update", view=notice(f"The terms of {sent.project} are saved.", "Tickets"))


def open_terms(desk: Desk, body: Body, client: Any, act: Act, project: str, partner: str = "") -> None:
    projects.require_admin(desk.db, act)
    form = kept_form(desk, act, project, partner)
    opened = open_modal(client, body, forms.terms_form(form))
    fill(desk, as_click(opened), client, form)


def kept_form(desk: Desk, act: Act, project: str, partner: str) -> TermsForm:
    """As it was saved last."""
    system = system_of(desk, partner)
    terms = terms_for(desk.db, act, project, system.name)
    return TermsForm(
        project=project,
        new=NewTicket(system, terms.kind or system.default_kind, terms.subtype),
        ways={part: terms.way(part) for part in Part},
        statuses=terms.statuses,
        priorities=terms.priorities,
        internal=terms.internal,
    )


def form_after(desk: Desk, body: Body) -> TermsForm:
    """Inputs keep what was filled in, so only what the click changed is drawn anew."""
    view, clicked = body["view"], str(action_of(body)["action_id"]).split(".")[1]
    form = kept_form(desk, desk.act(body, "form"), *forms.read_of_terms(view))
    kind, subtype = forms.read_defaults(view)
    new = replace(read_new(view, form.system), kind=kind, subtype=subtype)
    return replace(form, new=new_after(new, clicked))


def fill(desk: Desk, body: Body, client: Any, form: TermsForm) -> None:
    theirs: list[str] = []

    def question(partner: Ticketing, new: NewTicket) -> NewTicket:
        new = with_kinds(partner, new)
        if new.kind:
            ask = partial(partner.statuses, new.kind)
            standings = ticket_statuses.learn(desk.db, new.system.name, new.kind, desk.now(), ask)
            theirs[:] = dict.fromkeys(standing.name for standing in standings)
        return new

    ask_for(desk, body, client, form.new, lambda new: forms.terms_form(replace(form, new=new, theirs=theirs)), question)
