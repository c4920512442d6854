"""The buttons and menus of a card; the same ones stand in Details, in lists and on the App Home."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.priority import priority_named
from bot.surfaces.desk import Body, Desk, is_ephemeral, is_in_home, is_in_modal, via
from bot.surfaces.opening import open_edit_form, open_incident_form, open_modal
from bot.usecases import idle, looking, notebooks, snoozing, working
from bot.usecases.verb import Outcome
from bot.views import answers, cards, details, forms
from bot.views.clicks import CaseClick, read_case_click

ACTIONS = (
    "case.take",
    "case.assign",
    "case.priority",
    "case.status",
    "case.close",
    "case.reopen",
    "case.details",
    "case.unarchive",
    "case.note",
    "case.more",
    "case.row",
    "case.incident",
    "case.notebook",
    "case.keep_open",
    "case.snooze",
    "case.wake",
)

MENUS = {"case.more", "case.row"}


def register(app: App, desk: Desk) -> None:
    def press_case_action(ack: Ack, body: dict[str, Any], respond: Any, client: Any) -> None:
        click = meant(read_case_click(body))
        act = desk.act(body, via(body), click.version)
        if wants_form(desk, act, click):
            open_form(desk, body, client, act, click)
        else:
            show(desk, body, respond, client, click, change(desk, act, click))
        ack()

    for action in ACTIONS:
        app.action(action)(press_case_action)


def meant(click: CaseClick) -> CaseClick:
    """What was chosen in a menu is the verb itself."""
    return replace(click, verb=click.value, value="") if click.verb in MENUS else click


INSTANT: dict[str, Callable[..., Outcome]] = {
    "case.take": working.take_case,
    "case.watch": working.watch_case,
    "case.unwatch": working.unwatch_case,
    "case.watching": working.toggle_watching,
    "case.reopen": working.reopen_case,
    "case.unarchive": working.unarchive_case,
    "case.notebook": notebooks.start_notebook,
    "case.keep_open": idle.keep_open,
    "case.wake": snoozing.wake_case,
}


def change(desk: Desk, act: Act, click: CaseClick) -> Outcome:
    """What acts at once."""
    if click.verb == "case.priority":
        return working.prioritize_case(desk.db, act, click.case_id, priority_named(click.value))
    if click.verb == "case.status":
        return working.set_status(desk.db, act, click.case_id, click.value)
    return INSTANT[click.verb](desk.db, act, click.case_id)


def wants_form(desk: Desk, act: Act, click: CaseClick) -> bool:
    """A status that closes asks for a reason, and the other verbs that are not instant ask for something too."""
    if click.verb != "case.status" or not click.value:
        return click.verb not in INSTANT and click.verb != "case.priority"
    case = looking.show_case(desk.db, act, click.case_id)
    return case.is_open and case.type.closes(click.value)


FORMS: dict[str, Callable[[Case], dict[str, Any]]] = {
    "case.assign": forms.assign_form,
    "case.close": forms.close_form,
    "case.note": forms.note_form,
    "case.due": forms.due_form,
    "case.relate": forms.relate_form,
    "case.archive": forms.archive_form,
    "case.snooze": forms.snooze_form,
}


def open_form(desk: Desk, body: Body, client: Any, act: Act, click: CaseClick) -> None:
    if click.verb == "case.details":
        page = looking.show_details(desk.db, act, click.case_id)
        open_modal(client, body, details.details_view(page, desk.workspace, now=desk.now()))
    elif click.verb == "case.edit":
        open_edit_form(desk, body, client, act, click.case_id)
    elif click.verb == "case.status":
        case = looking.show_case(desk.db, act, click.case_id)
        view = forms.close_form(case, click.value) if click.value else forms.status_form(case)
        open_modal(client, body, view)
    elif click.verb == "case.incident":
        open_incident_form(desk, body, client, act, click.case_id)
    else:
        open_modal(client, body, FORMS[click.verb](looking.show_case(desk.db, act, click.case_id)))


def show(desk: Desk, body: Body, respond: Any, client: Any, click: CaseClick, outcome: Outcome) -> None:
    """What came of a click, where it was clicked. A card in a channel and the App Home are redrawn by the outbox, a
    digest by nobody."""
    if is_in_modal(body):
        page = looking.show_details(desk.db, desk.act(body, "details"), outcome.case.id)
        view = details.details_view(page, desk.workspace, now=desk.now())
        desk.replies.redraw(client.views_update, body, view)
    elif is_ephemeral(body) and is_from_card(body):
        message = cards.card_message(outcome.case, workspace=desk.workspace, now=desk.now())
        desk.replies.send(respond, **message, replace_original=True)
    elif is_ephemeral(body) or not is_from_card(body) or (outcome.entry is None and not is_in_home(body)):
        message = answers.changed(outcome.case, outcome.entry, desk.workspace, verb=click.verb)
        desk.replies.send(respond, **message, response_type="ephemeral", replace_original=False)


def is_from_card(body: Body) -> bool:
    """Rather than from a row of a list, or of a message that nobody draws anew."""
    action = body["actions"][0]
    return str(action["action_id"]) != "case.row" and not str(action.get("block_id", "")).startswith("row/")
