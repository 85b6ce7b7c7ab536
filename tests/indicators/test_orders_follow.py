"""过期的任务、过期没报的指标、落后的指标，都派得出督办；派了的，页上就是那一件。"""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.indicators.district import LATE, District
from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause
from xushi.indicators.models import Indicator
from xushi.indicators.models_tasks import Task
from xushi.supervision.models import SupervisionOrder
from xushi.units.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]
JUDGED = True
SignIn = Callable[[User], Client]


def written(client: Client, url: str, lead: int) -> SupervisionOrder:
    """The order that comes of an address, issued at once."""
    body = {
        "token": "a" * 32, "lead": str(lead), "title": "限期做完", "demand": "倒排时间，报来整改办法",
        "urgency": "ordinary", "act": "issue",
    }  # fmt: skip
    assert client.get(url).status_code == 200
    answer = client.post(url, body)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    made: SupervisionOrder = SupervisionOrder.objects.get()
    return made


def test_an_overdue_task_becomes_an_order_and_shows_it(
    place: District, office: Client, users: dict[str, User], signed_in: SignIn
) -> None:
    task = Task.objects.get(name=LATE[0])
    warned = Alert.objects.open().get(subject_id=task.indicator_id, cause=Cause.INDICATOR_BEHIND)
    url = f"{reverse('supervision:new_order')}?alert={warned.pk}"
    page = office.get(reverse("indicators:tasks")).content.decode()
    assert url in page
    order = written(office, url, place.people.units["区环保局"].pk)
    assert (order.source_id, order.lead.name) == (warned.pk, "区环保局")
    page = office.get(reverse("indicators:tasks")).content.decode()
    assert url not in page
    assert reverse("supervision:order", args=[order.pk]) in page
    read = signed_in(users["leader_user"]).get(reverse("indicators:tasks")).content.decode()
    assert reverse("supervision:new_order") not in read


def test_a_figure_that_is_past_its_day_becomes_an_order(place: District, office: Client) -> None:
    bureau = place.people.units["区环保局"]
    page = office.get(reverse("indicators:calendar"), {"state": "overdue"}).content.decode()
    assert f"{reverse('supervision:new_order')}?lead={bureau.pk}" in page
    late = Alert.objects.open().filter(cause=Cause.INDICATOR_LATE, responsible_unit=bureau).first()
    assert late is not None
    url = f"{reverse('supervision:new_order')}?alert={late.pk}"
    assert url in office.get(reverse("indicators:watch")).content.decode()
    order = written(office, url, bureau.pk)
    card = Indicator.objects.get(pk=late.subject_id)
    assert (
        card.name in order.title
        or card.name in office.get(reverse("supervision:order", args=[order.pk])).content.decode()
    )
    assert (
        reverse("supervision:order", args=[order.pk])
        in office.get(reverse("indicators:watch")).content.decode()
    )
