"""What people do with elements: press, choose, type, search, in messages, modals and the Home tab."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import blockkit, payloads
from .blockkit import Found, interactive
from .blockkit.walk import PRESSED, VALUE_KEYS
from .inputs import Values, action_of, initial_values, option, typed_state
from .outcome import Outcome
from .people import interact, person, store_file, visible_post
from .records import Post, View
from .text import shown
from .wire import Impossible, Json

if TYPE_CHECKING:
    from .platform import Platform


@dataclass(frozen=True)
class Where:
    """A message (`channel` and `ts`) or a view."""

    channel: str = ""
    ts: str = ""
    view: str = ""


@dataclass(frozen=True)
class Which:
    """How a person means an element: by action id, block id or visible `name`; `within` a row with these words,
    or the one whose button carries `value`; `block`: in the block with this id."""

    name: str
    within: str = ""
    value: str = ""
    block: str = ""


@dataclass
class Source:
    """Where an element is, opened up."""

    at: Post | View

    @property
    def view(self) -> View | None:
        return self.at if isinstance(self.at, View) else None

    @property
    def blocks(self) -> list[Json]:
        return list(self.at.body.get("blocks") or [])

    @property
    def attachments(self) -> list[Json]:
        return list(self.at.body.get("attachments") or [])


def open_source(platform: "Platform", person_id: str, where: Where) -> Source:
    if not where.view:
        return Source(visible_post(platform, person_id, where.channel, where.ts))
    view = platform.workspace.views.get(where.view)
    if view is None or view.person != person_id:
        raise Impossible(f"{person(platform, person_id).name} has no view {where.view} open")
    stack = platform.workspace.stack(person_id)
    if view.kind == "modal" and stack[-1] is not view:
        raise Impossible(f"another modal lies on top: {blockkit.text_of(stack[-1].body.get('title'))}")
    return Source(view)


def find(platform: "Platform", source: Source, which: Which, kinds: frozenset[str]) -> Found:
    """The one element of these kinds that is meant. Raises Impossible when there is none or more than one."""
    everything = [f for f in interactive(source.blocks, source.attachments) if f.element.get("type") in kinds]
    candidates = [f for f in everything if _in_row(platform, f, which)]
    for names in (_ids, labels, _loose_labels):
        hits = [f for f in candidates if _plain(which.name, names) in names(platform, f)]
        if len(hits) == 1:
            return hits[0]
        if hits:
            raise Impossible(f"{len(hits)} elements are called {which.name!r}: say within= or value=")
    offered = ", ".join(dict.fromkeys((labels(platform, f) or [f.action_id])[0] for f in everything))
    raise Impossible(f"nothing is called {which.name!r} here, only: {offered or 'nothing to act on'}")


def _plain(name: str, names: Any) -> str:
    return _loose(name) if names is _loose_labels else name


def _ids(platform: "Platform", found: Found) -> list[str]:
    return [found.action_id, found.block_id] if found.is_input else [found.action_id]


def labels(platform: "Platform", found: Found) -> list[str]:
    """The names by which a person would call it."""
    return [shown(label, platform.workspace) for label in found.labels()]


def _loose_labels(platform: "Platform", found: Found) -> list[str]:
    return [_loose(label) for label in labels(platform, found)] + [found.block_id]


def _loose(label: str) -> str:
    """Without case, emoji codes, and dots or colons at the end."""
    words = [word for word in label.split() if not (word.startswith(":") and word.endswith(":") and len(word) > 2)]
    return " ".join(words).rstrip(".:…").casefold()


def _in_row(platform: "Platform", found: Found, which: Which) -> bool:
    if which.value and found.element.get("value") != which.value:
        return False
    if which.block and found.block_id != which.block:
        return False
    if not which.within:
        return True
    near = f"{found.near} {' '.join(blockkit.texts([found.block]))}"
    return which.within in near or which.within in shown(near, platform.workspace)


# -- pressing and choosing ----------------------------------------------------------------------------------------
async def click(platform: "Platform", person_id: str, where: Where, which: Which, confirm: bool = True) -> Outcome:
    """Presses a button. A confirmation is accepted, or with `confirm` False declined."""
    source = open_source(platform, person_id, where)
    found = find(platform, source, which, PRESSED - {"overflow"})
    if found.element.get("confirm") and not confirm:
        return Outcome(declined=True)
    outcome = await _act(platform, person_id, source, found, None, None)
    outcome.url = str(found.element.get("url", ""))
    return outcome


async def choose(
    platform: "Platform", person_id: str, where: Where, which: Which, value: Any, confirm: bool = True
) -> Outcome:
    """Chooses in a select, overflow, picker, checkboxes; `value` as `typed_state` takes it."""
    source = open_source(platform, person_id, where)
    found = find(platform, source, which, frozenset(VALUE_KEYS) | {"overflow"})
    if found.element["type"] == "overflow":
        chosen = option(found.element["options"], value)
        if found.element.get("confirm") and not confirm:
            return Outcome(declined=True)
        outcome = await _act(platform, person_id, source, found, None, chosen)
        outcome.url = str(chosen.get("url", ""))
        return outcome
    state = await _wanted_state(platform, person_id, source, found, value)
    if found.element.get("confirm") and not confirm:
        return Outcome(declined=True)
    return await _enter(platform, person_id, source, found, state)


async def _wanted_state(platform: "Platform", person_id: str, source: Source, found: Found, value: Any) -> Json:
    """For an external select people type until what they look for is offered; a whole option was offered already."""
    if "external_select" not in found.element["type"] or value is None:
        return typed_state(found.element, value, platform.workspace)
    offered: list[Json] = []
    for item in value if isinstance(value, list | tuple) else [value]:
        if isinstance(item, dict) and "text" in item:
            offered.append(item)
            continue
        query = str(item.get("value")) if isinstance(item, dict) else str(item)
        offered += (await _suggest(platform, person_id, source, found, query)).options
    return typed_state(found.element, value, platform.workspace, offered)


async def _enter(platform: "Platform", person_id: str, source: Source, found: Found, state: Json) -> Outcome:
    """Keeps the value, and tells the app where the element is one that does."""
    values = _values(platform, person_id, source)
    values.setdefault(found.block_id, {})[found.action_id] = state
    if source.view is not None:
        source.view.errors.pop(found.block_id, None)
        platform.workspace.changed("view", person=person_id, view=source.view.id)
    if found.is_input and not found.block.get("dispatch_action"):
        return Outcome(view=source.view.id if source.view else "")
    return await _act(platform, person_id, source, found, state, None)


def _values(platform: "Platform", person_id: str, source: Source) -> Values:
    if isinstance(source.at, View):
        return source.at.values
    key = (person_id, source.at.channel, source.at.ts)
    known = platform.message_values.setdefault(key, {})
    for block_id, actions in initial_values(source.blocks, "", source.attachments).items():
        for action_id, state in actions.items():
            known.setdefault(block_id, {}).setdefault(action_id, state)
    return known


async def _act(
    platform: "Platform", person_id: str, source: Source, found: Found, state: Json | None, chosen: Json | None
) -> Outcome:
    action = action_of(found, state, platform.workspace.new_ts(), chosen)
    if isinstance(source.at, View):
        payload = payloads.view_actions(platform, person_id, source.at, action)
    else:
        values = _values(platform, person_id, source)
        payload = payloads.message_actions(platform, person_id, source.at, values, action)
    outcome = await interact(platform, person_id, payload)
    if outcome.error and source.view is not None:
        source.view.trouble = "We had some trouble connecting. Try again?"
        platform.workspace.changed("view", person=person_id, view=source.view.id)
    return outcome


# -- typing -------------------------------------------------------------------------------------------------------
async def fill(platform: "Platform", person_id: str, view_id: str, which: Which, value: Any) -> Outcome:
    """Types into, or chooses in, one field of a modal or Home tab."""
    source = open_source(platform, person_id, Where(view=view_id))
    found = find(platform, source, which, frozenset(VALUE_KEYS))
    state = await _wanted_state(platform, person_id, source, found, value)
    if found.element["type"] == "file_input":
        state["files"] = _uploaded(platform, person_id, state["files"] or [])
    return await _enter(platform, person_id, source, found, state)


def _uploaded(platform: "Platform", person_id: str, files: list[Json]) -> list[Json]:
    return [store_file(platform, person_id, entry) if "content" in entry else entry for entry in files]


async def suggest(platform: "Platform", person_id: str, where: Where, which: Which, query: str) -> Outcome:
    """What an external select offers for `query`. Raises Impossible below its min_query_length (default 3)."""
    source = open_source(platform, person_id, where)
    kinds = frozenset(("external_select", "multi_external_select"))
    return await _suggest(platform, person_id, source, find(platform, source, which, kinds), query)


async def _suggest(platform: "Platform", person_id: str, source: Source, found: Found, query: str) -> Outcome:
    least = found.element.get("min_query_length", 3)
    if len(query) < least:
        raise Impossible(f"nothing is offered before {least} characters are typed, this is {query!r}")
    payload = payloads.suggestion(platform, person_id, found.block_id, found.action_id, query)
    if isinstance(source.at, View):
        payload |= {"container": {"type": "view", "view_id": source.at.id}}
        payload["view"] = platform.view_json(source.at)
    else:
        payload |= payloads.message_source(platform, source.at)
    outcome = await interact(platform, person_id, payload)
    if not outcome.error:
        _read_options(platform, person_id, outcome)
    return outcome


def _read_options(platform: "Platform", person_id: str, outcome: Outcome) -> None:
    answer = outcome.ack or {}
    problems = blockkit.suggestion_problems(answer)
    if problems:
        platform.traffic.refuse("block_suggestion", "; ".join(problems), answer)
        outcome.error = "the options could not be loaded"
        platform.workspace.show(person_id, outcome.error)
        return
    outcome.options = blockkit.options_of(answer)
