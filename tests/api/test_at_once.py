"""同一刻：同一个去重号的两个请求，只办一次，两边得到同一句答复。"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from tests.api.world import account_of, system
from tests.factories import NOW
from tests.progress.builders import WAN, given_year
from xushi.api import views_access
from xushi.api.models import Handled
from xushi.journal.models import Event
from xushi.progress.models import MonthlyReport
from xushi.units.models import Role, Unit

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 4


def test_requests_with_one_key_at_once_give_one_act(subdistrict: Unit, settings: Any) -> None:
    settings.XUSHI_NOW = NOW
    views_access.forget_pace()
    project = given_year(subdistrict)
    other = system(account_of("街道系统", Role.TERRITORY, unit=subdistrict))
    row = {
        "project": project.pk,
        "month": "2018-08",
        "cumulative": 16_000 * WAN,
        "physical_progress": "封顶。",
    }
    start = Barrier(AT_ONCE)

    def send(_: int) -> tuple[int, str]:
        start.wait()
        try:
            answer = other.post("reports", {"rows": [row]})
            return answer.status_code, answer.content.decode()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(send, range(AT_ONCE)))
    assert len(set(found)) == 1
    assert found[0][0] == 200
    assert Handled.objects.count() == 1
    assert Event.objects.filter(verb="progress.report.submitted").count() == 1
    assert MonthlyReport.objects.filter(month="2018-08").count() == 1
