"""Which addresses are refused when somebody enters them, and in which words."""

import ipaddress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Invalid
from bot.integrations.address import NOTHING, Allowed, checked, is_public

PRIVATE = "is in a private network"
NUMBER = "is a number in disguise"
HTTPS = "https addresses only"
NO_ADDRESS = "not an address"
ODD = "characters that addresses do not have"
NO_NAME = "not the name of a host"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://127.0.0.1/x", PRIVATE),
        ("https://127.1.2.3:8443/", PRIVATE),
        ("https://0.0.0.0/", PRIVATE),
        ("https://10.0.0.1/", PRIVATE),
        ("https://172.31.255.255/", PRIVATE),
        ("https://192.168.1.1/", PRIVATE),
        ("https://100.100.100.200/", PRIVATE),
        ("https://169.254.169.254/latest/meta-data/", PRIVATE),
        ("https://168.63.129.16/machine", PRIVATE),
        ("https://224.0.0.251/", PRIVATE),
        ("https://255.255.255.255/", PRIVATE),
        ("https://[::1]/", PRIVATE),
        ("https://[::]/", PRIVATE),
        ("https://[::ffff:127.0.0.1]/", PRIVATE),
        ("https://[::ffff:7f00:1]/", PRIVATE),
        ("https://[::ffff:8.8.8.8]/", PRIVATE),
        ("https://[::127.0.0.1]/", PRIVATE),
        ("https://[64:ff9b::7f00:1]/", PRIVATE),
        ("https://[64:ff9b:1::1]/", PRIVATE),
        ("https://[2002:7f00:1::]/", PRIVATE),
        ("https://[2001:0:7f00:1::]/", PRIVATE),
        ("https://[fe80::1]/", PRIVATE),
        ("https://[fe80::1%25eth0]/", PRIVATE),
        ("https://[fd00:ec2::254]/", PRIVATE),
        ("https://[fec0::1]/", PRIVATE),
        ("https://[ff02::1]/", PRIVATE),
        ("https://localhost/", PRIVATE),
        ("https://LOCALHOST./", PRIVATE),
        ("https://api.localhost/", PRIVATE),
        ("https://printer.local/", PRIVATE),
        ("https://metadata.google.internal/", PRIVATE),
        ("https://db.corp/", PRIVATE),
        ("https://router.home.arpa/", PRIVATE),
        ("https://jenkins/", PRIVATE),
        ("https://2130706433/", NUMBER),
        ("https://0x7f000001/", NUMBER),
        ("https://0x7f.1/", NUMBER),
        ("https://0X7F.0.0.0X1/", NUMBER),
        ("https://017700000001/", NUMBER),
        ("https://0177.0.0.1/", NUMBER),
        ("https://127.1/", NUMBER),
        ("https://127.0.0.1.2/", NUMBER),
        ("https://127.0.0.08/", NUMBER),
        ("https://example.0x/", NUMBER),
        ("https://ann:pa55@hooks.example.com/", "Leave name and password out"),
        ("https://hooks.example.com@127.0.0.1/", "Leave name and password out"),
        ("https://@hooks.example.com/", "Leave name and password out"),
        ("https://hooks.example.com\\@127.0.0.1/", ODD),
        ("https://①②⑦.⓪.⓪.①/", ODD),
        ("https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", ODD),
        ("https://hooks.example。com/", ODD),
        ("https://hooks.exa\tmple.com/", ODD),
        ("https://hooks.example.com/\r\nX-Evil: 1", ODD),
        ("https://hooks.example.com/\x00", ODD),
        ("https://hooks.example.com/a b", ODD),
        ("<https://hooks.example.com/>", ODD),
        ("http://hooks.example.com/", HTTPS),
        ("ftp://hooks.example.com/", NO_ADDRESS),
        ("file:///etc/passwd", NO_ADDRESS),
        ("gopher://hooks.example.com/", NO_ADDRESS),
        ("javascript:alert(1)", NO_ADDRESS),
        ("//hooks.example.com/", NO_ADDRESS),
        ("hooks.example.com", NO_ADDRESS),
        ("https:///path", NO_ADDRESS),
        ("https://", NO_ADDRESS),
        ("", NO_ADDRESS),
        ("https://[::1/", NO_ADDRESS),
        ("https://[1::2::3]/", NO_ADDRESS),
        ("https://[hooks.example.com]/", NO_ADDRESS),
        ("https://hooks.example.com:0/", NO_ADDRESS),
        ("https://hooks.example.com:65536/", NO_ADDRESS),
        ("https://hooks.example.com:443:444/", NO_ADDRESS),
        ("https://hooks..example.com/", NO_NAME),
        ("https://%31%32%37.0.0.1.com/", NO_NAME),
        ("https://-hooks.example.com/", NO_NAME),
        (f"https://{'a' * 64}.com/", NO_NAME),
        (f"https://hooks.example.com/{'a' * 2000}", "up to 2,000 characters"),
    ],
)
def test_refusals(url: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as refused:
        checked(url)
    assert set(refused.value.fields) == {"address"}


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://hooks.example.com/casebook", "https://hooks.example.com/casebook"),
        ("  HTTPS://Hooks.Example.COM.:443?a=1&b=%20#top ", "https://hooks.example.com/?a=1&b=%20"),
        ("https://hooks.example.com:8443/a//b/../c", "https://hooks.example.com:8443/a//b/../c"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2606:4700:4700:0::1111]:8443", "https://[2606:4700:4700::1111]:8443/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://a_b.example.com/x@y", "https://a_b.example.com/x@y"),
        ("https://notlocal.example.com/", "https://notlocal.example.com/"),
        ("https://corp.example.com/", "https://corp.example.com/"),
    ],
)
def test_what_is_taken_is_kept_in_its_plainest_form(url: str, kept: str) -> None:
    assert checked(url) == kept
    assert checked(kept) == kept


