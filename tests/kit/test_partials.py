from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator

from xushi.core.figure import Figure, FigureUnit
from xushi.core.months import Month


class OneField(forms.Form):
    amount = forms.IntegerField(label="当月完成投资")


def test_a_figure_of_zero_is_zero(draw: Any) -> None:
    assert ">0<" in draw('{% include "kit/_kpi.html" with label="竣工" value=0 %}').replace("\n", "")
    assert "—" in draw('{% include "kit/_kpi.html" with label="竣工" %}')


def test_a_disputed_figure_wears_the_diamond(draw: Any) -> None:
    figure = Figure(
        name="start_rate",
        label="开工率",
        value=Decimal(300) / 364,
        unit=FigureUnit.SHARE,
        as_of=Month(2018, 8),
        scope="全区",
        closed=True,
        published=Decimal("0.842"),
        published_source="原报84.2%",
    )
    drawn = draw('{% include "kit/_kpi.html" %}', figure=figure)
    assert "82.4%" in drawn
    assert 'aria-label="待核"' in drawn
    assert "原报84.2%" in drawn


def test_tiles_count_and_compare(draw: Any) -> None:
    drawn = draw(
        '{% include "kit/_tile.html" with tone="red" mark="overdue_start" label="应开未开" count=22 change=-3 url="/w" %}'
    )
    assert "较上月−3" in drawn
    assert 'href="/w"' in drawn


def test_errors_of_a_field_are_announced_and_joined_to_it(draw: Any) -> None:
    form = OneField({"amount": "很多"})
    form.is_valid()
    drawn = draw(
        '{% include "kit/_field.html" with unit="万元" last="上月1,850万元" %}', field=form["amount"]
    )
    assert 'role="alert"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert f'id="{form["amount"].auto_id}_error"' in drawn
    assert "上月1,850万元" in drawn


def test_a_pager_says_where_one_is(draw: Any) -> None:
    page = Paginator(range(364), 15).page(2)
    drawn = draw('{% include "kit/_pager.html" %}', page=page)
    assert "第16—30个，共364个" in drawn
    assert "page=1" in drawn
    assert "page=3" in drawn


def test_no_rolling_reminder_without_orders(draw: Any) -> None:
    assert draw('{% include "kit/_rolling.html" %}', orders=[]).strip() == ""


def test_a_sheet_says_the_consequence_above_its_button(draw: Any) -> None:
    drawn = draw(
        '{% include "kit/_sheet.html" with id="x" title="延期" consequence="批准前原期限不变。" button="提交申请" %}',
        form=OneField(),
    )
    assert drawn.index("批准前原期限不变。") < drawn.index("提交申请</button>")
    assert 'name="amount"' in drawn
