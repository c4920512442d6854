"""What people have before them: messages, answers, modals, the Home tab. Each looks at the workspace anew."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from . import acting, submitting
from .acting import Where, Which
from .blockkit import Found, interactive, options_of, text_of, texts
from .blockkit.walk import VALUE_KEYS
from .inputs import is_empty
from .outcome import Outcome
from .records import Post, View
from .shapes import message_json
from .text import shown
from .wire import Impossible, Json

if TYPE_CHECKING:
    from .slack import LocalSlack


def plain(value: Any) -> Any:
    """What a test gives, as the functions of `acting` take it: handles become ids, dates strings, files base64."""
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], bytes):
        return {"name": value[0], "content": base64.b64encode(value[1]).decode()}
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in value]
    return getattr(value, "id", value)


@dataclass(frozen=True)
class Answer:
    """What came of an act; the fields are those of `Outcome`."""

    slack: "LocalSlack" = field(repr=False, compare=False)
    outcome: Outcome

    @property
    def ms(self) -> float:
        return self.outcome.ms

    @property
    def timed_out(self) -> bool:
        return self.outcome.timed_out

    @property
    def error(self) -> str:
        return self.outcome.error

    @property
    def ok(self) -> bool:
        return not self.outcome.error and not self.outcome.errors

    @property
    def text(self) -> str:
        return self.outcome.text

    @property
    def blocks(self) -> list[Json]:
        return self.outcome.blocks

    @property
    def shown(self) -> str:
        """The answer as it is read: the blocks where there are some, else the text."""
        return _readable(self.slack, self.outcome.text, self.outcome.blocks, self.outcome.attachments)

    @property
    def errors(self) -> dict[str, str]:
        return self.outcome.errors

    @property
    def closed(self) -> bool:
        return self.outcome.closed

    @property
    def declined(self) -> bool:
        return self.outcome.declined

    @property
    def url(self) -> str:
        """Where a link button leads."""
        return self.outcome.url

    @property
    def ack(self) -> Json | None:
        return self.outcome.ack

    @property
    def message(self) -> "Message":
        """The message that the answer to a command became. Raises AssertionError when there was none."""
        if not self.outcome.ts:
            raise Impossible(f"there was no answer, but: {self.error or 'nothing'}")
        return Message(self.slack, self.outcome.channel, self.outcome.ts)


def _readable(slack: "LocalSlack", text: str, blocks: list[Json], attachments: list[Json]) -> str:
    parts = list(texts(blocks)) if blocks else [text]
    for attachment in attachments:
        parts += [str(attachment.get(key, "")) for key in ("pretext", "title", "text", "footer")]
        parts += list(texts(attachment.get("blocks") or []))
    workspace = slack.platform.workspace
    return slack.ask(lambda: "\n".join(shown(part, workspace) for part in parts if part))


@dataclass(frozen=True)
class Message:
    """A message, by channel id and ts. Its properties raise LookupError once it is deleted."""

    slack: "LocalSlack" = field(repr=False, compare=False)
    channel: str
    ts: str

    def _post(self) -> Post:
        post = self.slack.ask(self.slack.platform.workspace.post, self.channel, self.ts)
        if post is None:
            raise LookupError(f"message {self.ts} in {self.channel} is gone")
        return post

    @property
    def exists(self) -> bool:
        return self.slack.ask(self.slack.platform.workspace.post, self.channel, self.ts) is not None

    @property
    def json(self) -> Json:
        """As conversations.history gives it, metadata included."""
        post = self._post()
        return self.slack.ask(message_json, post, self.slack.platform.workspace, True)

    @property
    def text(self) -> str:
        return str(self._post().body.get("text", ""))

    @property
    def shown(self) -> str:
        """Everything there is to read: blocks and attachments, or the text."""
        body = self._post().body
        return _readable(self.slack, body.get("text", ""), body.get("blocks") or [], body.get("attachments") or [])

    @property
    def blocks(self) -> list[Json]:
        return list(self._post().body.get("blocks") or [])

    @property
    def attachments(self) -> list[Json]:
        return list(self._post().body.get("attachments") or [])

    @property
    def buttons(self) -> list[str]:
        """What can be pressed, by visible text, in reading order."""
        found = interactive(self.blocks, self.attachments)
        return [text_of(f.element.get("text")) for f in found if f.element["type"] == "button"]

    @property
    def user(self) -> str:
        return str(self._post().body.get("user", ""))

    @property
    def bot_id(self) -> str:
        return str(self._post().body.get("bot_id", ""))

    @property
    def subtype(self) -> str:
        return str(self._post().body.get("subtype", ""))

    @property
    def files(self) -> list[Json]:
        return list(self._post().body.get("files") or [])

    @property
    def thread_ts(self) -> str:
        """The parent's ts; "" for a message that is not in a thread."""
        post = self._post()
        return post.thread_ts if post.is_reply else ""

    @property
    def replies(self) -> list["Message"]:
        posts = self.slack.ask(self.slack.platform.workspace.replies, self.channel, self.ts)
        return [Message(self.slack, post.channel, post.ts) for post in posts]

    @property
    def edited(self) -> Json | None:
        edited: Json | None = self._post().body.get("edited")
        return edited

    @property
    def metadata(self) -> Json | None:
        return self._post().metadata

    @property
    def ephemeral(self) -> bool:
        return bool(self._post().only_for)

    @property
    def pings(self) -> list[str]:
        """Whom it notifies: user ids, `S…` ids, here, channel, everyone."""
        return self._post().pings

    @property
    def permalink(self) -> str:
        return self.slack.ask(self.slack.platform.workspace.permalink, self._post())

    @property
    def where(self) -> Where:
        return Where(channel=self.channel, ts=self.ts)


