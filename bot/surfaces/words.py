"""Reading what was typed after ``/case``."""

import re
from dataclasses import dataclass

TOKEN = re.compile(r"\"([^\"]*)\"|“([^”“\"]*)[”\"]|(\S+)")
PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
TEAM = re.compile(r"<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>")
CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)(?:\|[^>]*)?>")
KEY = re.compile(r"[A-Za-z][A-Za-z0-9]{0,9}-[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Words:
    """``rest``: everything after the first word as typed. ``args``: the same, cut into words or quoted phrases."""

    verb: str
    rest: str
    args: tuple[str, ...]

    def after(self, count: int) -> str:
        """What is left of ``rest`` behind its first ``count`` words."""
        position = 0
        for match in list(TOKEN.finditer(self.rest))[:count]:
            position = match.end()
        return self.rest[position:].strip()


def read_words(text: str) -> Words:
    first, *rest = text.split(None, 1) or [""]
    after = rest[0].strip() if rest else ""
    return Words(verb=first.lower(), rest=after, args=tuple(tokens(after)))


def tokens(text: str) -> list[str]:
    return [next(group for group in match.groups() if group is not None) for match in TOKEN.finditer(text)]


def is_key(word: str) -> bool:
    return KEY.fullmatch(word) is not None


def person_in(word: str) -> str | None:
    """The id in ``<@U1|ann>``."""
    match = PERSON.fullmatch(word)
    return match[1] if match else None


def channel_in(word: str) -> str | None:
    """The id in ``<#C1|alerts>``."""
    match = CHANNEL.fullmatch(word)
    return match[1] if match else None


def team_in(word: str) -> str | None:
    """The user group's id in ``<!subteam^S1|@sre>``, or a handle typed as ``@sre``."""
    match = TEAM.fullmatch(word)
    if match:
        return match[1]
    return word[1:] if word.startswith("@") and len(word) > 1 else None
