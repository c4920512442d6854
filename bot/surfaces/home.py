"""The App Home, and lists that are paged in place."""

from typing import Any

from slack_bolt import Ack, App

from bot.domain.act import Act
from bot.domain.person import Notify
from bot.domain.reading import Listing
from bot.surfaces.desk import Desk, is_ephemeral, is_in_modal
from bot.surfaces.opening import open_modal, open_new_form, project_view
from bot.usecases import looking, people, projects, shelves
from bot.views import details, forms, lists
from bot.views.clicks import PageClick, read_page_click, read_value
from bot.views.forms import read_search


def register(app: App, desk: Desk) -> None:
    register_home(app, desk)
    register_menu(app, desk)
    register_paging(app, desk)


def register_home(app: App, desk: Desk) -> None:
    @app.event("app_home_opened")
    def open_app_home(body: dict[str, Any], event: dict[str, Any]) -> None:
        if event.get("tab") == "home":
            people.open_home(desk.db, desk.act(body, "home"))

    @app.action("home.inbox")
    def choose_inbox(ack: Ack, body: dict[str, Any]) -> None:
        people.turn_home(desk.db, desk.act(body, "home"), inbox=read_value(body))
        ack()

    @app.action("home.page")
    @app.action("home.page.back")
    def turn_home_page(ack: Ack, body: dict[str, Any]) -> None:
        people.turn_home(desk.db, desk.act(body, "home"), page=int(read_value(body)))
        ack()

    @app.action("home.notify")
    def choose_notify(ack: Ack, body: dict[str, Any]) -> None:
        people.choose_notify(desk.db, desk.act(body, "home"), Notify(read_value(body)))
        ack()


def register_menu(app: App, desk: Desk) -> None:
    @app.action("case.new")
    def press_new_case(ack: Ack, body: dict[str, Any], client: Any) -> None:
        open_new_form(desk, body, client, act=desk.act(body, "home"))
        ack()

    @app.action("project.new")
    def press_new_project(ack: Ack, body: dict[str, Any], client: Any) -> None:
        projects.require_admin(desk.db, desk.act(body, "home"))
        open_modal(client, body, forms.project_form())
        ack()

    @app.action("project.list")
    def press_projects(ack: Ack, body: dict[str, Any], client: Any) -> None:
        found, is_admin = projects.list_projects(desk.db, desk.act(body, "home"))
        open_modal(client, body, forms.projects_view(found, is_admin))
        ack()

    @app.action("project.edit")
    def press_edit_project(ack: Ack, body: dict[str, Any], client: Any) -> None:
        view = project_view(desk, desk.act(body, "home"), read_value(body))
        open_modal(client, body, view)
        ack()

    @app.action("menu.mine")
    def press_my_cases(ack: Ack, body: dict[str, Any], client: Any) -> None:
        listing = shelves.my_cases(desk.db, desk.act(body, "menu"))
        open_modal(client, body, lists.listing_view(listing, desk.workspace))
        ack()

    @app.action("menu.help")
    def press_help(ack: Ack, body: dict[str, Any], client: Any) -> None:
        open_modal(client, body, forms.help_view())
        ack()

    @app.view("case.menu")
    def submit_search(ack: Ack, body: dict[str, Any]) -> None:
        listing = looking.list_cases(desk.db, desk.act(body, "menu"), read_search(body["view"]))
        ack(response_action="push", view=lists.listing_view(listing, desk.workspace))


def turned(desk: Desk, act: Act, to: PageClick) -> Listing:
    if to.inbox:
        return shelves.open_inbox(desk.db, act, to.inbox, page=to.page, on=to.on, back=to.back)
    return looking.list_cases(desk.db, act, to.query, page=to.page, heading=to.heading, on=to.on, back=to.back)


def register_paging(app: App, desk: Desk) -> None:
    @app.action("list.page")
    @app.action("list.page.back")
    def turn_list_page(ack: Ack, body: dict[str, Any], respond: Any, client: Any) -> None:
        click = read_page_click(body)
        act = desk.act(body, "list")
        listing = turned(desk, act, click)
        if is_in_modal(body):
            view = lists.listing_view(listing, desk.workspace)
            desk.replies.redraw(client.views_update, body, view)
        elif is_ephemeral(body):
            desk.replies.send(respond, **lists.listing(listing, desk.workspace), replace_original=True)
        else:  # a digest is for everybody in its channel, and this person may see more than they do
            open_modal(client, body, lists.listing_view(listing, desk.workspace))
        ack()

    @app.action("details.page")
    @app.action("details.page.back")
    def turn_details_page(ack: Ack, body: dict[str, Any], client: Any) -> None:
        click = read_page_click(body)
        page = looking.show_details(desk.db, desk.act(body, "details"), click.case_id, page=click.page)
        view = details.details_view(page, desk.workspace, now=desk.now())
        desk.replies.redraw(client.views_update, body, view)
        ack()

    @app.action("timeline.page")
    @app.action("timeline.page.back")
    def turn_timeline_page(ack: Ack, body: dict[str, Any], respond: Any) -> None:
        click = read_page_click(body)
        page = looking.show_timeline(desk.db, desk.act(body, "timeline"), click.case_id, page=click.page)
        desk.replies.send(respond, **details.timeline_message(page, desk.workspace), replace_original=True)
        ack()
