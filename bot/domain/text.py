"""What becomes of people's words before they are kept or compared."""

import re
import unicodedata

# PostgreSQL refuses NUL and UTF-8 half a surrogate pair; the other control characters show as nothing or as boxes.
_UNKEEPABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NEW_LINE = re.compile("\r\n?")
_GAP = re.compile(r"[\s_-]+")


def kept(text: str) -> str:
    """Without what a database refuses, and without white space around it."""
    return _UNKEEPABLE.sub("", _NEW_LINE.sub("\n", text)).strip()


def kept_line(text: str) -> str:
    """The same on one line."""
    return " ".join(kept(text).split())


def is_blank(text: str) -> bool:
    """Whether nothing of it can be seen: spaces, joiners, marks of direction."""
    return not any(char.isprintable() and not char.isspace() for char in text)


def alike(text: str) -> str:
    """For comparing names: "In progress", "in-progress" and "IN_PROGRESS" are alike, and so are ' and ’."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return _GAP.sub(" ", plain).strip()
