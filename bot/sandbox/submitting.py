"""Submitting and closing modals: what Slack's client checks itself, and what the app may answer."""

import re
from typing import TYPE_CHECKING, Any

from . import payloads
from .blockkit import Found, interactive
from .blockkit.walk import VALUE_KEYS
from .inputs import is_empty
from .modals import check_view, clear_modals, push_modal, update_view
from .outcome import Outcome
from .people import interact
from .records import View
from .wire import Impossible, Json, Refused

if TYPE_CHECKING:
    from .platform import Platform

TROUBLE = "We had some trouble connecting. Try again?"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def _open_view(platform: "Platform", person_id: str, view_id: str) -> View:
    stack = platform.workspace.stack(person_id)
    if not stack or stack[-1].id != view_id:
        raise Impossible("this modal is not on top any more" if view_id in [v.id for v in stack] else "it is closed")
    return stack[-1]


# -- what the client checks ---------------------------------------------------------------------------------------
def client_errors(view: View) -> dict[str, str]:
    """Block id → what Slack's client says before anything is sent."""
    errors = {}
    for found in interactive(view.body["blocks"]):
        if found.is_input:
            state = view.values.get(found.block_id, {}).get(found.action_id, {"type": found.element["type"]})
            error = _client_error(found, state)
            if error:
                errors[found.block_id] = error
    return errors


def _client_error(found: Found, state: Json) -> str:
    element, value = found.element, state.get(VALUE_KEYS[found.element["type"]])
    if is_empty(state):
        return "" if found.block.get("optional") else "Please complete this required field."
    check = _CLIENT_CHECKS.get(element["type"])
    return check(element, value) if check else ""


def _email_error(element: Json, value: Any) -> str:
    return "" if _EMAIL.fullmatch(value) else "Please enter a valid email address."


def _url_error(element: Json, value: Any) -> str:
    return "" if re.match(r"[a-z][a-z0-9+.-]*://\S+$", value) else "Please enter a valid URL."


def _files_error(element: Json, value: Any) -> str:
    most, kinds = element.get("max_files", 10), element.get("filetypes")
    if len(value) > most:
        return f"At most {most} files."
    wrong = [file["name"] for file in value if kinds and file["name"].rsplit(".", 1)[-1] not in kinds]
    return f"{wrong[0]} has a type that cannot be uploaded here." if wrong else ""


def _length_error(element: Json, value: Any) -> str:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < least:
        return f"Please enter at least {least} characters."
    return f"Please enter at most {most} characters." if len(value) > most else ""


def _number_error(element: Json, value: Any) -> str:
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, value):
        return "Please enter a number."
    if "min_value" in element and float(value) < float(element["min_value"]):
        return f"Must be at least {element['min_value']}."
    if "max_value" in element and float(value) > float(element["max_value"]):
        return f"Must be at most {element['max_value']}."
    return ""


_CLIENT_CHECKS = {
    "plain_text_input": _length_error,
    "email_text_input": _email_error,
    "url_text_input": _url_error,
    "number_input": _number_error,
    "file_input": _files_error,
}


# -- submitting ---------------------------------------------------------------------------------------------------
async def submit(platform: "Platform", person_id: str, view_id: str) -> Outcome:
    view = _open_view(platform, person_id, view_id)
    if not view.body.get("submit"):
        raise Impossible("this modal has no submit button")
    view.trouble, view.errors = "", client_errors(view)
    if view.errors:
        platform.workspace.changed("view", person=person_id, view=view.id)
        return Outcome(errors=dict(view.errors), view=view.id)
    payload = payloads.submission(platform, person_id, view, _response_urls(platform, view))
    outcome = await interact(platform, person_id, payload)
    outcome.view = view.id
    if outcome.error:
        view.trouble = TROUBLE
        platform.workspace.changed("view", person=person_id, view=view.id)
        return outcome
    _apply(platform, view, outcome)
    return outcome


def _response_urls(platform: "Platform", view: View) -> list[Json]:
    urls = []
    for found in interactive(view.body["blocks"]):
        state = view.values.get(found.block_id, {}).get(found.action_id, {})
        channel = state.get("selected_conversation") or state.get("selected_channel")
        if found.element.get("response_url_enabled") and channel:
            address = platform.response_address(platform.tickets.new_url(view.person, channel))
            url = {"block_id": found.block_id, "action_id": found.action_id, "channel_id": channel}
            urls.append(url | {"response_url": address})
    return urls


def _apply(platform: "Platform", view: View, outcome: Outcome) -> None:
    """Carries out the response action. A wrong one is recorded, and the person sees Slack's trouble notice."""
    answer = outcome.ack or {}
    try:
        _act_on(platform, view, answer, outcome)
    except Refused as refused:
        platform.traffic.refuse("view_submission", str(refused), answer)
        outcome.error = view.trouble = TROUBLE
        platform.workspace.show(view.person, TROUBLE)
    platform.workspace.changed("view", person=view.person, view=view.id)


def _act_on(platform: "Platform", view: View, answer: Json, outcome: Outcome) -> None:
    action = answer.get("response_action")
    allowed = {"errors": {"errors"}, "update": {"view"}, "push": {"view"}, "clear": set(), None: set()}
    if action not in allowed or set(answer) - {"response_action"} - allowed[action]:
        raise Refused("invalid_arguments", f"[ERROR] not a response action: {sorted(answer)} {action}")
    if view.id not in platform.workspace.views:
        outcome.closed = True
    elif action == "errors":
        view.errors = outcome.errors = _checked_errors(view, answer.get("errors"))
    elif action == "update":
        update_view(platform, view, check_view(platform, answer.get("view"), "modal"))
    elif action == "push":
        push_modal(platform, view.person, check_view(platform, answer.get("view"), "modal"), view.opened_from)
    elif action == "clear":
        clear_modals(platform, view.person)
        outcome.closed = True
    else:
        platform.workspace.forget_view(view)
        outcome.closed = True


def _checked_errors(view: View, errors: Any) -> dict[str, str]:
    inputs = {block.get("block_id") for block in view.body["blocks"] if block.get("type") == "input"}
    if not isinstance(errors, dict) or not errors:
        raise Refused("invalid_arguments", "[ERROR] errors must map block ids to texts [json-pointer:/errors]")
    for block_id, text in errors.items():
        if block_id not in inputs:
            raise Refused("invalid_arguments", f"[ERROR] {block_id} is no input block of this view")
        if not isinstance(text, str) or not text:
            raise Refused("invalid_arguments", f"[ERROR] the error of {block_id} must be a text")
    return dict(errors)


# -- closing ------------------------------------------------------------------------------------------------------
async def close(platform: "Platform", person_id: str, view_id: str, everything: bool = False) -> Outcome:
    """Cancel closes the top modal, or all where it says `clear_on_close`; `everything` is the X of a stack."""
    view = _open_view(platform, person_id, view_id)
    stack = platform.workspace.stack(person_id)
    cleared = everything or bool(view.body.get("clear_on_close"))
    told = stack[0] if cleared else view
    payload = payloads.closed(platform, person_id, told, cleared) if told.body.get("notify_on_close") else None
    for gone in stack if cleared else [view]:
        platform.workspace.forget_view(gone)
    if payload is None:
        return Outcome(closed=True, view=view_id)
    outcome = await interact(platform, person_id, payload)
    outcome.closed = True
    return outcome
