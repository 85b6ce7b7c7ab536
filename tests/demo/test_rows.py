"""演示区的行：把公开报告里的每个数重算一遍，一位不差。"""

import os
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from xushi.core.months import Month
from xushi.demo import facts
from xushi.demo.rows import AUGUST, Row, build_rows
from xushi.demo.spread import spread

YI = 10_000
ROWS = build_rows()
UNDER_WAY = [row for row in ROWS if row.stage == 1]
COMPLETED = {
    "projects": facts.COMPLETED,
    "total_investment": facts.COMPLETED_TOTAL / YI,
    "industrial_projects": facts.COMPLETED_INDUSTRIAL,
    "industrial_invested_to_date": facts.COMPLETED_INDUSTRIAL_TO_DATE / YI,
    "ceremony_projects": facts.CEREMONY,
    "ceremony_invested_to_date": facts.CEREMONY_TO_DATE / YI,
    "ceremony_rank_by_investment": 3,
    "ceremony_rank_by_count": 5,
}


def total(rows: list[Row], column: str) -> float:
    return sum(getattr(row, column) for row in rows) / YI


def operands(rows: list[Row]) -> dict[str, object]:
    under_way = [row for row in rows if row.stage == 1]
    waiting = [row for row in rows if row.stage == 2]
    return {
        "listed": len(rows),
        "under_way": len(under_way),
        "preliminary": len(waiting),
        "total_investment": total(under_way, "total"),
        "annual_plan": total(under_way, "plan"),
        "started": sum(row.started for row in under_way),
        "completed_investment": total(under_way, "done"),
        "preliminary_investment": total(waiting, "total"),
        **{f"at_least_{n}": sum(row.total >= n * YI for row in under_way) for n in (10, 50, 100)},
    }


GROUPS = {
    ("provincial_municipal",): [row for row in ROWS if row.joint],
    ("provincial_municipal", "industrial"): [row for row in ROWS if row.joint and row.industrial],
    ("district",): ROWS,
    ("district", "industrial"): [row for row in ROWS if row.industrial],
}


@pytest.mark.parametrize("path", GROUPS, ids="-".join)
def test_every_operand_of_the_report(path):
    samples = os.environ.get("XUSHI_SAMPLES")
    if not samples:
        pytest.skip("没有设 XUSHI_SAMPLES，拿不到报告的结构化数据")
    said = tomllib.loads((Path(samples) / "pukou-2018.toml").read_text(encoding="utf-8"))
    for part in path:
        said = said[part]
    computed = operands(GROUPS[path])
    compared = {name: value for name, value in computed.items() if name in said}
    assert len(compared) >= 6
    assert compared == {name: said[name] for name in compared}


@pytest.mark.parametrize(("level", "category", "name", "printed"), facts.PUBLISHED)
def test_every_printed_operand(level, category, name, printed):
    computed = operands(GROUPS[(level, category) if category else (level,)])
    if name in computed:
        assert computed[name] == pytest.approx(float(printed), abs=1e-9)
    else:
        assert name.split(".")[0] in ("start_rate", "completion_rate") or name.startswith("completed_")


def test_what_was_completed():
    done = [row for row in UNDER_WAY if row.completed_on]
    industrial = [row for row in done if row.industrial]
    ceremony = [row for row in done if row.ceremony]
    assert (len(done), total(done, "total")) == (50, 287.5)
    assert (len(industrial), total(industrial, "before") + total(industrial, "done")) == (25, 278.0)
    assert (len(ceremony), total(ceremony, "before") + total(ceremony, "done")) == (19, 176.3)
    assert all(
        row.industrial and row.total >= YI and row.completed_on < Month(2018, 7).first_day for row in ceremony
    )


def test_the_lists_are_nested():
    provincial = [row for row in ROWS if row.provincial]
    assert len(provincial) == 4 and all(row.joint and row.industrial and row.stage == 1 for row in provincial)


def test_what_the_warnings_will_find():
    due = [row for row in UNDER_WAY if not row.started and row.start <= AUGUST]
    behind = [
        row for row in UNDER_WAY if row.started and not row.completed_on and row.done * 120 < row.plan * 68
    ]
    assert (len(due), len(behind)) == (22, 38)
    assert {"紫光项目", "汤泉文旅体验园", "极光片羽（南京）科技体验园"} <= {row.name for row in due}
    assert [round(row.done / row.plan * 100 - 200 / 3, 1) for row in behind if row.name == "博郡项目"] == [
        -15.0
    ]


def test_every_row_makes_sense():
    assert len({row.name for row in ROWS}) == 450
    for row in UNDER_WAY:
        assert row.before + row.done <= row.total
        assert 0 < row.plan <= row.total
        assert row.done <= row.plan * 1.3
        assert row.months == sorted(row.months) and row.months[-1] == row.done
    assert Counter(row.territory for row in UNDER_WAY)["江浦街道"] == 78


def test_the_same_every_time():
    assert build_rows() == ROWS


def test_spread_is_exact_and_refuses_the_impossible():
    assert sum(spread(1_000, [1, 2, 3.5], [10, 10, 10], [500, 600, 700])) == 1_000
    with pytest.raises(ValueError, match="分不开"):
        spread(10, [1, 1], [6, 6], [9, 9])


def test_every_other_operand_of_the_report():
    """竣工、年初排定: from the file where it is, from the constants otherwise."""
    samples = os.environ.get("XUSHI_SAMPLES")
    done = [row for row in UNDER_WAY if row.completed_on]
    industrial = [row for row in done if row.industrial]
    ceremony = [row for row in done if row.ceremony]
    computed = {
        "projects": len(done),
        "total_investment": total(done, "total"),
        "industrial_projects": len(industrial),
        "industrial_invested_to_date": sum(row.before + row.done for row in industrial) / YI,
        "ceremony_projects": len(ceremony),
        "ceremony_invested_to_date": sum(row.before + row.done for row in ceremony) / YI,
        "ceremony_rank_by_investment": facts.CEREMONY_RANKS[0],
        "ceremony_rank_by_count": facts.CEREMONY_RANKS[1],
    }
    targets = {
        "provincial": sum(row.provincial for row in UNDER_WAY),
        "municipal": sum(row.joint and row.industrial for row in UNDER_WAY),
        "district": sum(row.industrial for row in UNDER_WAY),
    }
    said = {"completed": COMPLETED, "targets": {"provincial": 4, "municipal": 21, "district": 76}}
    if samples:
        said = tomllib.loads((Path(samples) / "pukou-2018.toml").read_text(encoding="utf-8"))
    assert (computed, targets) == (said["completed"], said["targets"])
