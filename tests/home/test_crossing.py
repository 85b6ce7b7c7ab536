"""交叉页：每一格打开的清单与它相等；外人只看到自己的。"""

import re

import pytest
from django.urls import reverse

from tests.progress.district import build

pytestmark = pytest.mark.django_db
ADDRESS = "/crossing/"


@pytest.mark.parametrize("across", ["category", "owner_kind", "leader", ""])
def test_each_cell_opens_a_list_of_its_count(across, office_user, signed_in):
    build()
    client = signed_in(office_user)
    page = client.get(f"{ADDRESS}?figure=under_way&down=territory&across={across}").content.decode()
    cells = re.findall(rf'href="({reverse("home:projects")}\?level=[^"]+)">(\d+)</a>', page)
    assert sum(int(count) for _, count in cells) == 10
    for address, count in cells:
        assert f"{count}个项目" in client.get(address.replace("&amp;", "&")).content.decode()


def test_unknown_dimensions_get_a_sentence(office_user, signed_in):
    answer = signed_in(office_user).get(f"{ADDRESS}?down=colour")
    assert answer.status_code == 400 and "不能按“colour”分" in answer.content.decode()


def test_a_leader_sees_it_and_a_stranger_only_their_own(leader_user, stranger, signed_in):
    build()
    assert "完成率，按属地×类别" in signed_in(leader_user).get(ADDRESS).content.decode()
    page = signed_in(stranger).get(f"{ADDRESS}?figure=under_way&across=").content.decode()
    counts = re.findall(r'level=district[^"]*">(\d+)</a>', page)
    assert sum(int(count) for count in counts) < 10
