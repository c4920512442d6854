"""Building a search in a form: from the menu, from under a list, and from beside any field that takes a query."""

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App

from bot.domain.act import Act
from bot.domain.errors import Invalid
from bot.domain.query_building import query_text
from bot.domain.reading import SearchForm
from bot.domain.rights import Right
from bot.surfaces.desk import Body, Desk, is_in_modal
from bot.surfaces.opening import open_modal
from bot.usecases import looking, searching
from bot.views import forms, lists, pickers
from bot.views.clicks import read_value

View = dict[str, Any]
# Draws a form again with the query that was built. Typed words in it stay in Slack; ``field.view`` has them too.
Draw = Callable[[Desk, Act, forms.FieldOf, str], View]
RECEIVERS: dict[str, Draw] = {}
MODALS = 3  # docs.slack.dev, views.push: as many lie on one another
TOO_FULL = "There is no room left to build a search from here. Type the query, or save this form first."


def receives(callback_id: str, draw: Draw) -> None:
    """From now on *Build a search* in this form writes its query back into it."""
    RECEIVERS[callback_id] = draw


def register(app: App, desk: Desk) -> None:
    @app.action("query.build")
    def press_build_search(ack: Ack, body: dict[str, Any], client: Any) -> None:
        open_builder(desk, body, client, query_beside(body))
        ack()

    def choose_in_search(ack: Ack, body: dict[str, Any], client: Any) -> None:
        view = body["view"]
        form = searching.choose_search(desk.db, desk.act(body, "search"), forms.read_build_search(view))
        desk.replies.redraw(client.views_update, body, drawn(form, view))
        ack()

    for action in ("query.choice", "query.projects", "query.team"):
        app.action(action)(choose_in_search)

    @app.view("query.build")
    def submit_search(ack: Ack, body: dict[str, Any], client: Any) -> None:
        found = answer(desk, body, client, query_text(forms.read_build_search(body["view"])))
        ack(**found)

    register_options(app, desk)


def register_options(app: App, desk: Desk) -> None:
    @app.options("query.projects")
    def suggest_projects(ack: Ack, body: dict[str, Any]) -> None:
        found = looking.suggest_projects(desk.db, desk.act(body, "search"), body["value"], right=Right.SEE)
        ack(options=pickers.project_keys(found))

    @app.options("query.team")
    def suggest_teams(ack: Ack, body: dict[str, Any]) -> None:
        found = looking.suggest_teams(desk.db, desk.act(body, "search"), body["value"])
        ack(options=pickers.team_handles(team.handle for team in found))


def query_beside(body: Body) -> str:
    """The list's query, or what stands in the field."""
    view = body.get("view") or {}
    if view.get("callback_id") in RECEIVERS:
        return forms.read_query(view)
    return read_value(body) or (forms.read_search(view) if view.get("callback_id") == "case.menu" else "")


def open_builder(desk: Desk, body: Body, client: Any, query: str) -> None:
    """On top of a form that is to receive the query; else in place of the modal, so that the list has room to open."""
    form = searching.start_search(desk.db, desk.act(body, "search"), query)
    view = body.get("view") or {}
    receives = view.get("callback_id") in RECEIVERS
    in_place = is_in_modal(body) and (not receives or depth(view) == MODALS)
    metadata = forms.field_metadata(view, in_place=in_place) if receives else ""
    if metadata is None:
        raise Invalid(TOO_FULL)
    builder = drawn(form, {"private_metadata": metadata})
    if in_place:
        desk.replies.redraw(client.views_update, body, builder)
    else:
        open_modal(client, body, builder)


def depth(view: Body) -> int:
    """How many modals lie on one another: the payload tells of the first and of the one beneath."""
    beneath = view.get("previous_view_id")
    return 1 if not beneath else 2 if beneath == view.get("root_view_id") else MODALS


def drawn(form: SearchForm, view: Body) -> View:
    metadata = view.get("private_metadata") or ""
    submit = "Use it" if metadata else "Search"
    return forms.build_search_form(form, opened=forms.read_opened(view), submit=submit, metadata=metadata)


def answer(desk: Desk, body: Body, client: Any, query: str) -> dict[str, Any]:
    """What is acknowledged: the list, on top where there is room, or the form that asked for the query."""
    view, act = body["view"], desk.act(body, "search")
    field = forms.read_field(view)
    if field is None:
        listing = lists.listing_view(looking.list_cases(desk.db, act, query), desk.workspace)
        return {"response_action": "push" if depth(view) == 1 else "update", "view": listing}
    form = RECEIVERS[field.form](desk, act, field, searching.checked_query(desk.db, act, query))
    if field.in_place:
        return {"response_action": "update", "view": form}
    desk.replies.send(client.views_update, view_id=view["previous_view_id"], view=form)
    return {}
