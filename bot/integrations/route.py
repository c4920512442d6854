"""The connection to an address that a person gave: made to the very addresses that were found public, or not at all.

A name that led to a public address when it was saved, or a moment ago, may lead to a private one now: whoever owns the
name decides, for each question anew (DNS rebinding). So it is resolved once, every answer is checked, and the socket is
connected to one of those answers, without asking again. The certificate is still checked against the name.
"""

import os
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from ipaddress import ip_address
from threading import Lock, Timer
from typing import Any

from requests import Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager

from bot.integrations.address import IP, Allowed, is_public, private_sentence
from bot.integrations.errors import Declined, Unanswered

CONNECT_WITHIN = 5.0

# Host and port to addresses, as numbers. Raises ``OSError``.
Resolve = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Route:
    """For one request. ``deadline``: seconds from now after which it is cut off, whatever has come by then."""

    def __init__(self, allowed: Allowed, deadline: float, resolve: Resolve = resolve) -> None:
        self.allowed = allowed
        self.resolve = resolve
        self._ends = time.monotonic() + deadline
        self._sockets: list[socket.socket] = []
        self._lock = Lock()
        self._timer = Timer(deadline, self.cut)
        self._timer.daemon = True
        self._session = self.session()

    def __enter__(self) -> Session:
        self._timer.start()
        return self._session

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._session.close()
        self.cut()

    def session(self) -> Session:
        """Without what the environment says of proxies and passwords: a proxy would look the name up once more."""
        session = Session()
        session.trust_env = False
        session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True  # the one word of it that is wanted
        for scheme in ("http://", "https://"):
            session.mount(scheme, RoutedAdapter(self))
        return session

    def connect(self, host: str, port: int) -> socket.socket:
        for address in self.addresses(host, port):
            one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
            with ExitStack() as on_failure, suppress(OSError):
                on_failure.callback(one.close)
                one.settimeout(min(CONNECT_WITHIN, self.left()))
                one.connect((address, port))
                self.watch(one)
                on_failure.pop_all()
                return one
        raise Unanswered("no connection", perhaps_sent=False)

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """Raises ``Declined`` if any of them is private: an honest name has no such among others."""
        try:
            found = self.resolve(host, port)
        except (OSError, UnicodeError):
            raise Unanswered("the host's name is not known", perhaps_sent=False) from None
        if not self.allowed.names(host, port) and not all(self.may_be_called(ip_address(one)) for one in found):
            raise Declined("private address", private_sentence(host))
        return found

    def may_be_called(self, address: IP) -> bool:
        return is_public(address) or self.allowed.holds(address)

    def left(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise Unanswered("no connection in time", perhaps_sent=False)
        return left

    def watch(self, one: socket.socket) -> None:
        """A second handle on the connection: TLS takes the first one over."""
        with self._lock:
            self._sockets.append(one.dup())
        self.left()

    def cut(self) -> None:
        """A timeout for each read does not do: a byte now and then would hold a thread for as long as it pleases."""
        with self._lock:
            for one in self._sockets:
                with suppress(OSError):  # it has ended by itself
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
            self._sockets.clear()


class RoutedAdapter(HTTPAdapter):
    def __init__(self, route: Route) -> None:
        self._route = route
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **kwargs)
        self.poolmanager.pool_classes_by_scheme = pools(self._route)


def pools(route: Route) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return route.connect(self.host, self.port)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return route.connect(self.host, self.port)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
