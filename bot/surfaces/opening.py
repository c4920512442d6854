"""Opening modals: the one call to Slack that a click's trigger is for."""

from typing import Any

from bot.domain.act import Act
from bot.domain.reading import PostRef
from bot.surfaces.desk import Body, Desk, is_in_modal, is_on_top_of_two
from bot.usecases import inbox_forms, incidents, intake_sources, looking, opening
from bot.usecases.opening import NoProject
from bot.views import forms
from bot.views.forms import intake
from bot.views.inboxes import LIST
from bot.views.queries import typed_query


def open_modal(client: Any, body: Body, view: dict[str, Any]) -> Any:
    """On top of the modal that the person is in, else as a new one. Slack stacks three: a fourth replaces the third.

    What Slack answers, which holds the view's id and hash.
    """
    if is_on_top_of_two(body):
        return client.views_update(view_id=body["view"]["id"], view=view)
    call = client.views_push if is_in_modal(body) else client.views_open
    return call(trigger_id=body["trigger_id"], view=view)


def project_view(desk: Desk, act: Act, key: str) -> dict[str, Any]:
    """The form of a project, and where its alerts come from."""
    found = intake_sources.intake_of(desk.db, act, key)
    below = intake.intake_blocks(found, desk.now())
    return forms.project_form(found.project, systems=desk.workspace.systems, below=below)


def open_new_form(
    desk: Desk,
    body: Body,
    client: Any,
    *,
    act: Act,
    channel: str | None = None,
    title: str = "",
    post: PostRef | None = None,
) -> None:
    """The New case form; an admin without any project is led to create one instead."""
    try:
        form = opening.case_form(desk.db, act, channel=channel, title=title, post=post)
    except NoProject as missing:
        if not missing.can_create:
            raise
        open_modal(client, body, forms.project_form(channel=channel, first=True))
        return
    open_modal(client, body, forms.new_case_form(form, channel=channel))


def open_edit_form(desk: Desk, body: Body, client: Any, act: Act, ref: str | int) -> None:
    open_modal(client, body, forms.edit_case_form(looking.edit_form(desk.db, act, ref)))


def open_incident_form(desk: Desk, body: Body, client: Any, act: Act, ref: str | int) -> None:
    """Whoever asks for it is suggested as its commander."""
    found = incidents.case_to_declare(desk.db, act, ref)
    open_modal(client, body, forms.incident_form(found.case, act.actor, found.pagers))


def open_new_inbox(desk: Desk, body: Body, client: Any, query: str = "") -> None:
    form = inbox_forms.new_form(desk.db, desk.act(body, "inbox"), typed_query(query))
    open_modal(client, body, forms.inbox_form(form, below=page_below(body)))


def open_edit_inbox(desk: Desk, body: Body, client: Any, inbox_id: int) -> None:
    form = inbox_forms.edit_form(desk.db, desk.act(body, "inbox"), inbox_id)
    open_modal(client, body, forms.inbox_form(form, below=page_below(body)))


def page_below(body: Body) -> int:
    """Which page of the list of inboxes the person is looking at in a modal; 0 where it is something else."""
    view = body.get("view") or {}
    return int(view["private_metadata"]) if view.get("callback_id") == LIST else 0
