"""会在半路被杀的后台，只给测试用：python -m tests.notices.dying 起一个备好了一切的，每要一个就分出一个来。

Starting Python and loading the product takes longer than all that is tested here, so it is done once, with no database
opened. Each line read, [step, channels file] as JSON, is a process of its own that does one round of the real worker;
its exit code is the line answered. The step is a function of the product, wrapped there and nowhere else: the process
kills itself with SIGKILL right before or right after it.
"""

import json
import os
import random
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

STEPS = {
    "领到反应": ("xushi.journal.worker", "carry_out", "before"),
    "写消息之前": ("xushi.flow.reactions", "write_notices", "before"),
    "消息写了还没提交": ("xushi.flow.reactions", "write_notices", "after"),
    "反应办成之后": ("xushi.journal.worker", "carry_out", "after"),
    "收进摘要还没提交": ("xushi.notices.gathering", "_put", "after"),
    "收进摘要之后": ("xushi.notices.sender", "gather", "after"),
    "领到摘要": ("xushi.notices.sending", "claim", "after"),
    "写好了字": ("xushi.notices.sending", "worded", "after"),
    "发之前": ("xushi.notices.sending", "begin", "after"),
    "对方收下之后": ("xushi.notices.transport", "deliver", "after"),
    "记下已发之后": ("xushi.notices.sending", "mark_sent", "after"),
    "不死": ("xushi.notices.sending", "mark_sent", "never"),
}
LONGEST = 120  # seconds; past them SIGALRM ends the process, which no test takes for its SIGKILL


def main() -> None:
    import django

    django.setup()
    _load()
    for line in sys.stdin:
        code = os.waitstatus_to_exitcode(os.waitpid(_one(*json.loads(line)), 0)[1])
        sys.stdout.write(f"{code}\n")
        sys.stdout.flush()


def _load() -> None:
    """What a round of the worker would load on its way: the addresses of all pages are most of it."""
    from django.urls import reverse

    for module, _, _ in STEPS.values():
        import_module(module)
    reverse("home:overview")


def _one(step: str, channels: str) -> int:
    """The number of a new process that is on its way to this step."""
    from django.db import connections

    assert all(one.connection is None for one in connections.all(initialized_only=True))
    if child := os.fork():
        return child
    code = 1
    try:
        os.dup2(2, 1)  # what it prints is no answer
        signal.alarm(LONGEST)
        random.seed()
        _work(step, channels)
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _work(step: str, channels: str) -> None:
    from django.conf import settings
    from django.core.management import call_command

    from tests.quick import start_nothing
    from xushi.operations import schedule

    settings.XUSHI_CHANNELS = Path(channels)
    schedule._start = start_nothing  # type: ignore[assignment]
    module, name, when = STEPS[step]
    place = import_module(module)
    setattr(place, name, _deadly(getattr(place, name), when))
    call_command("worker", once=True)


def _deadly(act: Callable[..., Any], when: str) -> Callable[..., Any]:
    def then_die(*arguments: Any, **named: Any) -> Any:
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = act(*arguments, **named)
        if when == "after" and answer is not False:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    return then_die


if __name__ == "__main__":
    main()
