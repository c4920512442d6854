"""views.*: modals and the Home tab."""

from ..modals import check_view, open_modal, publish_home, push_modal, update_view
from ..records import View
from ..wire import Json, Refused
from .method import Call, method


def _answer(call: Call, view: View) -> Json:
    return {"view": call.platform.view_json(view)}


def _trigger_argument(call: Call) -> str:
    return call.text("trigger_id") or call.text("interactivity_pointer")


@method("views.open", "t4", "", "view", "trigger_id interactivity_pointer")
def open_view(call: Call) -> Json:
    body = check_view(call.platform, call.args["view"], "modal")
    trigger = call.platform.tickets.use_trigger(_trigger_argument(call))
    return _answer(call, open_modal(call.platform, trigger.person, body, trigger.channel))


@method("views.push", "t4", "", "view", "trigger_id interactivity_pointer")
def push_view(call: Call) -> Json:
    body = check_view(call.platform, call.args["view"], "modal")
    trigger = call.platform.tickets.use_trigger(_trigger_argument(call))
    if not trigger.view or not call.platform.workspace.stack(trigger.person):
        raise Refused("invalid_trigger_id", "[ERROR] a view is pushed by an interaction in an open modal")
    return _answer(call, push_modal(call.platform, trigger.person, body, trigger.channel))


@method("views.update", "t4", "", "view", "view_id external_id hash")
def update(call: Call) -> Json:
    view = _wanted(call)
    body = check_view(call.platform, call.args["view"], view.kind)
    if call.text("hash") and call.text("hash") != view.hash:
        raise Refused("hash_conflict")
    return _answer(call, update_view(call.platform, view, body))


def _wanted(call: Call) -> View:
    views, external = call.platform.workspace.views, call.text("external_id")
    if not external and not call.text("view_id"):
        raise Refused("invalid_arguments", "[ERROR] view_id or external_id is needed [json-pointer:/]")
    by_external = (v for v in views.values() if external and v.body.get("external_id") == external)
    view = next(by_external, None) if external else views.get(call.text("view_id"))
    if view is None:
        raise Refused("not_found")
    return view


@method("views.publish", "t4", "", "user_id view", "hash")
def publish(call: Call) -> Json:
    if not call.platform.manifest.home_tab:
        raise Refused("not_enabled")
    person = call.user("user_id", "invalid_arguments")
    body = check_view(call.platform, call.args["view"], "home")
    home = call.platform.workspace.home(person.id)
    if call.text("hash") and (home is None or home.hash != call.text("hash")):
        raise Refused("hash_conflict")
    return _answer(call, publish_home(call.platform, person.id, body))
