"""People, channels, groups and bots for tests: handles that hold an id and act through the server's functions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import acting, bots, channels, people
from .acting import Where, Which
from .handles import Answer, Home, Message, Modal, ViewHandle, plain
from .records import AlertBot, Conversation, Post, User, Usergroup
from .wire import Impossible, Json

if TYPE_CHECKING:
    from .slack import LocalSlack

__all__ = ["Answer", "Bot", "Channel", "Group", "Home", "Message", "Modal", "Person"]

File = tuple[str, bytes]
Source = Message | ViewHandle | Answer


@dataclass(frozen=True)
class Channel:
    slack: "LocalSlack" = field(repr=False, compare=False)
    id: str

    def _record(self) -> Conversation:
        return self.slack.platform.workspace.conversations[self.id]

    @property
    def name(self) -> str:
        return self._record().name

    @property
    def members(self) -> list[str]:
        return list(self._record().members)

    @property
    def archived(self) -> bool:
        return self._record().archived

    @property
    def bookmarks(self) -> list[Json]:
        return list(self._record().bookmarks)

    @property
    def topic(self) -> str:
        return self._record().topic

    def _creator(self) -> str:
        return self._record().creator

    def archive(self) -> None:
        self.slack.ask(channels.archive, self.slack.platform, self._record(), self._creator())

    def unarchive(self) -> None:
        self.slack.ask(channels.unarchive, self.slack.platform, self._record(), self._creator())

    def rename(self, name: str) -> None:
        self.slack.ask(channels.rename, self.slack.platform, self._record(), name)

    def invite(self, who: "Person | Bot | str" = "bot") -> None:
        """A person or another bot; the app's bot when nobody is named."""
        self.slack.ask(channels.join, self.slack.platform, self._record(), self._user(who), self._creator())

    def kick(self, who: "Person | Bot | str" = "bot") -> None:
        self.slack.ask(channels.leave, self.slack.platform, self._record(), self._user(who))

    def _user(self, who: "Person | Bot | str") -> str:
        if isinstance(who, str):
            return self.slack.bot_user if who == "bot" else who
        return who.id if isinstance(who, Person) else who.user


@dataclass(frozen=True)
class Group:
    slack: "LocalSlack" = field(repr=False, compare=False)
    id: str

    def _record(self) -> Usergroup:
        return self.slack.platform.workspace.usergroups[self.id]

    @property
    def handle(self) -> str:
        return self._record().handle

    @property
    def name(self) -> str:
        return self._record().name

    @property
    def members(self) -> list[str]:
        return list(self._record().members)

    def set_members(self, members: Sequence["Person"]) -> None:
        ids = [person.id for person in members]
        self.slack.ask(channels.set_members, self.slack.platform, self._record(), ids)

    def rename(self, name: str = "", handle: str = "") -> None:
        self.slack.ask(channels.change_group, self.slack.platform, self._record(), name, handle)

    def disable(self) -> None:
        self.slack.ask(channels.change_group, self.slack.platform, self._record(), "", "", True)

    def enable(self) -> None:
        self.slack.ask(channels.change_group, self.slack.platform, self._record(), "", "", False)


@dataclass(frozen=True)
class Bot:
    """A bot that is not the app; `id` is its bot id."""

    slack: "LocalSlack" = field(repr=False, compare=False)
    id: str

    def _record(self) -> AlertBot:
        return self.slack.platform.workspace.bots[self.id]

    @property
    def name(self) -> str:
        return self._record().name

    @property
    def user(self) -> str:
        return self._record().user

    def post(
        self,
        channel: "Channel | str",
        text: str = "",
        blocks: list[Json] | None = None,
        attachments: list[Json] | None = None,
        thread: Message | None = None,
    ) -> Message:
        args = (self.id, plain(channel), text, blocks, attachments, thread.ts if thread else "")
        post = self.slack.ask(bots.post, self.slack.platform, *args)
        return Message(self.slack, post.channel, post.ts)


