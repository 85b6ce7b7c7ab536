"""xushi figures：分组给人看得懂的名称，编号另给；各组加起来是全区。"""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.progress.district import build
from xushi.units.models import Unit

pytestmark = pytest.mark.django_db


def groups(**options: Any) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("figures", as_of="2018-02", json=True, stdout=out, **options)
    found: list[dict[str, Any]] = json.loads(out.getvalue())["groups"]
    return found


@pytest.mark.parametrize(("dimension", "number"), [("territory", "territory_id"), ("unit", "unit_id")])
def test_units_are_named_and_numbered(dimension: str, number: str) -> None:
    build()
    found = groups(by=f"level,{dimension}")
    names = {unit.pk: str(unit) for unit in Unit.objects.all()}
    assert found
    for group in found:
        assert group[dimension] == names[group[number]]
        assert group["label"].endswith(group[dimension])
    district = [group for group in found if group["level"] == "district"]
    [whole] = [g for g in groups() if g["level"] == "district" and not g["category"]]
    assert sum(group["listed"] for group in district) == whole["listed"]


def test_what_is_not_filled_in_is_said() -> None:
    build()
    [group] = groups(by="chain")
    assert (group["chain"], group["chain_id"]) == ("未填", 0)


def test_codes_stay_codes() -> None:
    build()
    assert {type(group["category"]) for group in groups(by="level,category")} == {str}
    assert all("category_id" not in group for group in groups(by="level,category"))
    with pytest.raises(CommandError, match="不能按“月亮”分组"):
        groups(by="月亮")
