"""控制台的日志：不许看的只记一行，出错的连来龙去脉。"""

import logging
from io import StringIO

import pytest
from django.conf import settings
from django.test import Client

from xushi.config.logs import Brief
from xushi.units.models import User

MODULE = "xushi.config.logs.Brief"


def logged(status: int | None) -> str:
    """What the console says of a failed request with this status."""
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(Brief())
    try:
        raise PermissionError("不在你的权限里")
    except PermissionError as problem:
        info = (type(problem), problem, problem.__traceback__)
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Forbidden: %s", ("/orders/",), info)
    if status:
        record.status_code = status
    handler.handle(record)
    return out.getvalue()


def test_a_refusal_is_one_line_and_a_fault_is_told_in_full() -> None:
    assert logged(403) == "Forbidden: /orders/\n"
    assert logged(404) == "Forbidden: /orders/\n"
    assert "Traceback" in logged(500)
    assert "Traceback" in logged(None)
    console = settings.LOGGING["handlers"]["console"]
    assert [settings.LOGGING["filters"][name]["()"] for name in console["filters"]] == [MODULE]


@pytest.mark.django_db
def test_a_403_of_a_page_says_its_status(stranger: User, signed_in, caplog: pytest.LogCaptureFixture) -> None:
    client: Client = signed_in(stranger)
    with caplog.at_level(logging.WARNING, "django.request"):
        assert client.get("/journal/").status_code == 403
    [record] = [one for one in caplog.records if one.name == "django.request"]
    assert record.status_code == 403  # type: ignore[attr-defined]
