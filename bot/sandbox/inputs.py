"""What is typed and chosen in elements: initial values, values people give, and how they go to the app."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .blockkit import Found, interactive, options_of, text_of
from .blockkit.walk import VALUE_KEYS
from .wire import Impossible, Json

if TYPE_CHECKING:
    from .workspace import Workspace

_INITIAL_KEYS = {
    "value": "initial_value", "selected_option": "initial_option", "selected_options": "initial_options",
    "selected_user": "initial_user", "selected_users": "initial_users",
    "selected_conversation": "initial_conversation", "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel", "selected_channels": "initial_channels", "selected_date": "initial_date",
    "selected_time": "initial_time", "selected_date_time": "initial_date_time", "rich_text_value": "initial_value",
}  # fmt: skip
_LISTS = frozenset(key for key in VALUE_KEYS.values() if key.endswith("s"))
Values = dict[str, dict[str, Json]]


def initial_state(element: Json, here: str = "") -> Json:
    """`here`: the conversation that `default_to_current_conversation` means."""
    key = VALUE_KEYS[element["type"]]
    value = element.get(_INITIAL_KEYS.get(key, ""))
    if value is None and here and element.get("default_to_current_conversation"):
        value = [here] if key in _LISTS else here
    if value is None and key in _LISTS:
        value = []
    state: Json = {"type": element["type"], key: value}
    if element["type"] == "timepicker" and element.get("timezone"):
        state["timezone"] = element["timezone"]
    return state


def initial_values(blocks: list[Json], here: str = "", attachments: list[Json] | None = None) -> Values:
    values: Values = {}
    for found in interactive(blocks, attachments):
        if found.element.get("type") in VALUE_KEYS:
            values.setdefault(found.block_id, {})[found.action_id] = initial_state(found.element, here)
    return values


def kept_values(old: Values, blocks: list[Json], here: str = "") -> Values:
    """After an update: what was typed stays where block id, action id and type are the same (docs: Modals)."""
    values = initial_values(blocks, here)
    elements = {(found.block_id, found.action_id): found.element for found in interactive(blocks)}
    for block_id, actions in values.items():
        for action_id, state in actions.items():
            before = old.get(block_id, {}).get(action_id)
            if before and before["type"] == state["type"] and _still_offered(before, elements[(block_id, action_id)]):
                actions[action_id] = before
    return values


def _still_offered(state: Json, element: Json) -> bool:
    options = options_of(element)
    chosen = state.get("selected_option") or None
    return not options or chosen is None or chosen.get("value") in [option.get("value") for option in options]


def is_empty(state: Json) -> bool:
    value = state.get(VALUE_KEYS[state["type"]])
    return value is None or value in ("", [])


# -- values from people -------------------------------------------------------------------------------------------
def typed_state(element: Json, value: Any, workspace: "Workspace", offered: list[Json] | None = None) -> Json:
    """The state after a person gave `value`; None clears. `offered`: the options of an external select.

    Options by value or text, people and channels by id or name, lists for multi elements, `YYYY-MM-DD`, `HH:mm`,
    Unix seconds. Raises Impossible for what the element doesn't offer.
    """
    key = VALUE_KEYS[element["type"]]
    state = initial_state(element)
    if value is None:
        return state | {key: [] if key in _LISTS else None}
    if key in _LISTS and key != "files":
        chosen = [_one(element, item, workspace, offered) for item in _as_list(value)]
        most = element.get("max_selected_items")
        if most and len(chosen) > most:
            raise Impossible(f"at most {most} can be chosen")
        return state | {key: chosen}
    return state | {key: _one(element, value, workspace, offered)}


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple | set) else [value]


def _one(element: Json, value: Any, workspace: "Workspace", offered: list[Json] | None) -> Any:
    kind = element["type"]
    if "users_select" in kind:
        return _user(str(value), workspace)
    if "conversations_select" in kind or "channels_select" in kind:
        return _conversation(element, str(value), workspace)
    if VALUE_KEYS[kind] in ("selected_option", "selected_options"):
        return option(options_of(element) if offered is None else offered, value)
    convert: dict[str, Callable[[Any], Any]] = {
        "datetimepicker": int,
        "rich_text_input": lambda given: given if isinstance(given, dict) else _rich_text(str(given)),
        "file_input": _as_list,
    }
    return convert.get(kind, str)(value)


def _user(word: str, workspace: "Workspace") -> str:
    user = workspace.find_user(word)
    if user is None:
        raise Impossible(f"there is nobody called {word}")
    return user.id


def _rich_text(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def _conversation(element: Json, word: str, workspace: "Workspace") -> str:
    conversation = workspace.find_conversation(word)
    if conversation is None:
        raise Impossible(f"there is no channel {word}")
    include = (element.get("filter") or {}).get("include")
    if "channels_select" in element["type"]:
        include = ["public"]
    if include and conversation.kind not in include:
        raise Impossible(f"{word} is not offered here: only {', '.join(include)}")
    return conversation.id


def option(options: list[Json], wanted: Any) -> Json:
    """By value, by text, or by text without regard to case."""
    word = str(wanted.get("value")) if isinstance(wanted, dict) else str(wanted)
    for test in (
        lambda o: o.get("value") == word,
        lambda o: text_of(o.get("text")) == word,
        lambda o: text_of(o.get("text")).casefold() == word.casefold(),
    ):
        hits = [candidate for candidate in options if test(candidate)]
        if hits:
            return hits[0]
    offered = ", ".join(text_of(candidate.get("text")) for candidate in options) or "nothing"
    raise Impossible(f"{word!r} is not offered, only: {offered}")


def action_of(found: Found, state: Json | None, action_ts: str, chosen: Json | None = None) -> Json:
    """An entry of `actions`. `state` for elements with a value, `chosen` for an overflow's option."""
    element = found.element
    action: Json = {
        "type": element["type"],
        "block_id": found.block_id,
        "action_id": found.action_id,
        "action_ts": action_ts,
    }
    for key in ("text", "value", "style", "url", "placeholder"):
        if key in element and (key != "placeholder" or state is not None):
            action[key] = element[key]
    for key in ("initial_option", "initial_options", "initial_user", "initial_date", "initial_conversation"):
        if key in element:
            action[key] = element[key]
    if chosen is not None:
        action["selected_option"] = chosen
    return action | {k: v for k, v in (state or {}).items() if k != "type"}
