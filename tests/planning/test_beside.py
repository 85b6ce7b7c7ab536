"""招商签约页旁的储备与明年计划：数与储备页的一样，只给看得到的人。"""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import NOW
from tests.planning.builders import compiled
from xushi.config import clock
from xushi.kit.beside import cards
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _compiled(monkeypatch: pytest.MonkeyPatch, subdistrict: Unit, office_user: User) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    compiled(subdistrict, office_user)


def test_each_bar_opens_its_list_and_the_programme_is_compared(office_user: User, signed_in: SignIn) -> None:
    [card] = cards("signings", office_user, NOW.date())
    client = signed_in(office_user)
    assert sum(bar.count for bar in card.bars) > 0
    for bar in card.bars:
        assert client.get(bar.url).context["page"].paginator.count == bar.count
    assert card.note == f"储备{sum(bar.count for bar in card.bars)}个"
    assert card.foot.startswith("2019年计划")
    text = client.get(reverse("signings:index")).content.decode()
    assert "储备与明年计划" in text
    assert card.foot in text


def test_a_stranger_counts_only_their_own(stranger: User, owner_user: User) -> None:
    [card] = cards("signings", stranger, NOW.date())
    assert sum(bar.count for bar in card.bars) == 0
    assert cards("signings", owner_user, NOW.date()) == []
