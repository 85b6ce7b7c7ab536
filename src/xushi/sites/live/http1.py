"""网关自己的小 HTTP：一个连接一问一答（HTTP/1.0），只在回环或套接字文件上听，前面有 ASGI 或 nginx。"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

HEAD = 16 * 1024
HEAD_WAIT = 10.0  # seconds
STALLED = 30.0  # seconds a reader may take to swallow what was written
WAITING = 1024  # connections that may knock at once
HIGH = 128 * 1024  # bytes on their way to one reader; what else waits for them is shared by all


@dataclass(frozen=True, slots=True)
class Asked:
    """A request; names of headers are lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: body whole, or pieces as they come."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    pieces: AsyncIterator[bytes] | None = None


Handler = Callable[[Asked], Awaitable[Answer]]


async def listen(at: str, handler: Handler) -> asyncio.Server:
    """Serve at unix:/path or host:port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):  # shutting down
            await _serve(handler, reader, writer)

    if at.startswith("unix:"):
        return await asyncio.start_unix_server(serve, at.removeprefix("unix:"), limit=HEAD, backlog=WAITING)
    host, _, port = at.rpartition(":")
    return await asyncio.start_server(serve, host, int(port), limit=HEAD, backlog=WAITING)


async def connect(at: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if at.startswith("unix:"):
        return await asyncio.open_unix_connection(at.removeprefix("unix:"), limit=HIGH)
    host, _, port = at.rpartition(":")
    return await asyncio.open_connection(host, int(port), limit=HIGH)


async def read_head(reader: asyncio.StreamReader) -> tuple[str, list[tuple[str, str]]]:
    """First line and headers (names lower case); ValueError, OSError or IncompleteReadError where it is none."""
    async with asyncio.timeout(HEAD_WAIT):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    pairs = [line.partition(":") for line in lines]
    return first, [(name.strip().lower(), value.strip()) for name, _, value in pairs]


def head_of(first: str, headers: list[tuple[str, str]]) -> bytes:
    """ValueError where a header would begin another."""
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("头里有换行")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


async def _serve(handler: Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        first, headers = await read_head(reader)
        method, target, *_ = first.split(" ")
        path, _, query = target.partition("?")
        answer = await handler(Asked(method, path, query, dict(headers)))
        await _give(answer, reader, writer)
    except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
        pass  # the other side is gone, or never spoke HTTP
    finally:
        writer.transport.abort() if writer.transport.get_write_buffer_size() else writer.close()


async def _give(answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    whole = answer.pieces is None
    length = [("content-length", str(len(answer.body)))] if whole else []
    first = f"HTTP/1.0 {answer.status} {HTTPStatus(answer.status).phrase}"
    writer.write(head_of(first, [*answer.headers, *length, ("connection", "close")]) + answer.body)
    if answer.pieces is None:
        await _drained(writer)
        return
    writer.transport.set_write_buffer_limits(high=HIGH)
    gone = asyncio.ensure_future(reader.read(1))
    giving = asyncio.ensure_future(_pieces(answer.pieces, writer))
    try:
        await asyncio.wait({gone, giving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (gone, giving):
            task.cancel()
            with suppress(asyncio.CancelledError, OSError, TimeoutError):
                await task


async def _pieces(pieces: AsyncIterator[bytes], writer: asyncio.StreamWriter) -> None:
    try:
        async for piece in pieces:
            writer.write(piece)
            await _drained(writer)
    finally:
        closing = getattr(pieces, "aclose", None)
        if closing:
            await closing()


async def _drained(writer: asyncio.StreamWriter) -> None:
    async with asyncio.timeout(STALLED):
        await writer.drain()
