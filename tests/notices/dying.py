"""一个会在半路被杀的后台，只给测试用：python -m tests.notices.dying 步骤名

It does one round of the real worker. The step is a function of the product, wrapped here and nowhere else: the process
kills itself with SIGKILL right before or right after it.
"""

import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
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


def main(step: str) -> None:
    import django

    django.setup()
    module, name, when = STEPS[step]
    place = import_module(module)
    setattr(place, name, _deadly(getattr(place, name), when))
    from django.core.management import call_command

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
    main(sys.argv[1])