# -- what the operator allows -----------------------------------------------------------------------------------------

ALLOWED = Allowed.of(
    ["hooks.corp.internal", "127.0.0.1:8080", "10.2.0.0/16", "[fd00::0:1]:80", "192.168.7.7", "fd12::/16"]
)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.corp.internal/",
        "http://hooks.corp.internal:9000/x",
        "http://HOOKS.corp.internal./x",
        "http://127.0.0.1:8080/",
        "https://10.2.255.1/",
        "http://10.2.255.1:81/",
        "http://[fd00::1]/",
        "http://192.168.7.7:1234/",
        "http://[fd12:3::4]/",
    ],
)
def test_the_operator_allows_hosts_ports_and_networks(url: str) -> None:
    assert checked(url, ALLOWED)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://www.hooks.corp.internal/", PRIVATE),
        ("https://corp.internal/", PRIVATE),
        ("http://127.0.0.1:8081/", PRIVATE),
        ("https://127.0.0.1/", PRIVATE),
        ("https://10.3.0.1/", PRIVATE),
        ("https://[::ffff:10.2.0.1]/", PRIVATE),
        ("https://[fd00::1]/", PRIVATE),
        ("http://hooks.example.com/", HTTPS),
        ("ftp://hooks.corp.internal/", NO_ADDRESS),
        ("https://ann@hooks.corp.internal/", "Leave name"),
    ],
)
def test_and_nothing_beside_them(url: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        checked(url, ALLOWED)


@pytest.mark.parametrize("url", ["https://10.1.2.3/", "https://hooks.internal/x?y", "https://[fd00::1]/"])
def test_what_the_sentence_tells_an_admin_to_set_does_allow_it(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked(url)
    word = refused.value.sentence.partition("CASEBOOK_PRIVATE_WEBHOOKS=")[2].partition("`")[0]
    assert checked(url, Allowed.of([word]))


# -- addresses by number ----------------------------------------------------------------------------------------------

# All that `ipaddress` knows to be private, and what it takes for global: multicast and stand-ins for IPv4.
NOT_GLOBAL = [
    *ipaddress._IPv4Constants._private_networks,  # type: ignore[attr-defined]
    *ipaddress._IPv6Constants._private_networks,  # type: ignore[attr-defined]
    *map(
        ip_network,
        (
            "100.64.0.0/10", "224.0.0.0/4", "192.88.99.0/24", "192.0.0.0/24", "::/8", "::ffff:0:0/96", "64:ff9b:1::/48",
            "100::/64", "2001::/23", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10",
            "ff00::/8",
        ),
    ),
]  # fmt: skip


def inside(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> st.SearchStrategy[IPv4Address | IPv6Address]:
    first, last = int(network.network_address), int(network.broadcast_address)
    kind = IPv4Address if network.version == 4 else IPv6Address
    return st.one_of(st.sampled_from([first, last]), st.integers(first, last)).map(kind)


@given(st.sampled_from(NOT_GLOBAL).flatmap(inside))
def test_no_address_of_a_network_that_is_not_global_is_taken(address: IPv4Address | IPv6Address) -> None:
    assert not is_public(address)
    host = f"[{address}]" if address.version == 6 else str(address)
    with pytest.raises(Invalid, match=PRIVATE):
        checked(f"https://{host}/")


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(address: IPv4Address | IPv6Address) -> None:
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast


@given(st.ip_addresses(v=4))
def test_through_nat64_an_address_is_as_public_as_without(address: IPv4Address | IPv6Address) -> None:
    assert is_public(IPv6Address(int(ip_address("64:ff9b::")) + int(address))) == is_public(address)


def test_public_ones_are_public() -> None:
    for address in ("8.8.8.8", "1.1.1.1", "172.32.0.1", "100.63.255.255", "2606:4700:4700::1111", "2a00:1450::1"):
        assert is_public(ip_address(address))
        assert not NOTHING.holds(ip_address(address))
