"""What happens to connections that arrive as the port is closed."""

import asyncio
import gc
import socket
from contextlib import suppress

import pytest
from aiohttp import web

from bot.sandbox.listener import Listener


@pytest.mark.parametrize("turns", range(4))
def test_whoever_is_let_in_as_it_closes_is_closed_too(turns):
    """`turns` of the loop after the connection has begun."""

    async def close_in_the_middle() -> socket.socket:
        listener = await Listener.open(web.Application(), "127.0.0.1", 0)
        caller = socket.create_connection(("127.0.0.1", listener.port))
        for _ in range(turns):
            await asyncio.sleep(0)
        await listener.close()
        return caller

    with asyncio.run(close_in_the_middle()) as caller:
        gc.collect()  # an unclosed transport complains when it is collected, which fails the test
        caller.settimeout(5)
        with suppress(ConnectionResetError):
            assert caller.recv(1) == b""


def test_a_taken_port_is_an_error():
    async def open_twice() -> None:
        first = await Listener.open(web.Application(), "127.0.0.1", 0)
        try:
            with pytest.raises(OSError, match="in use"):
                await Listener.open(web.Application(), "127.0.0.1", first.port)
        finally:
            await first.close()

    asyncio.run(open_twice())
