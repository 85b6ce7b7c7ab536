"""记到控制台的：不许看、找不到，一行就够；出了错才要来龙去脉。"""

import json
import logging
from datetime import datetime

from xushi.core.clock import BEIJING
from xushi.operations.asked import asked_as

SERVER_ERROR = 500


class Brief(logging.Filter):
    """Takes the traceback from what was refused (4xx): it is an answer, not a fault."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", SERVER_ERROR) < SERVER_ERROR:
            record.exc_info = record.exc_text = None
        return True


class Plain(logging.Formatter):
    """One line to read: the words, then the number of the request where there is one."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        asked = asked_as()
        return f"{record.message} [{asked}]" if asked else record.message


class Json(logging.Formatter):
    """One object a line, for collectors: time, level, logger, words, request, status, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, BEIJING).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": asked_as(),
            "status": getattr(record, "status_code", None),
            "milliseconds": getattr(record, "milliseconds", None),
            "traceback": self.formatException(record.exc_info) if record.exc_info else "",
        }
        return json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False)
