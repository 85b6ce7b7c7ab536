"""慢查询：过了界限的记一行，连毫秒数和语句；参数不记，里面有人的数据。"""

import logging
import re
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

log = logging.getLogger("xushi.slow")
LONGEST = 2000  # characters of a statement
_LONG_LIST = re.compile(r"%s(?:, %s){3,}")


def watch() -> None:
    """Watch every connection from now on; nothing where XUSHI_SLOW_MS is 0."""
    if settings.XUSHI_SLOW_MS > 0:
        connection_created.connect(_watch, dispatch_uid="xushi.slow")


def _watch(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(timed)


def timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        took = (time.perf_counter() - began) * 1000
        if took >= settings.XUSHI_SLOW_MS:
            told = _LONG_LIST.sub(lambda many: f"%s × {many[0].count('%s')}", sql)
            log.warning("慢查询%.0f毫秒：%s", took, told[:LONGEST], extra={"milliseconds": round(took)})
