"""准入的表单：把填的字变成动作要的数。"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from xushi.admission.measures import COMPUTED, JUDGED, Item, Measure, Numbers, threshold_of
from xushi.admission.models import Application, Sitting
from xushi.admission.models_standards import Industry
from xushi.admission.rules import (
    BOUNDS,
    ApplicationInput,
    ConditionInput,
    DecisionInput,
    Silence,
    Terms,
    Votes,
)
from xushi.admission.scoring import Judged, Standard
from xushi.admission.table import GIVEN, Outcome
from xushi.core.months import Month
from xushi.kit.uploads import Files
from xushi.registry.containers import of_several
from xushi.registry.models import Category
from xushi.units.models import Unit
from xushi.units.tree import above

CONDITIONS = 6


def amount(item: Item, *, required: bool = True) -> forms.CharField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "data-unit": item.unit})
    missing = {"required": f"填{item.label}，单位是{item.unit}。"}
    return forms.CharField(
        label=item.label, max_length=20, required=required, widget=widget, error_messages=missing
    )


def text(label: str, missing: str = "", *, most: int = 120, rows: int = 0, **options: Any) -> forms.CharField:
    """A line, or so many rows; not required where nothing is said of its missing."""
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(
        label=label,
        max_length=most,
        required=bool(missing),
        widget=widget,
        error_messages={"required": missing},
        **options,
    )


class AmountsForm(forms.Form):
    """A form with the six numbers of an enterprise."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for item in Item:
            typed = data.get(item.value)
            if typed not in (None, ""):
                try:
                    data[item.value] = item.amount_of(str(typed))
                except ValueError as wrong:
                    self.add_error(item.value, ValidationError(str(wrong)))
        return data

    @property
    def numbers(self) -> Numbers:
        return Numbers(*(self.cleaned_data.get(item.value) or 0 for item in Item))


class ApplicationForm(AmountsForm):
    """准入申请: the enterprise, its six numbers, three answers in words, attachments."""

    name = text("项目名称", "填项目名称。", most=300)
    enterprise = text("企业全称", "填企业全称，和营业执照上一样。")
    credit_code = text("统一社会信用代码", "填统一社会信用代码（18位）；企业还没登记的，先登记再申请准入。", most=40,
                       help_text="18位，会核对末位校验码")  # fmt: skip
    industry = forms.ChoiceField(label="行业", error_messages={"required": "选一个行业，按它的门槛对照。"})
    category = forms.ChoiceField(label="类别", error_messages={"required": "选一个类别。"})
    territory = forms.ChoiceField(label="落地属地", error_messages={"required": "选落在哪个街道、园区。"})
    production = forms.CharField(
        label="计划投产", widget=forms.TextInput(attrs={"type": "month", "placeholder": "2020-06"}),
        error_messages={"required": "填计划投产的月份，如2020-06。"},
    )  # fmt: skip
    capacity_year = forms.IntegerField(
        label="达产年份", widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": "4"}),
        help_text="从这年起，产值、税收、能耗、研发的承诺每年核对",
        error_messages={"required": "填达产年份，如2021。", "invalid": "达产年份填四位数，如2021。"},
    )  # fmt: skip
    content = text("建设内容", most=1000, rows=3)
    fit = text("主导产业", "写一句属哪个主导产业，如“集成电路封装测试”。", most=300)
    environment = text("环境准入", "写一句环境影响，如“废水投产前接管，无危废”。", most=300)
    breach = text("违约责任写入合同的", "写明哪几项写入合同，如“投资、投产、税收三项”。", most=300)
    funding = text("到资安排", most=1000, rows=2)
    breach_clause = text(
        "违约责任", "写明违约责任，如“连续两年税收不到承诺九成，返还奖补并补地价差”。", most=1000, rows=2
    )
    attachments = forms.Field(label="附件", required=False, widget=Files(attrs={"accept": "image/*,.pdf"}),
                        help_text="营业执照、可研、能评等，照片或PDF，最多12份")  # fmt: skip

    def __init__(self, *args: Any, territories: Sequence[Unit], **options: Any) -> None:
        super().__init__(*args, **options)
        for item in Item:
            self.fields[item.value] = amount(item, required=item not in (Item.ENERGY, Item.RND))
        self.fields["land"].help_text = "租用厂房不占地的填0"
        here = {path for one in territories for path in above(one.path)}
        known = Industry.objects.filter(Q(district=None) | Q(district__path__in=here), retired=False)
        industries = known.filter(sets__isnull=False).distinct().order_by("pk")
        choices(
            self, "industry", [(one.pk, f"{one}{'（主导）' if one.leading else ''}") for one in industries]
        )
        leaves = Category.objects.filter(children=None).order_by("path")
        choices(self, "category", [(one.code, one.name) for one in leaves])
        choices(self, "territory", [(one.pk, one.name) for one in territories])

    def clean_production(self) -> Month:
        try:
            return Month.parse(self.cleaned_data["production"])
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from None

    def input(self, token: str, project: int | None) -> ApplicationInput:
        data = self.cleaned_data
        plain = ("name", "enterprise", "credit_code", "category", "production", "capacity_year", "content", "funding",
                 "breach_clause")  # fmt: skip
        return ApplicationInput(
            **{name: data[name] for name in plain}, industry=int(data["industry"]), territory=int(data["territory"]),
            numbers=self.numbers, judged={one: Judged(data[one.value]) for one in JUDGED}, project=project, token=token,
        )  # fmt: skip


