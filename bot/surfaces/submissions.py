"""What people submit in modals."""

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App

from bot.domain.act import Act
from bot.surfaces.desk import Body, Desk
from bot.usecases import evidence, incidents, looking, opening, projects, snoozing, working
from bot.usecases.verb import Outcome
from bot.views import answers, details, forms


def register(app: App, desk: Desk) -> None:
    register_opening(app, desk)
    register_changes(app, desk)
    register_projects(app, desk)


def register_opening(app: App, desk: Desk) -> None:
    @app.view("case.new")
    @app.view("case.escalate")
    def submit_new_case(ack: Ack, body: dict[str, Any], client: Any) -> None:
        form = forms.read_new_case(body["view"])
        new = opening.NewCase(
            title=form.title,
            description=form.description,
            project=form.project,
            type=form.type,
            priority=form.priority,
            assignee=form.assignee,
            teams=form.teams,
            due=form.due,
            attributes=form.attributes,
            post=form.post,
        )
        outcome = opening.open_case(desk.db, desk.act(body, "form"), new, desk.workspace, channel=form.channel)
        if outcome.entry is None:
            ack(response_action="update", view=forms.already_view(outcome.case, form.post, desk.workspace))
        else:
            ack(response_action="update", view=forms.opened_view(outcome.case, desk.workspace))

    @app.view("case.add")
    def submit_add_to_case(ack: Ack, body: dict[str, Any], client: Any) -> None:
        form = forms.read_add(body["view"])
        outcome = evidence.add_to_case(desk.db, desk.act(body, "form"), form.case, form.post, form.note, desk.workspace)
        ack(response_action="update", view=answers.changed_view(outcome.case, outcome.entry, desk.workspace))


def register_changes(app: App, desk: Desk) -> None:
    def submits(callback: str, change: Callable[[Act, int, Body], Outcome]) -> None:
        @app.view(callback)
        def submit(ack: Ack, body: dict[str, Any], client: Any) -> None:
            target = forms.read_target(body["view"])
            outcome = change(desk.act(body, "form", target.version), target.case_id, body["view"])
            refresh_details(desk, body, client, outcome)
            ack()

    submits("case.edit", lambda act, case, view: working.edit_case(desk.db, act, case, edits(view)))
    submits("case.assign", lambda act, case, view: assign(desk, act, case, view))
    submits("case.close", lambda act, case, view: close(desk, act, case, view))
    submits("case.status", lambda act, case, view: working.set_status(desk.db, act, case, forms.read_status(view)))
    submits("case.note", lambda act, case, view: working.note_case(desk.db, act, case, forms.read_note(view)))
    submits("case.due", lambda act, case, view: working.set_due(desk.db, act, case, forms.read_due(view)))
    submits("case.archive", lambda act, case, view: working.archive_case(desk.db, act, case))
    submits("case.incident", lambda act, case, view: declare(desk, act, case, view))
    submits("case.snooze", lambda act, case, view: snoozing.snooze_case(desk.db, act, case, forms.read_until(view)))
    submits("case.relate", lambda act, case, view: relate(desk, act, case, view))


def edits(view: Body) -> working.Edits:
    form = forms.read_edit(view)
    return working.Edits(
        title=form.title,
        description=form.description,
        priority=form.priority,
        assignee=form.assignee,
        due=form.due,
        teams=form.teams,
        attributes=form.attributes,
    )


def assign(desk: Desk, act: Act, case: int, view: Body) -> Outcome:
    form = forms.read_assign(view)
    return working.assign_case(desk.db, act, case, person=form.person, team=form.team, nobody=form.nobody)


def close(desk: Desk, act: Act, case: int, view: Body) -> Outcome:
    form = forms.read_close(view)
    return working.close_case(desk.db, act, case, form.reason, form.status, form.note)


def declare(desk: Desk, act: Act, case: int, view: Body) -> Outcome:
    form = forms.read_incident(view)
    declared = incidents.Declared(form.severity, form.commander, form.name, form.is_private, form.archives, form.pager)
    return incidents.declare_incident(desk.db, act, case, declared)


def relate(desk: Desk, act: Act, case: int, view: Body) -> Outcome:
    form = forms.read_relate(view)
    return working.relate_case(desk.db, act, case, form.kind, form.other)


def refresh_details(desk: Desk, body: Body, client: Any, outcome: Outcome) -> None:
    """The Details beneath a form that was opened from them."""
    below = body["view"].get("previous_view_id")
    if not below:
        return
    page = looking.show_details(desk.db, desk.act(body, "details"), outcome.case.id)
    desk.replies.send(
        client.views_update, view_id=below, view=details.details_view(page, desk.workspace, now=desk.now())
    )


def register_projects(app: App, desk: Desk) -> None:
    @app.view("project.new")
    def submit_new_project(ack: Ack, body: dict[str, Any]) -> None:
        form = forms.read_project(body["view"])
        project = projects.create_project(
            desk.db,
            desk.act(body, "form"),
            key=form.key,
            name=form.name,
            home_channel=form.home_channel,
            retention_months=form.retention_months,
            guests_allowed=form.guests_allowed,
            copy_first=form.copy_first,
            close_after_days=form.close_after_days,
        )
        ack(response_action="update", view=forms.project_view(project, created=True))

    @app.view("project.edit")
    def submit_project(ack: Ack, body: dict[str, Any]) -> None:
        form = forms.read_project(body["view"])
        project, _ = projects.change_project(
            desk.db,
            desk.act(body, "form"),
            form.key,
            name=form.name,
            home_channel=form.home_channel,
            retention_months=form.retention_months,
            guests_allowed=form.guests_allowed,
            copy_first=form.copy_first,
            close_after_days=form.close_after_days,
        )
        ack(response_action="update", view=forms.project_view(project, created=False))
