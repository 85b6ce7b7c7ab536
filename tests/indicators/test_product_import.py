"""表格进来：整张记或一个不记，两遍不重；出去的用 xushi score 重算，得分一样。"""

import json
from collections.abc import Iterator
from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from tests import people
from tests.conftest import Once
from tests.indicators.district import District, build
from xushi.demo.indicators import AIR
from xushi.indicators.models import Observation

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _built(once: Once) -> Iterator[District]:
    def make() -> District:
        root = people.district()
        return build(root, people.person("office_user", root))

    with once(make) as made:
        yield made


@pytest.fixture(autouse=True)
def _place(_built: District, db: None) -> None:
    deepcopy(_built)


def book(path: Path, rows: list[list[Any]]) -> Path:
    made = openpyxl.Workbook()
    assert made.active is not None
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


def told(*args: Any, **options: Any) -> Any:
    out = StringIO()
    call_command("indicators", *args, stdout=out, json=True, **options)
    return json.loads(out.getvalue())


def test_a_sheet_is_kept_and_the_same_sheet_twice_writes_nothing(tmp_path: Path) -> None:
    sheet = book(
        tmp_path / "8月.xlsx",
        [["8月空气质量"], ["单位", AIR], ["浦口区", 61.9], ["玄武区", "#10"], ["江宁区", None]],
    )
    made = told("import", str(sheet), period="2018-08", source="市环保局月通报")
    assert (made["written"], made["same"]) == (2, 0)
    own = Observation.objects.get(period="2018-08", participant__own=True)
    assert (own.low, own.source, own.made_up) == (61.9, "市环保局月通报", False)
    assert Observation.objects.get(period="2018-08", participant__name="玄武区").rank == 10
    again = told("import", str(sheet), period="2018-08")
    assert (again["written"], again["same"]) == (0, 2)


def test_an_unknown_name_refuses_the_whole_sheet_and_offers_a_like_one(tmp_path: Path) -> None:
    rows = [["单位", AIR, "月亮圆缺"], ["浦口区", 61.9, 1], ["浦口新区", 60, 1]]
    sheet = book(tmp_path / "错.xlsx", rows)
    with pytest.raises(CommandError) as refusal:
        told("import", str(sheet), period="2018-08")
    assert "没有“浦口新区”这个参评单位，是不是“浦口区”" in str(refusal.value)
    assert "没有“月亮圆缺”这个指标" in str(refusal.value)
    assert not Observation.objects.filter(period="2018-08").exists()


def test_what_goes_out_scores_the_same_without_the_database(tmp_path: Path) -> None:
    made = told("export", str(tmp_path), period="2018-06")
    out = StringIO()
    call_command("score", made["spec"], made["data"], period="2018-06", json=True, stdout=out)
    units = {one["unit"]: one for one in json.loads(out.getvalue())["units"]}
    assert round(units["浦口区"]["scores"]["总得分"], 2) == 195.63
    assert units["浦口区"]["ranks"]["总得分"] == 9
    own = {one["unit"]: (one["score"], one["rank"]) for one in told("score", period="2018-06")["units"]}
    assert own == {name: (one["scores"]["总得分"], one["ranks"]["总得分"]) for name, one in units.items()}


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="没有“moon”这个体系，有的是：city"):
        told("score", system="moon")
    with pytest.raises(CommandError, match="2018-11没有数"):
        told("score", period="2018-11")
    with pytest.raises(CommandError, match="写上要导入的表"):
        told("import")
