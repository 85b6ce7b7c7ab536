"""画好的行：画一次，内容变了就另画，只知道自己的内容。"""

from typing import NamedTuple

import pytest
from django.test import override_settings

from xushi.kit import drawn


class Line(NamedTuple):
    """What alerts/_row.html is given."""

    name: str
    url: str = "/"
    mark: str = "overdue_start"


@pytest.fixture(autouse=True)
def forgotten() -> None:
    drawn.forget()


def test_the_same_line_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(drawn, "draw", lambda template, line: made.append(line.name) or line.name)
    assert drawn.drawn("alerts/_row.html", Line("甲")) == drawn.drawn("alerts/_row.html", Line("甲"))
    assert made == ["甲"]


def test_a_line_that_changed_is_drawn_anew() -> None:
    assert "紫光项目" in drawn.drawn("alerts/_row.html", Line("紫光项目"))
    assert "紫光二期" in drawn.drawn("alerts/_row.html", Line("紫光二期"))


def test_words_of_people_are_escaped_whatever_was_drawn_before() -> None:
    assert "<script>" not in drawn.drawn("alerts/_row.html", Line("<script>"))
    assert "&lt;script&gt;" in drawn.drawn("alerts/_row.html", Line("<script>"))


def test_what_is_kept_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn, "MOST", 3)
    for number in range(10):
        drawn.alike(number, lambda: "画")
    assert len(drawn._pieces) <= 3


@override_settings(DEBUG=True)
def test_while_the_product_is_written_nothing_is_kept() -> None:
    made: list[int] = []
    for _ in range(2):
        drawn.alike("行", lambda: made.append(1) or "画")
    assert len(made) == 2
