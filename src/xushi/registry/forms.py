"""项目库的表单：万元录入，出来是规则认得的输入。"""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from xushi.core.money import from_wan, plain, wan
from xushi.core.months import Month
from xushi.duties.reach import known_to, reach_of
from xushi.registry.models import AnnualPlan, Category, Ceremony, Project
from xushi.registry.rules import CeremonyInput, PlanInput, ProjectInput
from xushi.units.models import Role, Unit, User

LONGEST_TAG = 40
_DATES = (
    "permit_on",
    "started_on",
    "statistics_entered_on",
    "planned_completion_on",
    "completed_on",
    "accepted_on",
    "production_on",
    "capacity_on",
)
_PLAIN = (
    "code",
    "kind",
    "chain",
    "responsible_person",
    "owner_kind",
    "content",
    "scale",
    "address",
    "longitude",
    "latitude",
    "difficulty",
    *_DATES,
)


def tags_of(text: str) -> tuple[str, ...]:
    """PPP、亩均论英雄 → its tags."""
    parts = text.replace(",", "、").replace("，", "、").split("、")
    return tuple(part.strip() for part in parts if part.strip())


_ODD_AMOUNTS = {
    "invalid": "这不是金额，请填万元数，如 12,345.6。",
    "max_digits": "这个数太大或小数太长，请核对单位是不是万元。",
    "max_whole_digits": "这个数太大了，请核对单位是不是万元。",
    "max_decimal_places": "最多填四位小数（到元），请核对。",
}


