"""目录的规矩，不碰数据库：填得对不对、绕成圈的说出名字、两版差在哪、各类项目要多久、图怎么排。"""

from dataclasses import replace
from typing import Any

import pytest

from xushi.permits import catalogue_standard as standard
from xushi.permits.catalogue import (
    Entry,
    cycle_of,
    differences,
    kinds_text,
    needed_by,
    problems_of,
    validity_text,
    whole,
)
from xushi.permits.catalogue_lengths import layers, lengths, said
from xushi.permits.catalogue_svg import draw

FILING = Entry("filing", "项目备案", 1, 3, 1)
DESIGN = Entry("design", "设计方案", 2, 20, 15, needs=("filing",))
BUILD = Entry("build", "施工许可证", 3, 15, 7, valid_months=3, max_extensions=2, needs=("design",))
CHECK = Entry("check", "规划核实", 4, 20, 10, needed_for_start=False, needs=("build",))
ALL = [FILING, DESIGN, BUILD, CHECK]


def wrong(entry: Entry) -> dict[str, str]:
    others = [one for one in ALL if one.code != entry.code]
    return {one.field: one.sentence for one in problems_of(entry, others)}


@pytest.mark.parametrize("entry", ALL)
def test_a_right_entry_has_nothing_wrong(entry: Entry) -> None:
    assert wrong(entry) == {}


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"name": ""}, "name", "填手续名称"),
        ({"name": "项目备案"}, "name", "已有“项目备案”"),
        ({"stage": 9}, "stage", "选一个阶段"),
        ({"kinds": ("x",)}, "kinds", "三类"),
        ({"stage": 4}, "needed_for_start", "开工之后"),
        ({"legal_days": 0}, "legal_days", "1到999"),
        ({"promised_days": 1000}, "promised_days", "1到999"),
        ({"promised_days": 21}, "promised_days", "承诺21天比法定20天还长"),
        ({"valid_months": 0}, "valid_months", "1到120个月"),
        ({"max_extensions": 1}, "max_extensions", "长期有效"),
        ({"valid_months": 3, "max_extensions": 10}, "max_extensions", "0到9"),
        ({"needs": ("design",)}, "needs", "自己的前置"),
        ({"needs": ("gone",)}, "needs", "已经删掉"),
        ({"needs": ("check",)}, "needs", "却是开工后办的"),
        ({"needed_for_start": False}, "needed_for_start", "“施工许可证”办完才能开工"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(changed: dict[str, Any], field: str, words: str) -> None:
    found = wrong(replace(DESIGN, **changed))
    assert list(found) == [field]
    assert words in found[field]


@pytest.mark.parametrize("days", [1, 20])
def test_the_promise_may_be_as_long_as_the_law_has_it(days: int) -> None:
    assert wrong(replace(DESIGN, promised_days=days)) == {}


def test_a_ring_is_named_by_the_names_of_its_permits() -> None:
    ring = [replace(FILING, needs=("build",)), DESIGN, BUILD]
    told = cycle_of(ring)
    assert told.startswith("前置手续绕成了圈：")
    assert {"项目备案", "设计方案", "施工许可证"} <= set(told.split("：")[1].split("。")[0].split("→"))
    assert wrong(ring[0])["needs"] == told
    assert cycle_of(ALL) == ""


def test_who_waits_for_a_permit() -> None:
    assert needed_by("design", ALL) == ["施工许可证"]
    assert needed_by("check", ALL) == []


def test_differences_line_by_line() -> None:
    after = [replace(FILING, kinds=("filing",)), replace(DESIGN, promised_days=10, needs=()),
             Entry("fire", "消防审查", 3, 20, 15), CHECK]  # fmt: skip
    assert [(one.what, one.name) for one in differences(ALL, after)] == [
        ("改", "项目备案"), ("改", "设计方案"), ("添", "消防审查"), ("删", "施工许可证"),
    ]  # fmt: skip
    changed = differences(ALL, after)
    assert changed[0].lines == (("办理类型", "三类都办", "备案类"),)
    assert changed[1].lines == (("承诺时限", "15天", "10天"), ("前置", "项目备案", "没有"))
    assert ("有效期", "3个月，可延2次", "") in changed[3].lines
    assert differences(ALL, list(ALL)) == []


def test_a_digest_tells_every_change() -> None:
    assert DESIGN.digest == replace(DESIGN).digest
    assert (
        len({one.digest for one in (DESIGN, replace(DESIGN, legal_days=21), replace(DESIGN, needs=()))}) == 3
    )
    assert whole(ALL) != whole(ALL[::-1])


def test_words_of_kinds_and_validity() -> None:
    assert kinds_text(()) == "三类都办"
    assert kinds_text(("filing", "approval")) == "审批类、备案类"
    assert validity_text(BUILD) == "3个月，可延2次"
    assert validity_text(FILING) == "长期"


def test_how_long_each_kind_takes() -> None:
    """One that a kind does not need takes no days, and hands on what it waits for."""
    entries = [FILING, replace(DESIGN, kinds=("approval",)), BUILD, CHECK]
    by_kind = {one.kind: one for one in lengths(entries)}
    assert (by_kind["approval"].permits, by_kind["approval"].promised, by_kind["approval"].legal) == (
        3,
        23,
        38,
    )
    assert by_kind["approval"].names == ("项目备案", "设计方案", "施工许可证")
    assert (by_kind["filing"].permits, by_kind["filing"].promised, by_kind["filing"].legal) == (2, 8, 18)
    assert by_kind["filing"].chain == ("filing", "build")
    assert "审批类23个工作日" in said(lengths(entries))
    assert said(lengths([])) == "开工前没有要办的手续"


def test_the_shipped_catalogue_holds_by_its_own_rules() -> None:
    entries = [
        Entry(one.code, one.name, one.stage, one.legal, one.promised, None, "", tuple(map(str, one.kinds)),
              one.for_start, one.valid_months, one.extensions, tuple(sorted(one.needs)))
        for one in standard.STANDARDS
    ]  # fmt: skip
    for entry in entries:
        assert problems_of(entry, [one for one in entries if one.code != entry.code]) == []
    drawn = layers(entries)
    depth = {one.code: layer.depth for layer in drawn for one in layer.entries}
    assert len(depth) == len(entries)
    assert all(depth[before] < depth[one.code] for one in entries for before in one.needs)


def test_the_picture_has_a_box_for_each_and_a_line_for_each_prerequisite() -> None:
    hostile = replace(FILING, name="<b>备案</b>")
    picture = str(draw([hostile, DESIGN, BUILD, CHECK], ("filing", "design")))
    assert picture.count('class="permit-box') == 4
    assert picture.count('class="permit-edge') == 3
    assert picture.count("permit-edge is-chain") == 1
    assert picture.count("is-after") == 1
    assert "<b>" not in picture
    assert "手续图：0项" in str(draw([], ()))
