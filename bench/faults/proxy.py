"""A TCP proxy in front of the database, so that the way to it can be cut, or go silent, and be mended again:

python -m bench.faults.proxy HOST PORT PATH    # at the far end of a wire (wire.py): only passes on
"""

import asyncio
import sys
import tempfile
import threading
from contextlib import suppress


class Proxy:
    """Listens on a port and on a socket's path, and passes everything on to `to` (a host and port, or a path)."""

    def __init__(self, to: tuple[str, int] | str, host: str = "127.0.0.1", port: int = 0) -> None:
        self.to, self.host, self.port = to, host, port
        self.path = f"{tempfile.mkdtemp(prefix='xushi-proxy-')}/socket"
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._cut, self._silent = False, asyncio.Event()
        threading.Thread(target=self._run, daemon=True, name="proxy").start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def cut(self) -> None:
        """Everything open is broken off, everything new refused at once."""
        self._loop.call_soon_threadsafe(self._break)

    def hush(self) -> None:
        """Nothing passes any more, yet nobody is told."""
        self._loop.call_soon_threadsafe(self._silent.clear)

    def mend(self) -> None:
        def again() -> None:
            self._cut = False
            self._silent.set()

        self._loop.call_soon_threadsafe(again)

    def _break(self) -> None:
        self._cut = True
        for writer in list(self._open):
            writer.transport.abort()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _listen(self) -> None:
        self._silent.set()
        server = await asyncio.start_server(self._taken, self.host, self.port)
        self._both = server, await asyncio.start_unix_server(self._taken, self.path)
        self.port = server.sockets[0].getsockname()[1]

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        try:
            if isinstance(self.to, str):
                there, back = await asyncio.open_unix_connection(self.to)
            else:
                there, back = await asyncio.open_connection(*self.to)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, back}
        await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
        self._open -= {writer, back}

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                await self._silent.wait()
                sink.write(data)
                await sink.drain()
        with suppress(OSError, RuntimeError):
            sink.close()


if __name__ == "__main__":
    Proxy(sys.argv[3], sys.argv[1], int(sys.argv[2]))
    print("listening", flush=True)
    threading.Event().wait()
