"""Which addresses Casebook sends to on a user's word: public ones, and those the operator allows. No network here.

Whoever may name an address that a server then calls can reach what only that server reaches: its own ports, the
company's network, the cloud's metadata with its credentials (server-side request forgery; OWASP, "Server-Side Request
Forgery Prevention Cheat Sheet"). Looking at the text alone does not help against names that lead to private addresses:
what a name leads to is looked at when the connection is made, in `route`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from bot.domain.errors import Invalid

SETTING = "CASEBOOK_PRIVATE_WEBHOOKS"
LONGEST = 2000

# IANA's special-purpose registry (RFC 6890 and its successors), all that is not "globally reachable", and multicast.
# `ipaddress.is_global` says yes to multicast and to IPv6 addresses that stand for private IPv4 ones.
NOT_PUBLIC_V4 = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            # The Azure host's own, public by its number (learn.microsoft.com, "What is IP address 168.63.129.16").
            "168.63.129.16/32",
        ),
    )
)  # fmt: skip
# All that IANA has given out as global unicast lies in here (RFC 4291, 2.4). Outside: loopback, mapped and compatible
# IPv4, link-local, site-local, unique local (AWS's metadata on fd00:ec2::254 among them), multicast.
UNICAST_V6 = ip_network("2000::/3")
# Protocol assignments with Teredo, documentation, and 6to4, whose addresses stand for IPv4 ones.
NOT_PUBLIC_V6 = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
# What a resolver in an IPv6-only network makes of IPv4 addresses (RFC 6052): as public as the one inside.
NAT64 = ip_network("64:ff9b::/96")

# RFC 6761, 6762, 8375, ICANN's .internal, and what routers and companies use.
LOCAL_NAMES = (
    "localhost", "local", "localdomain", "internal", "intranet", "private", "corp", "home", "lan", "home.arpa",
)  # fmt: skip
NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
# inet_aton takes these for IPv4 addresses: 2130706433, 0x7f.1, 017700000001 (url.spec.whatwg.org, "ends in a number").
LIKE_A_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")

IP = IPv4Address | IPv6Address


def is_public(address: IP) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_V4)
    if address in NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in UNICAST_V6 and not any(address in network for network in NOT_PUBLIC_V6)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator allows although it is private. A host with ``None`` is allowed with any port."""

    hosts: frozenset[tuple[str, int | None]] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, words: Iterable[str]) -> "Allowed":
        """Hosts, hosts with a port, and networks, as ``Settings.private_webhooks`` has them."""
        hosts, networks = set(), []
        for word in words:
            try:
                networks.append(ip_network(word.strip("[]")))
            except ValueError:
                parts = urlsplit(f"//{word}")
                hosts.add((plain(parts.hostname or ""), parts.port))
        return cls(frozenset(hosts), tuple(networks))

    def names(self, host: str, port: int) -> bool:
        """Wherever the name leads."""
        return not self.hosts.isdisjoint({(host, port), (host, None)})

    def holds(self, address: IP) -> bool:
        return any(address in network for network in self.networks)


NOTHING = Allowed()


def plain(host: str) -> str:
    """One of the many ways to write it."""
    host = host.lower().rstrip(".")
    return str(literal(host) or host)


def literal(host: str) -> IP | None:
    """The address that a host is written as, if it is."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def checked(url: str, allowed: Allowed = NOTHING) -> str:
    """The address in its plainest form. Raises ``Invalid`` for the field ``address``, with what to do instead."""
    parts, port = taken_apart(url.strip())
    host = plain(parts.hostname or "")
    number = literal(host)
    is_allowed = allowed.names(host, port) or bool(number and allowed.holds(number))
    if not is_allowed:
        check_host(host, number)
        if parts.scheme != "https":
            raise refused(f"Casebook sends to https addresses only: try https://{host}.")
    default = {"https": 443, "http": 80}[parts.scheme]
    place = f"[{host}]" if ":" in host else host
    place += f":{port}" if port != default else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{place}{parts.path or '/'}{query}"


def taken_apart(url: str) -> tuple[SplitResult, int]:
    """Its parts and its port. What a browser, `urlsplit` and `requests` would read differently is refused."""
    if len(url) > LONGEST:
        raise refused(f"An address has up to {LONGEST:,} characters; this one has {len(url):,}.")
    if not url.isascii() or not url.isprintable() or set(url) & set(' \\<>"'):
        raise refused(
            "That address has characters that addresses do not have. Copy it again, with a name in another script in "
            "its xn-- form."
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise refused("That is not an address. It looks like https://hooks.example.com/casebook.") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise refused("That is not an address of the web. It looks like https://hooks.example.com/casebook.")
    if "@" in parts.netloc:
        raise refused(
            "Leave name and password out of the address: Casebook signs what it sends, and the receiver checks that."
        )
    return parts, port or (443 if parts.scheme == "https" else 80)


def check_host(host: str, number: IP | None) -> None:
    """Raises ``Invalid`` for what can only be private, or is not written the one way that all read alike."""
    if number:
        if not is_public(number):
            raise private(host)
        return
    last = host.rpartition(".")[2]
    if LIKE_A_NUMBER.fullmatch(last):
        raise refused(f"“{host}” is a number in disguise. Write the host's name, for example hooks.example.com.")
    if not NAME.fullmatch(host) or len(host) > 253:
        raise refused(f"“{host[:80]}” is not the name of a host. It looks like hooks.example.com.")
    if "." not in host or any(host == local or host.endswith(f".{local}") for local in LOCAL_NAMES):
        raise private(host)


def private(host: str) -> Invalid:
    return refused(private_sentence(host))


def private_sentence(host: str) -> str:
    word = f"[{host}]" if ":" in host else host
    return (
        f"“{host}” is in a private network, and Casebook sends nothing there on anybody's word. An admin can allow it "
        f"with `{SETTING}={word}`."
    )


def refused(sentence: str) -> Invalid:
    return Invalid.field("address", sentence)
