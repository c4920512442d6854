"""Teams: their list, and the forms in which they are kept."""

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App

from bot.domain.act import Act
from bot.domain.person import Team
from bot.surfaces.desk import Body, Desk, is_in_modal
from bot.surfaces.opening import open_modal
from bot.usecases import teams
from bot.views import forms
from bot.views.clicks import read_page_click, read_value
from bot.views.forms import TeamFields, TeamTarget


def register(app: App, desk: Desk) -> None:
    register_looking(app, desk)
    register_forms(app, desk)


def register_looking(app: App, desk: Desk) -> None:
    @app.action("team.list")
    def press_teams(ack: Ack, body: dict[str, Any], client: Any) -> None:
        open_modal(client, body, forms.teams_view(teams.list_teams(desk.db, desk.act(body, "menu"))))
        ack()

    @app.action("team.page")
    @app.action("team.page.back")
    def turn_team_page(ack: Ack, body: dict[str, Any], respond: Any, client: Any) -> None:
        found = teams.list_teams(desk.db, desk.act(body, "list"), page=read_page_click(body).page)
        if is_in_modal(body):
            desk.replies.redraw(client.views_update, body, forms.teams_view(found))
        else:
            desk.replies.send(respond, **forms.teams_message(found), replace_original=True)
        ack()

    @app.action("team.show")
    def press_team(ack: Ack, body: dict[str, Any], client: Any) -> None:
        open_modal(client, body, forms.team_view(teams.show_team(desk.db, desk.act(body, "list"), team_in(body))))
        ack()

    @app.action("team.new")
    def press_new_team(ack: Ack, body: dict[str, Any], client: Any) -> None:
        teams.require_team_admin(desk.db, desk.act(body, "list"))
        open_modal(client, body, forms.new_team_form())
        ack()

    @app.action("team.delete")
    def press_delete_team(ack: Ack, body: dict[str, Any], client: Any) -> None:
        team = teams.delete_team(desk.db, desk.act(body, "form"), team_in(body))
        done = forms.team_done(team, "is deleted")
        desk.replies.redraw(client.views_update, body, done)
        ack()


def team_in(body: Body) -> int:
    return int(read_value(body))


def register_forms(app: App, desk: Desk) -> None:
    @app.view("team.new")
    def submit_new_team(ack: Ack, body: dict[str, Any]) -> None:
        form = forms.read_team(body["view"])
        team = teams.create_team(
            desk.db,
            desk.act(body, "form"),
            handle=form.handle,
            name=form.name,
            members=form.members,
            home_channel=form.home_channel,
        )
        ack(response_action="update", view=forms.team_done(team, "is created"))

    def submits(callback: str, change: Callable[[Act, TeamTarget, TeamFields], tuple[Team, bool]]) -> None:
        @app.view(callback)
        def submit_team(ack: Ack, body: dict[str, Any]) -> None:
            target, form = forms.read_team_target(body["view"]), forms.read_team(body["view"])
            team, _ = change(desk.act(body, "form"), target, form)
            ack(response_action="update", view=forms.team_done(team, "is saved"))

    submits("team.edit", lambda act, target, form: change_team(desk, act, target, form))
    submits("team.members", lambda act, target, form: change_members(desk, act, target, form))
    submits("team.home", lambda act, target, form: change_home(desk, act, target, form))


def change_team(desk: Desk, act: Act, target: TeamTarget, form: TeamFields) -> tuple[Team, bool]:
    return teams.change_team(
        desk.db,
        act,
        target.team_id,
        seen=target.version,
        handle=form.handle,
        name=form.name,
        members=form.members,
        home_channel=form.home_channel,
    )


def change_members(desk: Desk, act: Act, target: TeamTarget, form: TeamFields) -> tuple[Team, bool]:
    return teams.change_members(desk.db, act, target.team_id, seen=target.version, members=form.members)


def change_home(desk: Desk, act: Act, target: TeamTarget, form: TeamFields) -> tuple[Team, bool]:
    return teams.change_home(desk.db, act, target.team_id, seen=target.version, home_channel=form.home_channel)
