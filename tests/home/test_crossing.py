"""交叉页：每一格打开的清单与它相等；外人只看到自己的。"""

import re
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

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


@pytest.mark.parametrize("level", ["provincial_municipal", "municipal"])
def test_the_level_can_be_chosen_where_it_is_no_dimension(level, here, office_user, signed_in):
    client = signed_in(office_user)
    page = client.get(f"{ADDRESS}?figure=under_way&down=territory&across=&level={level}").content.decode()
    cells = re.findall(r'href="(/projects/\?[^"]+)">(\d+)</a>', page)
    assert sum(int(count) for _, count in cells) == 7  # 36个里每4个一个在市级名单上，9个里2个是前期工作
    for address, count in cells:
        assert f"level={level}" in address
        assert f"合计<b>{count}</b>个项目" in client.get(address.replace("&amp;", "&")).content.decode()
    assert client.get(f"{ADDRESS}?level=x").status_code == 400


def test_the_export_is_exactly_what_is_shown(here, office_user, signed_in):
    client = signed_in(office_user)
    query = "figure=completion_rate&down=territory&across=category"
    page = client.get(f"{ADDRESS}?{query}").content.decode()
    shown = [re.findall(r">([^<]+)</a></td>|(·)</span></td>", row) for row in page.split("<tr>")[2:]]
    answer = client.get(f"{ADDRESS}?{query}&as=xlsx")
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == "完成率，按属地×类别（%）"
    assert rows[1] == ("属地", "产业", "基础设施", "民生社会事业", "环境整治")
    printed = [["·" if cell is None else f"{cell * 100:.1f}%" for cell in row[1:]] for row in rows[2:5]]
    assert printed == [[text or dot for text, dot in row] for row in shown]
    assert rows[-1][0] == (
        "说明：周敏（区重大办）2018-09-12 08:30在127.0.0.1导出，完成率，按属地×类别，区级重点项目，2018年8月关账数，共3行"
    )
