"""Which issue people mean by what they type or paste."""

import re
from urllib.parse import parse_qs, urlsplit

from bot.integrations.errors import Declined

KEY = re.compile(r"[A-Z][A-Z0-9_]+-[1-9][0-9]*")
NO_KEY = "“{words}” names no issue. Give its key, such as OPS-12, or its address in Jira."
OTHER_SITE = "That address is not in the Jira that Casebook is connected to, which is {host}. Give one from there."


def key_in(words: str, site: str) -> str:
    """Raises ``Declined`` for what is neither a key nor an address of ``site`` with one in it."""
    # Slack puts addresses in angle brackets, with what is shown behind a bar.
    plain = words.strip().strip("<>").partition("|")[0].strip()
    if "://" not in plain:
        found = KEY.fullmatch(plain.upper())
    else:
        url, ours = urlsplit(plain), urlsplit(site)
        if url.netloc.casefold() != ours.netloc.casefold():
            raise Declined("another site", OTHER_SITE.format(host=ours.netloc))
        chosen = parse_qs(url.query).get("selectedIssue", [])
        parts = [*chosen, *reversed(url.path.split("/"))]
        found = next((match for part in parts if (match := KEY.fullmatch(part.upper()))), None)
    if found is None:
        raise Declined("no key", NO_KEY.format(words=re.sub(r"[<>`“”\s]+", " ", plain)[:80]))
    return found[0]
