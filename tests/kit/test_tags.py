from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xushi.kit import sbar
from xushi.kit.marks import ALIASES, MARKS, mark_of

SPRITE = Path(sbar.__file__).parent / "static" / "kit" / "icons" / "sprite.svg"


def test_filters_are_built_in(draw: Any) -> None:
    text = "{{ a|yi }} {{ a|yi2 }} {{ a|wan }} {{ s|pct }} {{ g|points }} {{ g|fast_slow }} {{ n|yi }}"
    assert draw(text, a=1_666_000_000, s=Decimal("0.672"), g=Decimal("-8.3"), n=None) == (
        "16.7 16.66 166,600 67.2% −8.3 慢8.3个百分点 —"
    )


def test_changes_and_counts(draw: Any) -> None:
    assert draw("{{ a|change }} {{ b|change }} {{ c|change }} {{ d|count }}", a=5, b=-3, c=0, d=1234) == (
        "+5 −3 持平 1,234"
    )


def test_months(draw: Any) -> None:
    assert (
        draw("{{ m|cn_month }} {{ m|period }} {{ n|period }}", m=201808, n=None) == "2018年8月 2018年1—8月 —"
    )


def test_a_mark_has_a_name_unless_the_word_stands_beside_it(draw: Any) -> None:
    assert 'aria-label="应开未开"' in draw('{% mark "overdue_start" 18 %}')
    silent = draw('{% mark "overdue_start" 18 "" %}')
    assert "aria-label" not in silent
    assert 'aria-hidden="true"' in silent


def test_every_mark_is_drawn_in_the_sprite() -> None:
    sprite = SPRITE.read_text(encoding="utf-8")
    for mark in MARKS.values():
        assert f'id="{mark.symbol}"' in sprite
    assert set(ALIASES.values()) <= set(MARKS)
    assert mark_of("没见过").word == "没见过"


def test_icons_used_by_the_kit_are_drawn() -> None:
    import re

    sprite = SPRITE.read_text(encoding="utf-8")
    kit = Path(sbar.__file__).parent
    for page in kit.rglob("*.html"):
        for name in re.findall(r'{% icon "([\w-]+)"', page.read_text(encoding="utf-8")):
            assert f'id="i-{name}"' in sprite, f"{page.name}: {name}"


def test_behind_is_hatched_between_done_and_due() -> None:
    drawn = sbar.draw(Decimal("0.517"), Decimal("0.667"))
    assert 'aria-label="完成51.7%，序时66.7%"' in drawn
    assert 'fill="url(#hatch-amber)" x="51.70%"' in drawn
    assert 'width="15.00%"' in drawn
    assert "sbar-ahead" not in drawn


def test_should_have_started_is_hatched_red() -> None:
    assert 'fill="url(#hatch-red)"' in sbar.draw(0.1, 0.667, 8, "overdue_start")


def test_ahead_is_solid_right_of_the_line() -> None:
    drawn = sbar.draw(Decimal("0.724"), Decimal("0.667"))
    assert '<rect class="sbar-ahead" x="66.70%" width="5.70%"' in drawn
    assert "hatch" not in drawn


def test_on_the_line_there_is_no_difference_to_colour() -> None:
    drawn = sbar.draw(Decimal("0.5"), Decimal("0.5"))
    assert "sbar-ahead" not in drawn
    assert "sbar-behind" not in drawn


def test_the_scale_ends_at_the_plan_but_the_words_do_not() -> None:
    drawn = sbar.draw(Decimal("1.2"), Decimal("0.667"))
    assert "完成120.0%" in drawn
    assert 'width="33.30%"' in drawn


@pytest.mark.parametrize(("done", "due", "state"), [(None, 0.5, ""), (0.5, None, ""), (0.1, 0.5, "not_due")])
def test_words_instead_of_a_bar(done: object, due: object, state: str) -> None:
    assert "<svg" not in sbar.draw(done, due, 8, state, "计划10月开工")
    assert "计划10月开工" in sbar.draw(done, due, 8, state, "计划10月开工")


def test_labels_are_escaped() -> None:
    assert "<b>" not in sbar.draw(None, None, 8, "", "<b>")


def test_a_query_keeps_the_rest_and_starts_anew(draw: Any) -> None:
    assert draw('{% query sort="gap" %}') == "?q=a&amp;sort=gap"
    assert draw("{% query page=4 %}") == "?q=a&amp;page=4"
    assert draw('{% query q="" %}') == "?"
