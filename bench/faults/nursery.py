"""A parent that has imported everything and holds no connection, and forks what is to be killed:

    python -m bench.faults.nursery PORT

What is forked is the product's own serving code: uvicorn on a socket that all web processes share, as its own master
hands it to them; `xushi worker` and `xushi cameras` by their command line. Whatever has ended is forked anew at once,
so that a kill costs a tenth of a second instead of the seconds that Python and Django take to start. Says the place
and process id of every fork on a line of stdout.
"""

import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

PLACES = ("web 0", "web 1", "worker 0", "worker 1", "gateway 0")
AGAIN = 0.1  # seconds after which what has ended is there again


def main(port: int) -> None:
    listening = _listening(port)
    _import_everything()
    duties: dict[str, Callable[[], None]] = {
        "web": lambda: _web(listening), "worker": lambda: _command("worker"), "gateway": lambda: _command("cameras"),
    }  # fmt: skip
    running: dict[int, str] = {}

    def end(_number: int, _frame: FrameType | None) -> None:
        _end(running)

    signal.signal(signal.SIGTERM, end)
    for place in PLACES:
        running[_fork(place, duties)] = place
    while True:
        ended, _ = os.wait()
        time.sleep(AGAIN)
        place = running.pop(ended)
        running[_fork(place, duties)] = place


def _listening(port: int) -> socket.socket:
    """Held by the parent too: who comes while no web process is up waits instead of being refused."""
    listening = socket.create_server(("127.0.0.1", port), backlog=2048)
    listening.set_inheritable(True)
    return listening


def _import_everything() -> None:
    """All that a process imports, and every template: what is there before the fork need not be made after it."""
    import django
    import uvicorn  # noqa: F401

    django.setup()
    from django.db import connections
    from django.template import TemplateSyntaxError
    from django.template.loader import get_template
    from django.urls import get_resolver

    import xushi
    import xushi.config.asgi
    import xushi.flow.management.commands.worker
    import xushi.sites.live.process

    _ = get_resolver().reverse_dict
    for templates in Path(xushi.__file__).parent.glob("*/templates"):
        for path in templates.rglob("*.html"):
            try:
                get_template(str(path.relative_to(templates)))
            except TemplateSyntaxError:
                continue  # one that asks for what only its page has
    assert all(one.connection is None for one in connections.all(initialized_only=True))
    gc.freeze()


def _fork(place: str, duties: dict[str, Callable[[], None]]) -> int:
    pid = os.fork()
    if pid:
        print(place, pid, flush=True)
        return pid
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _die_with_parent()
        duties[place.split(maxsplit=1)[0]]()
        status = 0
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else 1
    finally:
        sys.stdout.flush()
        os._exit(status)


def _die_with_parent() -> None:
    """Killing the parent is what a power cut is: all end in the same moment."""
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _web(listening: socket.socket) -> None:
    """One of uvicorn's processes, with the options of `xushi serve`."""
    import uvicorn

    config = uvicorn.Config(
        "xushi.config.asgi:application", lifespan="off", access_log=False, server_header=False, log_level="warning",
        timeout_graceful_shutdown=3,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listening])


def _command(name: str) -> None:
    from xushi.config import cli

    sys.argv = ["xushi", name]
    cli.main()


def _end(running: dict[int, str]) -> None:
    """As a service manager does it: asked first, killed after ten seconds."""
    for pid in running:
        os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + 10
    while running and time.monotonic() < until:
        pid, _ = os.waitpid(-1, os.WNOHANG)
        if pid:
            running.pop(pid, None)
        else:
            time.sleep(0.05)
    for pid in running:
        os.kill(pid, signal.SIGKILL)
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
