"""Alerts: posts of bots in watched channels, and the forms that say where a project's alerts come from."""

from typing import Any

from slack_bolt import Ack, App

from bot.domain.act import Act
from bot.domain.intake import System
from bot.surfaces.desk import Desk
from bot.surfaces.opening import open_modal
from bot.surfaces.searching import receives
from bot.usecases import intake_sources, looking
from bot.usecases.watching import preview_query
from bot.views import storms
from bot.views.alert_posts import post_of, read_alert
from bot.views.clicks import read_page_click, read_value
from bot.views.forms import FieldOf
from bot.views.forms import intake as forms
from bot.views.forms.intake import WATCHING


def hear_alert(desk: Desk, event: dict[str, Any]) -> bool:
    """Whether it was a bot's post: those are no replies of people's."""
    message = post_of(event, desk.workspace.bot_user_id)
    if message is None:
        return False
    if intake_sources.is_watched(desk.db, str(event.get("channel", ""))):
        alert_and_post = read_alert(event, message)
        if alert_and_post:
            intake_sources.take_post(desk.db, *alert_and_post, desk.workspace, desk.now())
    return True


def register(app: App, desk: Desk) -> None:
    register_watching(app, desk)
    register_hooks(app, desk)
    register_storms(app, desk)


def draw_watch_with(desk: Desk, act: Act, field: FieldOf, query: str) -> dict[str, Any]:
    """The form with a query that was built. It lies on no other, so what else was typed in it stays in Slack."""
    channel = forms.read_channel(field.view)
    projects, watch = intake_sources.watch_form(desk.db, act, channel)
    return forms.watch_form(projects, watch, channel, preview_query(desk.db, act, query), token=field.token)


def register_watching(app: App, desk: Desk) -> None:
    receives(WATCHING, draw_watch_with)

    @app.view(WATCHING)
    def submit_watch(ack: Ack, body: dict[str, Any]) -> None:
        filled = forms.read_watch(body["view"])
        fields = intake_sources.WatchFields(
            channel=filled.channel,
            project=filled.project,
            systems=filled.systems,
            words=filled.words,
            any_word=filled.any_word,
            tags=filled.tags,
            query=filled.query,
            resolves=filled.resolves,
            reopen_minutes=filled.reopen_minutes,
            most_cases=filled.most_cases,
        )
        found, watch = intake_sources.watch_channel(desk.db, desk.act(body, "form"), fields)
        ack(response_action="update", view=forms.watching_view(found, watch))


def register_hooks(app: App, desk: Desk) -> None:
    @app.action("project.hook")
    def press_hook(ack: Ack, body: dict[str, Any], client: Any) -> None:
        key, source = forms.read_hook_click(read_value(body))
        found = intake_sources.intake_of(desk.db, desk.act(body, "form"), key)
        desk.replies.redraw(client.views_update, body, forms.hook_form(found, source, intake_sources.new_token()))
        ack()

    @app.action("project.hook.remove")
    def press_remove(ack: Ack, body: dict[str, Any], client: Any) -> None:
        key, source = forms.read_hook_click(read_value(body))
        found = intake_sources.remove_hook(desk.db, desk.act(body, "form"), key, source)
        desk.replies.redraw(client.views_update, body, forms.hooks_view(found, desk.now()))
        ack()

    @app.view("project.hook")
    def submit_hook(ack: Ack, body: dict[str, Any]) -> None:
        filled = forms.read_hook(body["view"])
        issued = intake_sources.make_hook(
            desk.db,
            desk.act(body, "form"),
            desk.outside,
            filled.project,
            System(filled.source),
            token=filled.token,
            secret=filled.secret,
            replace=filled.replace,
            resolves=filled.resolves,
            reopen_minutes=filled.reopen_minutes,
            most_cases=filled.most_cases,
        )
        if issued.token:
            view = forms.issued_view(issued.intake.project, issued.hook, issued.token, desk.site)
        else:
            view = forms.hooks_view(issued.intake, desk.now())
        ack(response_action="update", view=view)


def register_storms(app: App, desk: Desk) -> None:
    @app.action("case.alerts")
    def press_alerts(ack: Ack, body: dict[str, Any], client: Any) -> None:
        found = looking.show_alerts(desk.db, desk.act(body, "details"), read_page_click(body).case_id)
        open_modal(client, body, storms.alerts_view(found, desk.workspace))
        ack()

    @app.action("alerts.page")
    @app.action("alerts.page.back")
    def turn_alerts_page(ack: Ack, body: dict[str, Any], client: Any) -> None:
        click = read_page_click(body)
        found = looking.show_alerts(desk.db, desk.act(body, "details"), click.case_id, page=click.page)
        desk.replies.redraw(client.views_update, body, storms.alerts_view(found, desk.workspace))
        ack()
