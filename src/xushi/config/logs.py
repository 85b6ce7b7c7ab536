"""记到控制台的：不许看、找不到，一行就够；出了错才要来龙去脉。"""

import logging

SERVER_ERROR = 500


class Brief(logging.Filter):
    """Takes the traceback from what was refused (4xx): it is an answer, not a fault."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", SERVER_ERROR) < SERVER_ERROR:
            record.exc_info = record.exc_text = None
        return True
