"""The port at which an application of the outside is heard."""

import asyncio
import socket
from typing import Self

from aiohttp import web

GRACE_SECONDS = 0.5
# The loop's turns from the acceptance of a connection until aiohttp knows it, and so can close it.
ACCEPTING_TURNS = 4


class Listener:
    """`port` is the one that it was given, or that it found when asked for 0."""

    def __init__(self, runner: web.AppRunner, listening: socket.socket) -> None:
        self._runner, self._listening = runner, listening
        self.port: int = listening.getsockname()[1]

    @classmethod
    async def open(cls, app: web.Application, host: str, port: int) -> Self:
        """On the running loop. Raises OSError when the port is taken."""
        listening = socket.create_server((host, port))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=GRACE_SECONDS)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        return cls(runner, listening)

    async def close(self) -> None:
        """Nobody is let in from now on; whoever was let in a moment ago is closed like all others.

        asyncio's server of Python 3.11 drops a connection that it has accepted and not yet attached when it closes
        (cpython, issue 109564): its socket would stay open until it is collected.
        """
        asyncio.get_running_loop().remove_reader(self._listening)
        for _ in range(ACCEPTING_TURNS):
            await asyncio.sleep(0)
        await self._runner.cleanup()
