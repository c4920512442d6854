"""private_metadata: what a form must still know when it comes back. People can see it; Slack keeps 3,000 characters."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.case import Case
from bot.domain.reading import PostRef
from bot.views.limits import ELLIPSIS, METADATA, clip, size

View = Mapping[str, Any]
Pairs = tuple[tuple[str, str], ...]

LABEL = 150
ROOM_FOR_LINKS = 1900  # of the 3,000; the rest is the post's own text


@dataclass(frozen=True, slots=True)
class Target:
    """The case that a form is about. ``version``: what the person saw of it when the form opened."""

    case_id: int
    version: int


def pack(**values: Any) -> str:
    """Compact JSON of what is not empty."""
    return json.dumps({k: v for k, v in values.items() if v}, ensure_ascii=False, separators=(",", ":"))


def unpack(view: View) -> dict[str, Any]:
    found = json.loads(view.get("private_metadata") or "{}")
    return found if isinstance(found, dict) else {}


def case_metadata(case: Case, **more: Any) -> str:
    return pack(case=case.id, version=case.version, **more)


def read_target(view: View) -> Target:
    kept = unpack(view)
    return Target(int(kept.get("case", 0)), int(kept.get("version", 0)))


def post_metadata(post: PostRef, **more: Any) -> str:
    """The post with as many of its links and files, and then as much of its text, as there is room for."""
    kept = {
        "c": post.channel, "t": post.ts, "r": "" if post.thread_ts == post.ts else post.thread_ts, "a": post.author,
        "s": post.source, "g": int(post.again), "h": post.title,
    }  # fmt: skip
    links: list[tuple[str, str]] = []
    files: list[tuple[str, str]] = []
    for pairs, wanted in ((files, post.files), (links, post.links)):
        for url, label in wanted:
            pairs.append((url, "" if label == url else clip(label, LABEL)))
            if size(pack(**more, post=kept | {"l": links, "f": files})) > ROOM_FOR_LINKS:
                pairs.pop()
    return _with_text(post.text, kept | {"l": links, "f": files}, more)


def _with_text(text: str, kept: Mapping[str, Any], more: Mapping[str, Any]) -> str:
    room = len(text)
    while room:
        short = text if room == len(text) else text[:room].rstrip() + ELLIPSIS
        packed = pack(**more, post={**_filled(kept), "x": short})
        if (over := size(packed) - METADATA) <= 0:
            return packed
        room = max(0, room - max(over // 2, 8))
    return pack(**more, post=_filled(kept))


def _filled(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in kept.items() if value}


def read_post_metadata(view: View) -> PostRef | None:
    """``None`` for a form that is not about a post."""
    kept = unpack(view).get("post")
    if not kept:
        return None
    ts = str(kept["t"])
    return PostRef(
        channel=str(kept["c"]),
        ts=ts,
        thread_ts=str(kept.get("r") or ts),
        author=str(kept.get("a", "")),
        text=str(kept.get("x", "")),
        title=str(kept.get("h", "")),
        source=str(kept.get("s", "")),
        links=_pairs(kept.get("l")),
        files=_pairs(kept.get("f")),
        again=bool(kept.get("g")),
    )


def _pairs(rows: Any) -> Pairs:
    return tuple((str(url), str(label or url)) for url, label in rows or ())
