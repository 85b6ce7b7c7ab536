"""登录的会话：Django 的，只是每页第一句的问法记着，不用每次再拼。"""

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.db.models import QuerySet
from django.utils.timezone import now as _now  # noqa: TID251 - by the clock that Django writes their end by

from xushi.kit.phrased import Word, ask


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Any:
        for session in ask(_living, Word(self.session_key or ""), _now()):
            return session
        self._session_key = None
        return None


def _living(key: str, now: datetime) -> "QuerySet[Any]":
    from django.contrib.sessions.models import Session

    return Session.objects.filter(session_key=key, expire_date__gt=now)
