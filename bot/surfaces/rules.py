"""Rules: their list, the form that changes with what is chosen in it, and trying one before it is saved."""

from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App

from bot.domain.act import Act
from bot.domain.errors import Invalid
from bot.domain.reading import RuleForm, Trial
from bot.surfaces.desk import Body, Desk, channel_of, is_in_modal
from bot.surfaces.opening import open_modal
from bot.usecases import rule_trials, rules
from bot.usecases.rules import RuleFields
from bot.views import forms
from bot.views import rules as views
from bot.views.clicks import TOO_OLD, read_value
from bot.views.forms import RuleFormFields


def register(app: App, desk: Desk) -> None:
    register_list(app, desk)
    register_form(app, desk)
    register_saving(app, desk)


def register_list(app: App, desk: Desk) -> None:
    @app.action("rule.list")
    def press_rules(ack: Ack, body: dict[str, Any], client: Any) -> None:
        open_modal(client, body, views.rules_view(rules.list_rules(desk.db, desk.act(body, "menu"))))
        ack()

    @app.action("rule.page")
    @app.action("rule.page.back")
    def turn_rules(ack: Ack, body: dict[str, Any], respond: Any, client: Any) -> None:
        page, project = read_place(read_value(body))
        redraw_list(desk, body, respond, client, page, project)
        ack()

    @app.action("rule.on")
    @app.action("rule.off")
    def press_switch(ack: Ack, body: dict[str, Any], respond: Any, client: Any) -> None:
        rule_id, page, project = read_row(read_value(body))
        wanted = str(body["actions"][0]["action_id"]) == "rule.on"
        rules.switch_rule(desk.db, desk.act(body, "list"), rule_id, on=wanted)
        redraw_list(desk, body, respond, client, page, project)
        ack()

    @app.action("rule.delete")
    def press_delete(ack: Ack, body: dict[str, Any], respond: Any, client: Any) -> None:
        rule_id, page, project = read_row(read_value(body))
        rules.delete_rule(desk.db, desk.act(body, "list"), rule_id)
        redraw_list(desk, body, respond, client, page, project)
        ack()


def read_place(value: str) -> tuple[int, str]:
    """Page and project of the list. Raises ``Invalid`` for a button that we did not draw."""
    page, _, project = value.partition("/")
    if not page.isdecimal():
        raise Invalid(TOO_OLD)
    return int(page), project


def read_row(value: str) -> tuple[int, int, str]:
    """The same behind the id of a rule."""
    rule_id, _, place = value.partition("/")
    if not rule_id.isdecimal():
        raise Invalid(TOO_OLD)
    return int(rule_id), *read_place(place)


def redraw_list(desk: Desk, body: Body, respond: Any, client: Any, page: int, project: str) -> None:
    found = rules.list_rules(desk.db, desk.act(body, "list"), project, page=page)
    if is_in_modal(body):
        desk.replies.redraw(client.views_update, body, views.rules_view(found))
    else:
        desk.replies.send(respond, **views.rules_message(found), replace_original=True)


def register_form(app: App, desk: Desk) -> None:
    @app.action("rule.new")
    def press_new_rule(ack: Ack, body: dict[str, Any], client: Any) -> None:
        open_new_rule(desk, body, client, read_value(body))
        ack()

    @app.action("rule.edit")
    def press_edit_rule(ack: Ack, body: dict[str, Any], client: Any) -> None:
        rule_id, _, _ = read_row(read_value(body))
        form, rule = rules.edit_form(desk.db, desk.act(body, "list"), rule_id)
        open_modal(client, body, forms.rule_form(with_systems(desk, form), rule=rule))
        ack()

    def choose_in_form(ack: Ack, body: dict[str, Any], client: Any) -> None:
        desk.replies.redraw(client.views_update, body, redrawn(desk, desk.act(body, "form"), body))
        ack()

    for action in ("rule.when", "rule.then/0", "rule.then/1"):
        app.action(action)(choose_in_form)

    @app.action("rule.try")
    def press_try(ack: Ack, body: dict[str, Any], client: Any) -> None:
        act, form = desk.act(body, "form"), forms.read_rule(body["view"])
        found = rule_trials.try_rule(desk.db, act, form.project, fields(form))
        desk.replies.redraw(client.views_update, body, redrawn(desk, act, body, found))
        ack()


def open_new_rule(desk: Desk, body: Body, client: Any, project: str = "") -> None:
    form = rules.new_form(desk.db, desk.act(body, "form"), project, channel_of(body))
    open_modal(client, body, forms.rule_form(with_systems(desk, form)))


def with_systems(desk: Desk, form: RuleForm) -> RuleForm:
    return replace(form, systems=[one.system for one in desk.ticketing.values()])


def redrawn(desk: Desk, act: Act, body: Body, tried: Trial | None = None) -> dict[str, Any]:
    """With the fields that belong to what is chosen by now."""
    chosen = forms.read_chosen(body["view"])
    if chosen.rule:
        form, rule = rules.edit_form(desk.db, act, chosen.rule)
        return forms.rule_form(with_systems(desk, form), rule=rule, chosen=chosen, tried=tried)
    form = rules.new_form(desk.db, act, chosen.project)
    return forms.rule_form(with_systems(desk, form), chosen=chosen, tried=tried)


def register_saving(app: App, desk: Desk) -> None:
    @app.view("rule.new")
    def submit_new_rule(ack: Ack, body: dict[str, Any]) -> None:
        form = forms.read_rule(body["view"])
        rule = rules.create_rule(desk.db, desk.act(body, "form"), form.project, fields(form))
        ack(response_action="update", view=views.saved_view(rule, form.project, created=True))

    @app.view("rule.edit")
    def submit_rule(ack: Ack, body: dict[str, Any]) -> None:
        form = forms.read_rule(body["view"])
        rule = rules.change_rule(desk.db, desk.act(body, "form"), form.rule, fields(form))
        ack(response_action="update", view=views.saved_view(rule, form.project, created=False))


def fields(form: RuleFormFields) -> RuleFields:
    return RuleFields(
        name=form.name,
        when=form.when,
        query=form.query,
        minutes=form.minutes,
        levels=form.levels,
        actions=form.actions,
    )