class WanField(forms.DecimalField):
    """An amount typed in 万元; cleans to 元."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=18, decimal_places=4, error_messages=_ODD_AMOUNTS, **options)
        self.widget.attrs.update({"inputmode": "decimal", "data-unit": "万元"})

    def to_python(self, value: Any) -> Any:
        text = str(value or "").replace(",", "").replace("，", "").strip()
        try:
            return super().to_python(text)
        except ValidationError as problem:
            raise ValidationError(f"“{value}”不是金额，请填万元数，如 12,345.6。") from problem

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        return None if cleaned is None else from_wan(cleaned)


class MonthInput(forms.CharField):
    """A month typed as 2018-08; cleans to a Month."""

    widget = forms.TextInput(attrs={"type": "month", "placeholder": "2018-08"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return Month.parse(text)
        except ValueError as problem:
            raise ValidationError(str(problem)) from problem


def _date(label: str) -> forms.DateField:
    wrong = f"{label}日期看不懂，请写成 2018-08-15 这样。"
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, error_messages={"invalid": wrong})


class ProjectForm(forms.Form):
    """One project, all of it."""

    name = forms.CharField(label="项目名称", max_length=300)
    code = forms.CharField(label="项目代码", required=False, max_length=40)
    kind = forms.ChoiceField(label="办理类型", choices=Project.Kind.choices)
    category = forms.ModelChoiceField(
        Category.objects.all(), label="类别", to_field_name="code", empty_label="请选"
    )
    chain = forms.CharField(label="产业链", required=False, max_length=60)
    tags = forms.CharField(label="标签", required=False, help_text="用顿号隔开，如 PPP、亩均论英雄")
    total_investment = WanField(label="总投资")
    owner_kind = forms.ChoiceField(
        label="投资主体", required=False, choices=[("", "未填"), *Project.OwnerKind.choices]
    )
    territory = forms.ModelChoiceField(Unit.objects.none(), label="属地", empty_label="请选")
    responsible_unit = forms.ModelChoiceField(Unit.objects.none(), label="责任单位", empty_label="请选")
    responsible_person = forms.CharField(label="责任人", required=False, max_length=60)
    owner_unit = forms.ModelChoiceField(
        Unit.objects.none(), label="项目单位", required=False, empty_label="未定"
    )
    leader = forms.ModelChoiceField(User.objects.none(), label="挂钩领导", required=False, empty_label="未定")
    content = forms.CharField(label="建设内容", required=False, widget=forms.Textarea(attrs={"rows": 4}))
    scale = forms.CharField(label="建设规模", required=False, max_length=200)
    address = forms.CharField(label="地点", required=False, max_length=200)
    longitude = forms.DecimalField(
        label="经度", required=False, min_value=-180, max_value=180, max_digits=9, decimal_places=6
    )
    latitude = forms.DecimalField(
        label="纬度", required=False, min_value=-90, max_value=90, max_digits=9, decimal_places=6
    )
    difficulty = forms.CharField(label="当前卡点", required=False, max_length=120)
    permit_on = _date("施工许可")
    started_on = _date("政府认定开工")
    statistics_entered_on = _date("统计入库")
    planned_completion_on = _date("计划竣工")
    completed_on = _date("竣工")
    accepted_on = _date("竣工验收")
    production_on = _date("投产")
    capacity_on = _date("达产")

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        near, units = reach_of(user, Role.OFFICE), Unit.objects.filter(dissolved_on=None)
        offered = {
            "territory": units.filter(kind__in=Unit.TERRITORY_KINDS),
            "responsible_unit": units.exclude(kind=Unit.Kind.DISTRICT),
            "owner_unit": units.exclude(kind=Unit.Kind.DISTRICT),
        }
        for name, rows in offered.items():
            within = near.units_or([self.initial.get(name)])
            self.fields[name].queryset = rows.filter(within)  # type: ignore[attr-defined]
        leaders = User.objects.filter(appointments__role=Role.LEADER, appointments__ended_at=None).distinct()
        known = known_to(reach_of(user), Role.LEADER, kept=[self.initial.get("leader")])
        self.fields["leader"].queryset = leaders.filter(known)  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(project: Project) -> dict[str, Any]:
        values = {name: getattr(project, name) for name in _PLAIN if name != "chain"}
        return values | {
            "name": project.name,
            "category": project.category.code,
            "chain": str(project.chain or ""),
            "tags": "、".join(tag.name for tag in project.tags.all()),
            "total_investment": plain(wan(project.total_investment)),
            "territory": project.territory_id,
            "responsible_unit": project.responsible_unit_id,
            "owner_unit": project.owner_unit_id,
            "leader": project.leader_id,
        }

    @staticmethod
    def shown_of(project: Project) -> dict[str, str]:
        """What the registry holds, in the words of the form: names of units and people, not their numbers."""
        held = {name: str(value or "") for name, value in ProjectForm.initial_of(project).items()}
        named = ("category", "territory", "responsible_unit", "owner_unit", "leader")
        return (
            held
            | {name: str(getattr(project, name) or "未定") for name in named}
            | {
                "kind": project.get_kind_display(),
                "owner_kind": project.get_owner_kind_display(),
            }
        )

    def clean_tags(self) -> str:
        long = [tag for tag in tags_of(self.cleaned_data["tags"]) if len(tag) > LONGEST_TAG]
        if long:
            raise ValidationError(
                f"标签“{long[0][:10]}…”超过{LONGEST_TAG}个字，请写短些，几个标签用顿号隔开。"
            )
        return str(self.cleaned_data["tags"])

    def input(self) -> ProjectInput:
        """What was typed, as the actions take it; call it on a valid form."""
        data = self.cleaned_data
        owner, leader = data["owner_unit"], data["leader"]
        return ProjectInput(
            name=data["name"],
            category=data["category"].code,
            territory=data["territory"].pk,
            responsible_unit=data["responsible_unit"].pk,
            total_investment=data["total_investment"],
            owner_unit=owner.pk if owner else None,
            leader=leader.pk if leader else None,
            tags=tags_of(data["tags"]),
            **{name: data[name] for name in _PLAIN},
        )


SECTIONS = (
    ("基本情况", ("name", "code", "kind", "category", "chain", "tags", "owner_kind", "total_investment")),
    ("谁来负责", ("territory", "responsible_unit", "responsible_person", "owner_unit", "leader")),
    ("建什么", ("content", "scale", "address", "longitude", "latitude", "difficulty")),
    ("各个日子", _DATES),
)


class PlanForm(forms.Form):
    """A year's plan, or a proposal to revise it."""

    planned_investment = WanField(label="年度计划投资")
    invested_before = WanField(label="至上年底累计", required=False)
    start_month = MonthInput(label="计划开工", required=False)
    completion_month = MonthInput(label="计划竣工", required=False)
    goals = forms.CharField(label="年度目标", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    curve = forms.CharField(
        label="序时曲线",
        required=False,
        help_text="1—12月累计百分比，用空格隔开，12月填100；不填按月均",
    )
    reason = forms.CharField(label="调整理由", required=False, max_length=300)

    @staticmethod
    def initial_of(plan: AnnualPlan | None) -> dict[str, Any]:
        if plan is None:
            return {}
        return {
            "planned_investment": plain(wan(plan.planned_investment)),
            "invested_before": plain(wan(plan.invested_before)),
            "start_month": str(plan.start_month or ""),
            "completion_month": str(plan.completion_month or ""),
            "goals": plan.goals,
            "curve": " ".join(plain(Decimal(part) * 100) for part in plan.curve or []),
        }

    def clean_curve(self) -> tuple[str, ...] | None:
        text = self.cleaned_data["curve"].replace("%", " ").replace("，", " ").replace(",", " ").split()
        try:
            shares = [Decimal(part) for part in text]
        except ArithmeticError as problem:
            raise ValidationError("序时曲线要填数字，如 5 10 18 25 …… 100。") from problem
        if not all(share.is_finite() and 0 <= share <= 100 and len(str(share)) <= 12 for share in shares):
            raise ValidationError("序时曲线的每个数在0到100之间，如 5 10 18 25 …… 100。")
        return tuple(plain(part / 100) for part in shares) or None

    def input(self, project: int, year: int) -> PlanInput:
        data = self.cleaned_data
        return PlanInput(
            project=project,
            year=year,
            planned_investment=data["planned_investment"],
            invested_before=data["invested_before"] or 0,
            start_month=data["start_month"],
            completion_month=data["completion_month"],
            goals=data["goals"],
            curve=data["curve"],
        )


class CeremonyForm(forms.Form):
    kind = forms.ChoiceField(label="类别", choices=Ceremony.Kind.choices)
    title = forms.CharField(label="名称", max_length=120)
    held_on = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}))
    rank_by_investment = forms.IntegerField(
        label="投资体量全市位次", required=False, min_value=1, max_value=99
    )
    rank_by_count = forms.IntegerField(label="项目个数全市位次", required=False, min_value=1, max_value=99)
    projects = forms.CharField(
        label="参加的项目", widget=forms.Textarea(attrs={"rows": 6}), help_text="一行一个项目名称，与库里一致"
    )

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user

    def clean_projects(self) -> tuple[int, ...]:
        from xushi.core.text import name_key, tidy

        names = [tidy(line) for line in self.cleaned_data["projects"].splitlines() if tidy(line)]
        seen = Project.objects.visible_to(self.user)
        known = dict(seen.filter(name_key__in=[name_key(n) for n in names]).values_list("name_key", "pk"))
        missing = [name for name in names if name_key(name) not in known]
        if missing:
            raise ValidationError(f"库里没有：{'、'.join(missing[:5])}。请核对名称，或先新增项目。")
        return tuple(dict.fromkeys(known[name_key(name)] for name in names))

    def input(self) -> CeremonyInput:
        return CeremonyInput(**self.cleaned_data)


class WordForm(forms.Form):
    """A word of the registry's vocabulary: category, chain or tag."""

    table = forms.ChoiceField(
        label="词表", choices=[("category", "类别"), ("chain", "产业链"), ("tag", "标签")]
    )
    name = forms.CharField(label="名称", max_length=40)
    code = forms.SlugField(label="代号", required=False, max_length=50)
    parent = forms.ModelChoiceField(
        Category.objects.all(), required=False, label="上级类别", empty_label="没有上级"
    )
