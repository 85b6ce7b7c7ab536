"""储备、计划项目、建议、申报的表单：万元录入，出来是规则认得的输入。"""

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict

from xushi.core.money import plain, wan
from xushi.core.text import row_number
from xushi.duties.reach import places_for, reach_of
from xushi.planning.models import STAGES, Reserve
from xushi.planning.rules import Maturity, ReserveInput
from xushi.registry.forms import MonthInput, WanField
from xushi.registry.models import Category
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User


class ReserveForm(forms.Form):
    """One entry of the reserve, all of it."""

    name = forms.CharField(label="项目名称", max_length=300)
    maturity = forms.TypedChoiceField(
        label="成熟度", coerce=int, choices=[(one.value, one.label) for one in Maturity]
    )
    category = forms.ModelChoiceField(
        Category.objects.all(), label="类别", to_field_name="code", empty_label="请选"
    )
    territory = forms.ModelChoiceField(Unit.objects.none(), label="属地", empty_label="请选")
    responsible_unit = forms.ModelChoiceField(Unit.objects.none(), label="责任单位", empty_label="请选")
    total_investment = WanField(label="总投资")
    first_year_investment = WanField(label="首年计划投资")
    expected_start = MonthInput(label="预计开工", required=False)
    lacking = forms.CharField(label="还缺什么", required=False, max_length=200)
    content = forms.CharField(label="建设内容", required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, user: "User", kept: Reserve | None = None, **options: Any) -> None:
        """Units within this person's reach, and those that the entry has already."""
        super().__init__(*args, **options)
        held = (kept.territory_id, kept.responsible_unit_id) if kept else ()
        self.fields["territory"].queryset = places_for(user, *held)  # type: ignore[attr-defined]
        within = Unit.objects.standing().filter(reach_of(user).units_or(held))
        working = within.exclude(kind__in=(Unit.Kind.DISTRICT, Unit.Kind.ENTERPRISE))
        self.fields["responsible_unit"].queryset = working  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(entry: Reserve) -> dict[str, Any]:
        return {
            "name": entry.name,
            "maturity": entry.maturity,
            "category": entry.category.code,
            "territory": entry.territory_id,
            "responsible_unit": entry.responsible_unit_id,
            "total_investment": plain(wan(entry.total_investment)),
            "first_year_investment": plain(wan(entry.first_year_investment)),
            "expected_start": str(entry.expected_start or ""),
            "lacking": entry.lacking,
            "content": entry.content,
        }

    def input(self, project: int | None = None) -> ReserveInput:
        """What was typed, as the actions take it; call it on a valid form."""
        data = self.cleaned_data
        return ReserveInput(
            name=data["name"],
            category=data["category"].code,
            territory=data["territory"].pk,
            responsible_unit=data["responsible_unit"].pk,
            total_investment=data["total_investment"],
            first_year_investment=data["first_year_investment"],
            maturity=data["maturity"],
            expected_start=data["expected_start"],
            lacking=data["lacking"],
            content=data["content"],
            project=project,
        )


class ItemForm(forms.Form):
    """改一项: by the office."""

    planned = WanField(label="年度计划投资")
    stage = forms.TypedChoiceField(label="阶段", coerce=int, choices=STAGES)
    reason = forms.CharField(label="说明", required=False, max_length=200)


class ProposalForm(forms.Form):
    """建议: drop or change a line."""

    kind = forms.ChoiceField(label="建议", choices=[("change", "调整年度计划"), ("drop", "不列入")])
    planned = WanField(label="建议年度计划", required=False)
    reason = forms.CharField(
        label="理由", max_length=200, error_messages={"required": "建议要写理由，重大办凭它来审。"}
    )


class CompileForm(forms.Form):
    """编一年的计划."""

    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    proposals_due = forms.DateField(
        label="建议报送截止",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "截止日看不懂，请写成 2018-10-15 这样。"},
    )


class DeclareForm(forms.Form):
    """申报一个项目: by its name in the registry."""

    name = forms.CharField(label="项目名称", max_length=300)
    level = forms.ChoiceField(label="级别", choices=[("provincial", "省级"), ("municipal", "市级")])
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    stage = forms.TypedChoiceField(label="阶段", coerce=int, choices=STAGES)
    words = forms.CharField(label="申报理由", required=False, max_length=300)


def picked(data: QueryDict) -> dict[int, int]:
    """{row: the version it was shown at} of the ticked rows "12:3"; what is no such pair is left out."""
    found = {}
    for text in data.getlist("pick"):
        key, _, version = text.partition(":")
        pk, seen = row_number(key), row_number(version)
        if pk is not None and seen is not None:
            found[pk] = seen
    return found
