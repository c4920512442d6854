"""Views: the stack of modals that a person has open, and their Home tab."""

import json
from typing import TYPE_CHECKING, Any

from . import blockkit
from .inputs import initial_values, kept_values
from .records import View
from .wire import Json, Refused

if TYPE_CHECKING:
    from .platform import Platform

STACK_LIMIT = 3
VIEW_BYTES = 250 * 1024


def check_view(platform: "Platform", body: Any, kind: str) -> Json:
    """The view with ids filled in. Raises Refused."""
    if not isinstance(body, dict):
        raise Refused("invalid_arguments", "[ERROR] must be a view object [json-pointer:/view]")
    if body.get("type") not in ("modal", "home"):
        raise Refused("invalid_arguments", "[ERROR] type must be modal or home [json-pointer:/view/type]")
    if body["type"] != kind:
        raise Refused("invalid_arguments", f"[ERROR] the view must be a {kind} [json-pointer:/view/type]")
    problems = blockkit.view_problems(body)
    if problems:
        raise Refused("invalid_arguments", *problems)
    if len(json.dumps(body).encode()) > VIEW_BYTES:
        raise Refused("view_too_large")
    return body | {"blocks": blockkit.with_ids(body["blocks"])}


def _check_external_id(platform: "Platform", body: Json, own: str = "") -> None:
    wanted = body.get("external_id")
    if wanted and any(v.body.get("external_id") == wanted and v.id != own for v in platform.workspace.views.values()):
        raise Refused("duplicate_external_id")


def open_modal(platform: "Platform", person: str, body: Json, opened_from: str) -> View:
    """A new stack; modals that were open are gone without notice."""
    _check_external_id(platform, body)
    for view in platform.workspace.stack(person):
        platform.workspace.forget_view(view)
    return _add(platform, person, body, opened_from)


def push_modal(platform: "Platform", person: str, body: Json, opened_from: str) -> View:
    stack = platform.workspace.stack(person)
    if len(stack) >= STACK_LIMIT:
        raise Refused("push_limit_reached")
    _check_external_id(platform, body)
    return _add(platform, person, body, opened_from)


def _add(platform: "Platform", person: str, body: Json, opened_from: str) -> View:
    workspace = platform.workspace
    stack = workspace.stack(person)
    view_id = workspace.new_id("V")
    root, previous = (stack[0].id, stack[-1].id) if stack else (view_id, "")
    view = View(view_id, "modal", person, body, workspace.new_hash(), root, previous, opened_from=opened_from)
    view.values = initial_values(body["blocks"], opened_from)
    workspace.views[view_id] = view
    workspace.stacks.setdefault(person, []).append(view_id)
    workspace.changed("view", person=person, view=view_id)
    return view


def update_view(platform: "Platform", view: View, body: Json) -> View:
    _check_external_id(platform, body, view.id)
    view.body, view.hash, view.version = body, platform.workspace.new_hash(), view.version + 1
    view.values = kept_values(view.values, body["blocks"], view.opened_from)
    view.errors, view.trouble = {}, ""
    platform.workspace.changed(view.kind if view.kind == "home" else "view", person=view.person, view=view.id)
    return view


def publish_home(platform: "Platform", person: str, body: Json) -> View:
    """The first publication makes the view, later ones replace its content and keep its id."""
    workspace = platform.workspace
    home = workspace.home(person)
    if home is not None:
        return update_view(platform, home, body)
    view_id = workspace.new_id("V")
    home = View(view_id, "home", person, body, workspace.new_hash(), view_id, values=initial_values(body["blocks"]))
    workspace.views[view_id], workspace.homes[person] = home, view_id
    workspace.changed("home", person=person, view=view_id)
    return home


def clear_modals(platform: "Platform", person: str) -> None:
    for view in platform.workspace.stack(person):
        platform.workspace.forget_view(view)