class ViewHandle:
    """What modals and the Home tab have in common."""

    def __init__(self, slack: "LocalSlack", person: str, view_id: str) -> None:
        self.slack, self.person, self.id = slack, person, view_id

    def _view(self) -> View:
        view = self.slack.platform.workspace.views.get(self.id)
        if view is None:
            raise Impossible("the modal is closed")
        return view

    @property
    def where(self) -> Where:
        return Where(view=self.id)

    @property
    def blocks(self) -> list[Json]:
        return list(self._view().body["blocks"])

    @property
    def callback_id(self) -> str:
        return str(self._view().body.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        return str(self._view().body.get("private_metadata", ""))

    @property
    def hash(self) -> str:
        return self._view().hash

    @property
    def version(self) -> int:
        """Grows by one with every update or publication."""
        return self._view().version

    @property
    def text(self) -> str:
        """All that is to be read, values and errors included."""
        view, body = self._view(), self._view().body
        parts = [text_of(body.get("title")), *texts(body["blocks"]), *_typed(view)]
        parts += [text_of(body.get("submit")), text_of(body.get("close")), *view.errors.values(), view.trouble]
        workspace = self.slack.platform.workspace
        return self.slack.ask(lambda: "\n".join(shown(part, workspace) for part in parts if part))

    @property
    def buttons(self) -> list[str]:
        found = interactive(self.blocks)
        return [text_of(f.element.get("text")) for f in found if f.element["type"] == "button"]

    def click(self, name: str, confirm: bool = True, within: str = "", value: str = "") -> Answer:
        which = Which(name, within, value)
        work = acting.click(self.slack.platform, self.person, self.where, which, confirm)
        return Answer(self.slack, self.slack.run(work))

    def choose(self, name: str, value: Any, confirm: bool = True, within: str = "") -> Answer:
        which = Which(name, within)
        work = acting.choose(self.slack.platform, self.person, self.where, which, plain(value), confirm)
        return Answer(self.slack, self.slack.run(work))

    def suggest(self, name: str, query: str = "") -> list[str]:
        """The texts that an external select offers."""
        work = acting.suggest(self.slack.platform, self.person, self.where, Which(name), query)
        outcome = self.slack.run(work)
        if outcome.error:
            raise Impossible(outcome.error)
        return [text_of(option.get("text")) for option in outcome.options]

    def fill(self, values: Mapping[str, Any]) -> None:
        """Types into fields, in this order; keys are labels, block ids or action ids.

        After a field that tells the app (`dispatch_action`), the next one is waited for, up to 3 s.
        """
        told = False
        for name, value in values.items():
            if told:
                self.slack.wait_for(lambda name=name: self._find(name), 3, f"a field {name!r}")  # type: ignore[misc]
            work = acting.fill(self.slack.platform, self.person, self.id, Which(name), plain(value))
            told = self.slack.run(work).told

    def _find(self, name: str) -> Found:
        source = self.slack.ask(acting.open_source, self.slack.platform, self.person, self.where)
        return self.slack.ask(acting.find, self.slack.platform, source, Which(name), frozenset(VALUE_KEYS))

    def value(self, name: str) -> Any:
        """What a field holds: text, an option's value, an id, a date string, a list of them, or None."""
        found = self._find(name)
        state = self._view().values.get(found.block_id, {}).get(found.action_id, {})
        held = state.get(VALUE_KEYS[found.element["type"]])
        return [_bare(item) for item in held] if isinstance(held, list) else _bare(held)

    def options(self, name: str) -> list[str]:
        """The texts of a select's own options."""
        return [text_of(option.get("text")) for option in options_of(self._find(name).element)]


def _bare(value: Any) -> Any:
    return value["value"] if isinstance(value, dict) and "value" in value else value


def _typed(view: View) -> list[str]:
    """Typed and chosen values as they stand in their fields; options are read by their texts."""
    parts: list[str] = []
    for actions in view.values.values():
        for state in actions.values():
            if not is_empty(state):
                parts += _as_text(state[VALUE_KEYS[state["type"]]], state["type"])
    return parts


def _as_text(value: Any, kind: str) -> list[str]:
    if isinstance(value, list):
        return [text for item in value for text in _as_text(item, kind)]
    if isinstance(value, dict):
        return [text_of(value.get("text")) or str(value.get("name", ""))]
    mark = "@" if "users_select" in kind else "#" if "conversations" in kind or "channels" in kind else ""
    return [f"<{mark}{value}>" if mark else str(value)]


class Modal(ViewHandle):
    @property
    def title(self) -> str:
        return text_of(self._view().body.get("title"))

    @property
    def errors(self) -> dict[str, str]:
        return dict(self._view().errors)

    @property
    def trouble(self) -> str:
        """Slack's notice that the app failed, "" when it did not."""
        return self._view().trouble

    @property
    def stack_depth(self) -> int:
        return len(self.slack.ask(self.slack.platform.workspace.stack, self.person))

    @property
    def is_open(self) -> bool:
        return self.id in self.slack.platform.workspace.views

    def submit(self) -> Answer:
        work = submitting.submit(self.slack.platform, self.person, self.id)
        return Answer(self.slack, self.slack.run(work))

    def close(self, everything: bool = False) -> Answer:
        """Cancel, or with `everything` the X that closes the whole stack."""
        work = submitting.close(self.slack.platform, self.person, self.id, everything)
        return Answer(self.slack, self.slack.run(work))


class Home(ViewHandle):
    """The app's Home tab of one person."""
