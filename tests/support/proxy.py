"""A door in front of a server that tests can shut, hold, slow down, and make swallow what passes."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Self

LOOPBACK = "127.0.0.1"
PIECE = 65_536
NEVER = b"\x00never said\x00"


class _Link:
    """One connection through the door: client on one side, server on the other."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self._sides = (client, server)
        self.named = False
        self.doomed = False

    def abort(self) -> None:
        for side in self._sides:
            side.transport.abort()


class Proxy:
    """Passes bytes between whoever connects to `port` and the server at the port it `leads_to`.

    The switches are safe to use from any thread. `lost` counts the requests and replies that were swallowed.
    """

    def __init__(self) -> None:
        self.port = 0
        self.lost = 0
        self._target = 0
        self._open = True
        self._held = False
        self._held_word = NEVER
        self._delay = 0.0
        self._lose_word = NEVER
        self._lose_requests = 0
        self._lose_replies = 0
        self._links: set[_Link] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    def leads_to(self, port: int) -> None:
        """The server behind the door."""
        self._target = port

    def cut(self) -> None:
        """Breaks every connection, and each new one at once."""
        self._open = False
        self._ask(self._abort_all())

    def hold(self, word: bytes | None = None) -> None:
        """Nothing passes any more, and nobody is told; with `word`, on connections alone whose client ever sends it."""
        self._held = word is None
        self._held_word = word or NEVER

    def slow(self, seconds: float) -> None:
        """Every piece waits so long in each direction."""
        self._delay = seconds

    def lose_requests(self, word: bytes, number: int) -> None:
        """The next `number` requests that contain the word never reach the server; their connections break."""
        self._lose_word, self._lose_requests, self._lose_replies = word, number, 0

    def lose_replies(self, word: bytes, number: int) -> None:
        """The server acts on the next `number` requests that contain the word, but no reply comes back."""
        self._lose_word, self._lose_requests, self._lose_replies = word, 0, number

    def mend(self) -> None:
        """Everything passes again."""
        self._open, self._held, self._delay = True, False, 0.0
        self._held_word = self._lose_word = NEVER

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._ask(asyncio.start_server(self._serve, LOOPBACK, 0))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *caught: object) -> None:
        self._ask(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        await self._abort_all()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _abort_all(self) -> None:
        for link in list(self._links):
            link.abort()

    def _ask(self, question: Coroutine[Any, Any, Any]) -> Any:
        asked: Future[Any] = asyncio.run_coroutine_threadsafe(question, self._loop)
        return asked.result(20)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not self._open:
                raise ConnectionRefusedError
            far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._target)
        except OSError:
            writer.transport.abort()
            return
        link = _Link(writer, far_writer)
        self._links.add(link)
        try:
            await asyncio.gather(
                self._pass(link, reader, far_writer, outward=True), self._pass(link, far_reader, writer, outward=False)
            )
        finally:
            link.abort()
            self._links.discard(link)

    async def _pass(
        self, link: _Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, outward: bool
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(PIECE):
                link.named = link.named or (outward and self._held_word in data)
                while self._held or (link.named and self._held_word != NEVER):
                    await asyncio.sleep(0.02)
                if self._delay:
                    await asyncio.sleep(self._delay)
                if self._swallows(link, data, outward):
                    break
                writer.write(data)
                await writer.drain()
        link.abort()

    def _swallows(self, link: _Link, data: bytes, outward: bool) -> bool:
        if not outward:
            return link.doomed
        if self._lose_word in data:
            if self._lose_requests:
                self._lose_requests -= 1
                self.lost += 1
                return True
            if self._lose_replies:
                self._lose_replies -= 1
                self.lost += 1
                link.doomed = True
        return False
