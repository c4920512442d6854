"""Text on its way: what a person types, what Slack stores, what is shown, and whom it pings.

Rules: docs.slack.dev, "Formatting message text".
"""

import re

from .wire import Json
from .workspace import Workspace

_TYPED = re.compile(r"(?P<url>https?://[^\s<>|]+)|(?<![\w@#&/])(?P<name>[@#][A-Za-z0-9._-]*[A-Za-z0-9_])")
_CONTROL = re.compile(r"<(?P<inner>[@#!][^<>\s][^<>]*|(?:https?|mailto|tel|slack):[^<>\s|]+(?:\|[^<>]*)?)>")
_BARE_URL = re.compile(r"(?<![<|\w])https?://[^\s<>|]+")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")
_BROADCASTS = ("here", "channel", "everyone")


def typed(text: str, workspace: Workspace, labels: bool) -> str:
    """What the person's client makes of what they typed; `labels` gives `<@U1|ann>` as slash commands have it."""
    out, end = [], 0
    for match in _TYPED.finditer(text):
        out.append(_escape(text[end : match.start()]))
        out.append(_typed_token(match, workspace, labels))
        end = match.end()
    return "".join(out) + _escape(text[end:])


def _typed_token(match: re.Match[str], workspace: Workspace, labels: bool) -> str:
    if url := match["url"]:
        return f"<{_escape(url)}>"
    word, bare = match["name"], match["name"][1:]
    if word[0] == "#":
        channel = workspace.find_conversation(bare)
        return f"<#{channel.id}|{channel.name}>" if channel else word
    if bare in _BROADCASTS:
        return f"<!{bare}>"
    user = next((u for u in workspace.users.values() if u.name == bare), None)
    if user:
        return f"<@{user.id}|{user.name}>" if labels else f"<@{user.id}>"
    group = next((g for g in workspace.usergroups.values() if g.handle == bare), None)
    if group:
        return f"<!subteam^{group.id}|@{group.handle}>" if labels else f"<!subteam^{group.id}>"
    return word


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Exactly the three entities that Slack uses."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def stored(text: str, link_urls: bool = True) -> str:
    """An app's text as Slack keeps it: control sequences stay, stray `& < >` are escaped, bare URLs are linked."""
    out, end = [], 0
    for match in _CONTROL.finditer(text):
        out.append(_stored_plain(text[end : match.start()], link_urls))
        out.append(match[0])
        end = match.end()
    return "".join(out) + _stored_plain(text[end:], link_urls)


def _stored_plain(text: str, link_urls: bool) -> str:
    escaped = _AMPERSAND.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")
    return _BARE_URL.sub(lambda m: f"<{m[0]}>", escaped) if link_urls else escaped


def pings(text: str, verbatim: bool = True) -> list[str]:
    """Whom mrkdwn notifies: user ids, group ids, here, channel, everyone. Without `verbatim` also a bare `@here`."""
    found = []
    for match in _CONTROL.finditer(text):
        inner = match["inner"].split("|")[0]
        if inner.startswith("@"):
            found.append(inner[1:])
        elif inner.startswith("!subteam^"):
            found.append(inner.removeprefix("!subteam^"))
        elif inner[1:] in _BROADCASTS and inner.startswith("!"):
            found.append(inner[1:])
    if not verbatim:
        bare = _CONTROL.sub(" ", text)
        found += re.findall(r"(?<![\w@])@(here|channel|everyone)\b", bare)
    return list(dict.fromkeys(found))


def shown(text: str, workspace: Workspace) -> str:
    """mrkdwn as a reader sees it, without emphasis marks."""
    named = _CONTROL.sub(lambda m: _shown_token(m["inner"], workspace), text)
    plain = re.sub(r"(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])", r"\1", named)
    plain = re.sub(r"(?<![\w_])_(\S(?:[^_\n]*\S)?)_(?![\w_])", r"\1", plain)
    plain = re.sub(r"(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?![\w~])", r"\1", plain)
    return unescape(plain.replace("`", ""))


def _shown_token(inner: str, workspace: Workspace) -> str:
    target, _, label = inner.partition("|")
    if target.startswith("@"):
        user = workspace.users.get(target[1:])
        return f"@{user.name if user else label or target[1:]}"
    if target.startswith("#"):
        channel = workspace.conversations.get(target[1:])
        return f"#{channel.name if channel else label or target[1:]}"
    if target.startswith("!subteam^"):
        group = workspace.usergroups.get(target.removeprefix("!subteam^"))
        return f"@{group.handle}" if group else label or target
    if target.startswith("!date^"):
        return label or target
    if target.startswith("!"):
        return "@" + target[1:]
    return label or target.removeprefix("mailto:")


def rich_text(text: str) -> Json:
    """The block that Slack's client sends along with a person's message; `text` as `typed` made it."""
    elements: list[Json] = []
    end = 0
    for match in _CONTROL.finditer(text):
        _add_text(elements, text[end : match.start()])
        elements.append(_rich_token(match["inner"]))
        end = match.end()
    _add_text(elements, text[end:])
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _add_text(elements: list[Json], text: str) -> None:
    if text:
        elements.append({"type": "text", "text": unescape(text)})


def _rich_token(inner: str) -> Json:
    target, _, label = inner.partition("|")
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": target.removeprefix("!subteam^")}
    if target[1:] in _BROADCASTS:
        return {"type": "broadcast", "range": target[1:]}
    link: Json = {"type": "link", "url": unescape(target)}
    return link | {"text": unescape(label)} if label else link
