"""The state of the workspace: people, channels, groups, messages, views, files. Touched on the server's thread only."""

import base64
import mimetypes
import secrets
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from .records import AlertBot, Canvas, Conversation, Kind, Post, StoredFile, User, Usergroup, View
from .wire import Json

Listener = Callable[[Json], None]


class Workspace:
    """Everything has one owner here; whoever changes a record says so with `changed`."""

    def __init__(self, now: Callable[[], float], team_url: str, team_domain: str, team_name: str) -> None:
        self.now = now
        self.team_id = "T00001"
        self.team_url, self.team_domain, self.team_name = team_url.rstrip("/") + "/", team_domain, team_name
        self.users: dict[str, User] = {}
        self.conversations: dict[str, Conversation] = {}
        self.usergroups: dict[str, Usergroup] = {}
        self.posts: dict[str, dict[str, Post]] = {}
        self._threads: dict[tuple[str, str], list[Post]] = {}
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[str]] = {}
        self.homes: dict[str, str] = {}
        self.files: dict[str, StoredFile] = {}
        self.canvases: dict[str, Canvas] = {}
        self.bots: dict[str, AlertBot] = {}
        self.seen: dict[str, list[str]] = {}
        self._counters: dict[str, int] = {}
        self._last_ts = 0
        self._listeners: list[Listener] = []

    # -- telling --------------------------------------------------------------------------------------------------
    def subscribe(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def changed(self, what: str, **detail: Any) -> None:
        """`what`: message, message_gone, channel, person, group, view, home, file or seen."""
        for listener in list(self._listeners):
            listener({"what": what, **detail})

    def show(self, person: str, words: str) -> None:
        """Remember what a person was shown beside messages: errors and notices, newest last."""
        self.seen.setdefault(person, []).append(words)
        del self.seen[person][:-50]
        self.changed("seen", person=person, words=words)

    # -- ids and time ---------------------------------------------------------------------------------------------
    def new_id(self, prefix: str) -> str:
        self._counters[prefix] = self._counters.get(prefix, 0) + 1
        return f"{prefix}{self._counters[prefix]:05d}"

    def new_ts(self) -> str:
        """Seconds with six decimals, never the same twice and always increasing."""
        self._last_ts = max(int(self.now() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def new_hash(self) -> str:
        return f"{int(self.now())}.{secrets.token_hex(4)}"

    # -- people and groups ----------------------------------------------------------------------------------------
    def add_user(self, user: User) -> User:
        if any(other.name == user.name for other in self.users.values()):
            raise ValueError(f"there is already a person named {user.name}")
        user.updated = int(self.now())
        self.users[user.id] = user
        self.changed("person", person=user.id)
        return user

    def find_user(self, word: str) -> User | None:
        """By id, name, @name, real name or bot id."""
        bare = word.removeprefix("@")
        for user in self.users.values():
            if bare in (user.id, user.name, user.real_name) or (user.bot_id and bare == user.bot_id):
                return user
        return None

    def find_group(self, word: str) -> Usergroup | None:
        bare = word.removeprefix("@")
        return next((g for g in self.usergroups.values() if bare in (g.id, g.handle)), None)

    # -- channels -------------------------------------------------------------------------------------------------
    def add_conversation(self, name: str, kind: Kind, creator: str, members: list[str]) -> Conversation:
        prefix = {"public": "C", "private": "G", "im": "D", "mpim": "G"}[kind]
        prefix = "C" if kind == "private" else prefix
        conversation = Conversation(self.new_id(prefix), name, kind, creator, int(self.now()), list(members))
        self.conversations[conversation.id] = conversation
        self.posts[conversation.id] = {}
        self.changed("channel", channel=conversation.id)
        return conversation

    def find_conversation(self, word: str) -> Conversation | None:
        """By id, or a channel by name or #name."""
        if word in self.conversations:
            return self.conversations[word]
        bare = word.removeprefix("#")
        named = (c for c in self.conversations.values() if c.kind in ("public", "private") and c.name == bare)
        return next(named, None)

    def direct(self, *members: str) -> Conversation:
        """The direct conversation of exactly these users, opened when there is none."""
        wanted = set(members)
        for conversation in self.conversations.values():
            if conversation.kind in ("im", "mpim") and set(conversation.members) == wanted:
                return conversation
        kind: Kind = "im" if len(wanted) <= 2 else "mpim"
        names = sorted(self.users[m].name for m in wanted)
        name = "" if kind == "im" else f"mpdm-{'--'.join(names)}-1"
        return self.add_conversation(name, kind, members[0], list(dict.fromkeys(members)))

    def team_of(self, user: str) -> str:
        """Strangers belong to another team."""
        return "T0STRANGE" if self.users[user].stranger else self.team_id

    def may_see(self, user: str, conversation: Conversation) -> bool:
        """A member, or anyone but guests and strangers for a public channel."""
        if user in conversation.members:
            return True
        outsider = self.users[user].guest or self.users[user].stranger
        return conversation.kind == "public" and not outsider

    # -- messages -------------------------------------------------------------------------------------------------
    def add_post(self, post: Post) -> Post:
        self._keep_post(post)
        self.changed("message", channel=post.channel, ts=post.ts, only_for=post.only_for)
        return post

    def _keep_post(self, post: Post) -> None:
        self.posts[post.channel][post.ts] = post
        if post.is_reply and not post.only_for:
            self._threads.setdefault((post.channel, post.thread_ts), []).append(post)

    def post(self, channel: str, ts: str) -> Post | None:
        return self.posts.get(channel, {}).get(ts)

    def lasting(self, channel: str) -> list[Post]:
        """Messages that everybody in the channel sees, oldest first, replies included."""
        return [post for post in self.posts.get(channel, {}).values() if not post.only_for]

    def replies(self, channel: str, ts: str) -> list[Post]:
        return list(self._threads.get((channel, ts), ()))

    def remove_post(self, post: Post) -> None:
        self.posts[post.channel].pop(post.ts, None)
        thread = self._threads.get((post.channel, post.thread_ts), [])
        if post in thread:
            thread.remove(post)
        self.changed("message_gone", channel=post.channel, ts=post.ts, only_for=post.only_for)

    def permalink(self, post: Post) -> str:
        link = f"{self.team_url}archives/{post.channel}/p{post.ts.replace('.', '')}"
        return f"{link}?thread_ts={post.thread_ts}&cid={post.channel}" if post.is_reply else link

    # -- views ----------------------------------------------------------------------------------------------------
    def stack(self, person: str) -> list[View]:
        """The modals that a person has open, the top one last."""
        return [self.views[view_id] for view_id in self.stacks.get(person, [])]

    def forget_view(self, view: View) -> None:
        stack = self.stacks.get(view.person, [])
        if view.id in stack:
            stack.remove(view.id)
        self.views.pop(view.id, None)
        self.changed("view", person=view.person, view=view.id)

    def home(self, person: str) -> View | None:
        return self.views.get(self.homes.get(person, ""))

    # -- files ----------------------------------------------------------------------------------------------------
    def add_file(self, name: str, user: str, content: bytes | None = None, title: str = "") -> StoredFile:
        mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
        stored = StoredFile(self.new_id("F"), name, title or name, mimetype, 0, user, int(self.now()))
        self.files[stored.id] = stored
        if content is not None:
            self.fill_file(stored, content)
            stored.complete = True
        return stored

    def fill_file(self, stored: StoredFile, content: bytes) -> None:
        stored.content, stored.size = base64.b64encode(content).decode(), len(content)
        self.changed("file", file=stored.id)

    # -- keeping --------------------------------------------------------------------------------------------------
    def snapshot(self) -> Json:
        """All that outlives a restart: no ephemerals and no open modals, as in Slack."""
        return {
            "team": {"id": self.team_id, "counters": dict(self._counters), "last_ts": self._last_ts},
            "users": [asdict(user) for user in self.users.values()],
            "conversations": [asdict(conversation) for conversation in self.conversations.values()],
            "usergroups": [asdict(group) for group in self.usergroups.values()],
            "posts": [asdict(post) for post in self._lasting_posts()],
            "homes": [asdict(view) for view in self.views.values() if view.kind == "home"],
            "files": [asdict(stored) for stored in self.files.values()],
            "canvases": [asdict(canvas) for canvas in self.canvases.values()],
            "bots": [asdict(bot) for bot in self.bots.values()],
        }

    def _lasting_posts(self) -> Iterator[Post]:
        for channel in self.posts:
            yield from self.lasting(channel)

    def restore(self, state: Json) -> None:
        """Replaces everything by a snapshot. Raises KeyError or TypeError for a snapshot of another make."""
        self._counters, self._last_ts = dict(state["team"]["counters"]), int(state["team"]["last_ts"])
        self.team_id = state["team"]["id"]
        self.users = {entry["id"]: User(**entry) for entry in state["users"]}
        self.conversations = {entry["id"]: Conversation(**entry) for entry in state["conversations"]}
        self.usergroups = {entry["id"]: Usergroup(**entry) for entry in state["usergroups"]}
        self.posts = {channel: {} for channel in self.conversations}
        self._threads = {}
        for entry in state["posts"]:
            self._keep_post(Post(**entry))
        homes = [View(**entry) for entry in state["homes"]]
        self.views, self.stacks = {view.id: view for view in homes}, {}
        self.homes = {view.person: view.id for view in homes}
        self.files = {entry["id"]: StoredFile(**entry) for entry in state["files"]}
        self.canvases = {entry["id"]: Canvas(**entry) for entry in state.get("canvases", ())}
        self.bots = {entry["id"]: AlertBot(**entry) for entry in state["bots"]}
        self.changed("channel", channel="")
