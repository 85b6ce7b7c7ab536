"""每分钟一次的事：上面的房登记，后台照叫；一件出错不拖别的。"""

import logging
from collections.abc import Callable
from datetime import datetime

log = logging.getLogger(__name__)
Beat = Callable[[datetime], None]
_beats: list[Beat] = []


def on_beat(act: Beat) -> None:
    """Register what the worker calls about once a minute of real time; once, however often it is said."""
    if act not in _beats:
        _beats.append(act)


def beat(real: datetime) -> None:
    for act in _beats:
        try:
            act(real)
        except Exception:
            log.exception("每分钟一次的事（%s）出错，下一分钟再来", act.__qualname__)
