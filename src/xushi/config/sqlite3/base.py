"""Django 的 SQLite，只是同一句话的占位符只换一次：句子长，一页几十句，每次重换占一页的百分之二。"""

from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base

MOST = 2000  # sentences, as many as kit/phrased.py keeps


@lru_cache(MOST)
def _with_marks(query: str) -> str:
    marked: str = base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")
    return marked


class Cursor(base.SQLiteCursorWrapper):
    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        if param_names is None:
            return _with_marks(query)
        converted: str = super().convert_query(query, param_names=param_names)
        return converted


class DatabaseWrapper(base.DatabaseWrapper):
    def create_cursor(self, name: str | None = None) -> Cursor:
        cursor: Cursor = self.connection.cursor(factory=Cursor)
        return cursor