@dataclass(frozen=True)
class Person:
    slack: "LocalSlack" = field(repr=False, compare=False)
    id: str

    def _record(self) -> User:
        return self.slack.platform.workspace.users[self.id]

    @property
    def name(self) -> str:
        return self._record().name

    @property
    def real_name(self) -> str:
        return self._record().real_name

    def _answer(self, outcome: Any) -> Answer:
        return Answer(self.slack, outcome)

    # -- commands and shortcuts -----------------------------------------------------------------------------------
    def command(self, line: str, channel: "Channel | str" = "") -> Answer:
        """Types a slash command, in the direct messages with the app when no channel is named."""
        return self._answer(self.slack.run(people.command(self.slack.platform, self.id, line, plain(channel))))

    def shortcut(self, callback_id: str) -> Answer:
        return self._answer(self.slack.run(people.shortcut(self.slack.platform, self.id, callback_id)))

    def message_shortcut(self, callback_id: str, message: Message) -> Answer:
        work = people.message_shortcut(self.slack.platform, self.id, callback_id, message.channel, message.ts)
        return self._answer(self.slack.run(work))

    # -- messages -------------------------------------------------------------------------------------------------
    def post(
        self,
        channel: "Channel | str",
        text: str = "",
        thread: Message | None = None,
        files: Sequence[File] = (),
        broadcast: bool = False,
    ) -> Message:
        """`channel` "" is the direct messages with the app."""
        thread_ts = thread.ts if thread else ""
        args = (self.id, plain(channel), text, thread_ts, broadcast, [plain(file) for file in files])
        post = self.slack.ask(people.post, self.slack.platform, *args)
        return Message(self.slack, post.channel, post.ts)

    def edit(self, message: Message, text: str) -> Message:
        self.slack.ask(people.edit, self.slack.platform, self.id, message.channel, message.ts, text)
        return message

    def delete(self, message: Message) -> None:
        self.slack.ask(people.delete, self.slack.platform, self.id, message.channel, message.ts)

    def messages(self, channel: "Channel | str") -> list[Message]:
        """The channel as this person sees it, what is only visible to them included; no replies."""
        posts = self.slack.ask(people.seen_in, self.slack.platform, self.id, plain(channel))
        return self._handles(posts)

    def thread(self, message: Message) -> list[Message]:
        """The message and its replies as this person sees them."""
        posts = self.slack.ask(people.seen_thread, self.slack.platform, self.id, message.channel, message.ts)
        return self._handles(posts)

    def dm(self) -> list[Message]:
        """The direct messages with the app."""
        return self.messages(self.dm_channel)

    @property
    def dm_channel(self) -> Channel:
        return Channel(self.slack, self.slack.ask(self.slack.platform.app_dm, self.id).id)

    def last(self, channel: "Channel | str") -> Message:
        """The newest message that they see there. Raises LookupError when there is none."""
        messages = self.messages(channel)
        if not messages:
            raise LookupError(f"{self.name} sees no message in {plain(channel)}")
        return messages[-1]

    def _handles(self, posts: list[Post]) -> list[Message]:
        return [Message(self.slack, post.channel, post.ts) for post in posts]

    # -- elements -------------------------------------------------------------------------------------------------
    def click(self, source: Source, name: str, confirm: bool = True, within: str = "", value: str = "") -> Answer:
        """Presses a button by its text or action id; `within`: in the row with these words, `value`: its value."""
        which = Which(name, within, value)
        return self._answer(self.slack.run(acting.click(self.slack.platform, self.id, _where(source), which, confirm)))

    def choose(self, source: Source, name: str, value: Any, confirm: bool = True, within: str = "") -> Answer:
        """Chooses in a select, overflow menu, picker or checkboxes."""
        work = acting.choose(self.slack.platform, self.id, _where(source), Which(name, within), plain(value), confirm)
        return self._answer(self.slack.run(work))

    def suggest(self, source: Source, name: str, query: str = "") -> list[Json]:
        """The options that an external select offers."""
        work = acting.suggest(self.slack.platform, self.id, _where(source), Which(name), query)
        return self.slack.run(work).options

    # -- views ----------------------------------------------------------------------------------------------------
    @property
    def modal(self) -> Modal:
        """The top modal, waited for (`patience`, 3 s). Raises AssertionError with what the person saw instead."""
        try:
            return self.slack.wait_for(self._top, self.slack.patience, "a modal")
        except AssertionError:
            seen = self.slack.platform.workspace.seen.get(self.id, [])[-3:]
            words = " | ".join(seen) or "nothing"
            raise Impossible(f"{self.name} has no modal open; they last saw: {words}") from None

    @property
    def has_modal(self) -> bool:
        return self._top() is not None

    def _top(self) -> Modal | None:
        stack = self.slack.ask(self.slack.platform.workspace.stack, self.id)
        return Modal(self.slack, self.id, stack[-1].id) if stack else None

    @property
    def seen(self) -> list[str]:
        """Errors, notices and ephemeral texts shown to them, oldest first."""
        return list(self.slack.platform.workspace.seen.get(self.id, []))

    def open_home(self, tab: str = "home", timeout: float = 5) -> Home:
        """Visits the app and waits until it has published the Home tab again."""
        before = self.slack.ask(people.open_home, self.slack.platform, self.id, tab)
        if tab == "home":
            self.slack.wait_for(lambda: self._home_version() > before, timeout, "the Home tab to be published")
        return self.home

    @property
    def home(self) -> Home:
        """The Home tab as it stands, without visiting it. Raises LookupError when none was published."""
        home = self.slack.ask(self.slack.platform.workspace.home, self.id)
        if home is None:
            raise LookupError(f"no Home tab was published for {self.name}")
        return Home(self.slack, self.id, home.id)

    def _home_version(self) -> int:
        home = self.slack.ask(self.slack.platform.workspace.home, self.id)
        return home.version if home else 0

    # -- becoming somebody else -----------------------------------------------------------------------------------
    def change(self, **fields: Any) -> None:
        """Sets fields of `records.User` (real_name, tz, admin, guest, deleted, …) and tells the app."""
        self.slack.ask(channels.change_user, self.slack.platform, self._record(), fields)


def _where(source: Source) -> Where:
    return source.message.where if isinstance(source, Answer) else source.where