def choices(form: forms.Form, name: str, rows: Sequence[tuple[Any, str]]) -> None:
    """One of one is chosen already."""
    blank = [("", "请选")] if len(rows) != 1 else []
    form.fields[name].choices = [*blank, *((str(value), label) for value, label in rows)]  # type: ignore[attr-defined]


def initial_of(application: Application) -> dict[str, Any]:
    """What an application says, as it would be typed."""
    plain = ("name", "enterprise", "credit_code", "capacity_year", "content", "funding", "breach_clause")
    said = {measure.value: judged.words for measure, judged in application.judged.items()}
    return {
        **{name: getattr(application, name) for name in plain}, **said, **numbers_typed(application.numbers),
        "industry": str(application.industry_id), "territory": str(application.territory_id),
        "category": application.category.code, "production": str(application.production),
    }  # fmt: skip


def numbers_typed(numbers: Numbers) -> dict[str, str]:
    return {item.value: item.number(numbers.of(item)) for item in Item}


class SendForm(forms.Form):
    """送部门答复: to whom."""

    def __init__(self, units: Sequence[Unit], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.units = {str(unit.pk): unit for unit in units}
        self.fields["units"] = forms.MultipleChoiceField(
            label="请谁答", choices=[(key, str(unit)) for key, unit in self.units.items()],
            widget=forms.CheckboxSelectMultiple, error_messages={"required": "至少选一家。"},
        )  # fmt: skip
        self.fields["words"] = text("附言", most=500, rows=2)

    @property
    def chosen(self) -> list[Unit]:
        return [self.units[key] for key in self.cleaned_data["units"]]


class WordsForm(forms.Form):
    """A step with words alone."""

    def __init__(self, *args: Any, needed: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["words"] = text(
            "理由" if needed else "说明", "要写理由，对方才好办。" if needed else "", most=1000, rows=3
        )


class JudgeForm(forms.Form):
    """核定三项: 符合, 不符合, or not yet."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for measure in JUDGED:
            self.fields[measure.value] = forms.ChoiceField(
                label=measure.label, required=False, choices=[("", "未核定"), ("1", "符合"), ("0", "不符合")]
            )
        self.fields["words"] = text("依据", most=500, rows=2)

    @property
    def verdicts(self) -> dict[Measure, bool | None]:
        found = {"1": True, "0": False}
        return {measure: found.get(self.cleaned_data[measure.value]) for measure in JUDGED}


class SitForm(forms.Form):
    """排会次: one that is planned."""

    def __init__(self, sittings: Sequence[Sitting], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["sitting"] = forms.ChoiceField(
            label="会次", error_messages={"required": "选一次会审，没有的先定会次。"}
        )
        several = of_several(sittings)
        whose = {one.pk: str(one.district) if several and one.district else "" for one in sittings}
        choices(self, "sitting", [(one.pk, f"{whose[one.pk]}{one}（{one.at:%Y-%m-%d}）") for one in sittings])


class OpinionForm(forms.Form):
    answer = forms.ChoiceField(
        label="意见", choices=[(one.value, one.label) for one in GIVEN], widget=forms.RadioSelect,
        error_messages={"required": "选同意、附条件或不同意。"},
    )  # fmt: skip
    words = text("说明", most=1000, rows=3, help_text="附条件的写明条件，不同意的写明理由")


class DecideForm(AmountsForm):
    """形成决定: outcome, votes, conditions, reasons, and the numbers that are promised."""

    outcome = forms.ChoiceField(label="决定", choices=Outcome.choices(), widget=forms.RadioSelect,
                                error_messages={"required": "选一种决定。"})  # fmt: skip
    reasons = text("理由", most=1000, rows=2, help_text="缓议、不准入，或有没达标、不同意仍准入的，要写")
    join_existing = forms.BooleanField(label="并入库里已有的同名项目", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for outcome in Outcome:
            self.fields[f"votes_{outcome.value}"] = forms.IntegerField(
                label=outcome.label, required=False, min_value=0, max_value=99,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": "2", "placeholder": "0"}),
                error_messages={"invalid": "票数填整数。"},
            )  # fmt: skip
        for number in range(1, CONDITIONS + 1):
            self.fields[f"condition_{number}"] = text(f"条件{number}", most=300)
            self.fields[f"due_{number}"] = forms.DateField(
                label=f"条件{number}的期限", required=False, error_messages={"invalid": "日期写成2018-10-31这样。"},
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )  # fmt: skip
        for item in Item:
            self.fields[item.value] = amount(item, required=item not in (Item.ENERGY, Item.RND))

    @property
    def votes(self) -> list[Any]:
        return [self[f"votes_{outcome.value}"] for outcome in Outcome]

    @property
    def conditions(self) -> list[tuple[Any, Any]]:
        return [(self[f"condition_{n}"], self[f"due_{n}"]) for n in range(1, CONDITIONS + 1)]

    @property
    def amounts(self) -> list[tuple[Any, str]]:
        return [(self[item.value], item.unit) for item in Item]

    @property
    def row(self) -> DecisionInput:
        data = self.cleaned_data
        conditions = [
            ConditionInput(data[f"condition_{n}"].strip(), data[f"due_{n}"])
            for n in range(1, CONDITIONS + 1)
            if data[f"condition_{n}"].strip()
        ]
        votes = Votes(*(data[f"votes_{outcome.value}"] or 0 for outcome in Outcome))
        return DecisionInput(
            Outcome(data["outcome"]), votes, data["reasons"], conditions, self.numbers, data["join_existing"]
        )


class CriteriaForm(forms.Form):
    """门槛: one line each; an empty one is not asked for."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for measure in COMPUTED:
            sign = "不高于" if measure.at_most else "不低于"
            self.fields[measure.value] = text(f"{measure.label}{sign}（{measure.unit}）", most=20)
        for measure in JUDGED:
            self.fields[measure.value] = text(
                measure.label, most=200, help_text="要符合什么；空着就不列这一项"
            )
        self.fields["reason"] = text("依据", "写明依据，如“区政府第12次常务会议”。", most=200)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for measure in COMPUTED:
            if data.get(measure.value):
                try:
                    data[measure.value] = threshold_of(measure, data[measure.value])
                except ValueError as wrong:
                    self.add_error(measure.value, ValidationError(str(wrong)))
        return data

    @property
    def standards(self) -> list[Standard]:
        data = self.cleaned_data
        computed = [Standard(one, data[one.value]) for one in COMPUTED if data[one.value]]
        return [
            *computed,
            *(Standard(one, None, data[one.value]) for one in JUDGED if data[one.value].strip()),
        ]


class TermsForm(forms.Form):
    """会审规则."""

    silence = forms.ChoiceField(label="没答的怎么计", choices=Silence.choices())

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, (label, low, high, unit) in BOUNDS.items():
            self.fields[name] = forms.IntegerField(
                label=f"{label}（{unit}）", widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": "3"}),
                min_value=low, max_value=high, error_messages={"invalid": "填整数。", "required": "填一个数。"},
            )  # fmt: skip
        self.fields["reason"] = text("为什么改", "写一句为什么改，规则改动都留着。", most=200)

    @property
    def terms(self) -> Terms:
        data = self.cleaned_data
        return Terms(**{name: data[name] for name in BOUNDS}, silence=Silence(data["silence"]))


class SittingForm(forms.Form):
    at = forms.DateTimeField(
        label="时间", input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": "填开会的时间。", "invalid": "时间写成2018-09-12 14:00这样。"},
    )  # fmt: skip
    place = text("地点", most=60)


class IndustryForm(forms.Form):
    name = text("行业", "填行业名称，如“生物医药”。", most=40)
    leading = forms.BooleanField(label="主导产业", required=False)
