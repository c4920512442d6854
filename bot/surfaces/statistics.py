"""Statistics: the button under lists, and sending them weekly. The command stands with the other ones."""

from typing import Any

from slack_bolt import Ack, App

from bot.domain.zone import zones
from bot.surfaces.desk import Desk, is_in_modal
from bot.surfaces.inboxes import number
from bot.surfaces.opening import open_modal
from bot.usecases import weeklies
from bot.usecases.statistics import ask_for_statistics
from bot.usecases.weeklies import WeeklyFields
from bot.views import statistics
from bot.views.clicks import read_page_click, read_value
from bot.views.forms import notice, weekly


def register(app: App, desk: Desk) -> None:
    register_asking(app, desk)
    register_weekly(app, desk)


def register_asking(app: App, desk: Desk) -> None:
    @app.action("case.stats")
    def press_statistics(ack: Ack, body: dict[str, Any], client: Any) -> None:
        query = read_page_click(body).query
        ask_for_statistics(desk.db, desk.act(body, "list"), query)
        open_modal(client, body, notice(statistics.being_counted(query), "Statistics"))
        ack()


def register_weekly(app: App, desk: Desk) -> None:
    @app.action("stats.weekly")
    def press_send_weekly(ack: Ack, body: dict[str, Any], client: Any) -> None:
        form = weeklies.weekly_form(desk.db, desk.act(body, "form"), read_page_click(body).query)
        open_modal(client, body, weekly.weekly_form(form))
        ack()

    @app.view("stats.weekly")
    def submit_weekly(ack: Ack, body: dict[str, Any]) -> None:
        form = weekly.read_weekly(body["view"])
        wanted = WeeklyFields(form.query, form.channel, form.day, form.minute, form.tz)
        done = weeklies.send_weekly(desk.db, desk.act(body, "form"), wanted)
        ack(response_action="update", view=notice(statistics.is_set_up(done), "Weekly statistics"))

    @app.options("form.zone")
    def suggest_zones(ack: Ack, body: dict[str, Any]) -> None:
        ack(options=weekly.zone_options(zones(), body["value"]))

    @app.action("stats.list")
    def press_weeklies(ack: Ack, body: dict[str, Any], client: Any) -> None:
        found = weeklies.list_weeklies(desk.db, desk.act(body, "form"))
        open_modal(client, body, statistics.weeklies_view(found))
        ack()

    @app.action("stats.end")
    def press_end(ack: Ack, body: dict[str, Any], respond: Any, client: Any) -> None:
        act = desk.act(body, "form")
        weeklies.stop_weekly(desk.db, act, number(read_value(body)))
        left = weeklies.list_weeklies(desk.db, act)
        if is_in_modal(body):
            desk.replies.redraw(client.views_update, body, statistics.weeklies_view(left))
        else:
            desk.replies.send(respond, **statistics.weeklies_message(left), replace_original=True)
        ack()
