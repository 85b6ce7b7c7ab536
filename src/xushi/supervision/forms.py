"""督办的表单：只管形状，规矩在 rules 与各动作里。"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django import forms

from xushi.core.clock import local_day
from xushi.duties.reach import Reach
from xushi.kit.choices import SeveralField
from xushi.registry.checking import RowProblem
from xushi.supervision.rules import TERM_LABELS, TERM_UNITS, Grade, Terms, TermsRefused, Urgency
from xushi.units.models import Unit

WHEN = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
NOT_A_DAY = {"invalid": "看不懂这个日子，请写成 2018-09-21 这样。"}


class ManyFiles(forms.ClearableFileInput):
    """Several photos in one field, the phone's camera offered first."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else []


class PhotosField(forms.Field):
    widget = ManyFiles(attrs={"accept": "image/*", "multiple": True})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)


class UnitField(forms.ModelChoiceField):
    """One of the units that have not been dissolved; units are all that it can offer."""

    def __init__(self, **given: Any) -> None:
        kinds = (Unit.Kind.LEADING_GROUP, Unit.Kind.DISTRICT)
        self.units = Unit.objects.standing().exclude(kind__in=kinds).order_by("path")
        super().__init__(
            self.units,
            empty_label="请选单位",
            error_messages={"required": "请选单位。", "invalid_choice": "没有这个单位，请从单子里选。"},
            **given,
        )


class UnitsField(SeveralField):
    def __init__(self, **given: Any) -> None:
        self.units = Unit.objects.standing().exclude(kind=Unit.Kind.DISTRICT).order_by("path")
        super().__init__(
            self.units,
            required=False,
            widget=forms.SelectMultiple(attrs={"size": 6}),
            **given,
        )


def words_field(label: str, hint: str = "", *, required: bool = True, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": f"请写{label}。", "max_length": f"{label}最多5000字。"},
    )


def day_field(label: str, hint: str = "", *, required: bool = False) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        required=required,
        widget=WHEN,
        error_messages={"required": f"请填{label}。", **NOT_A_DAY},
    )


def photos_field() -> PhotosField:
    return PhotosField(
        label="照片", required=False, help_text="一次最多9张，每张不超过10MB；位置信息会去掉。"
    )


def grade_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="评价",
        choices=Grade.choices(),
        widget=forms.RadioSelect,
        error_messages={"required": "请选好、一般或差。"},
    )


def offer_only(
    fields: Mapping[str, forms.Field], near: Reach, *, lead: int | None = None, helpers: Iterable[int] = ()
) -> None:
    """Let the choices of units be those within reach, beside the lead and the helpers that the order has already."""
    for field in fields.values():
        if isinstance(field, UnitField | UnitsField):
            held = helpers if isinstance(field, UnitsField) else [lead]
            field.queryset = field.units.filter(near.units_or(held))


class StepForm(forms.Form):
    """The fields of one step; seen is the version of the order that the person looked at, token the form's own."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    token = forms.CharField(max_length=40, widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: Any = None, files: Any = None, *, given: dict[str, forms.Field], **more: Any
    ) -> None:
        super().__init__(data, files, **more)
        self.fields.update(given)
        self.order_fields([*given, "seen", "token"])

    def refuse(self, problems: Sequence[RowProblem]) -> None:
        for problem in problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.sentence)


class DraftForm(forms.Form):
    """拟督办单: one for each of the projects it came with, or a single one."""

    title = forms.CharField(
        label="督办事项",
        max_length=120,
        help_text="要哪个单位办成什么，一句话。",
        error_messages={
            "required": "请写督办事项：要哪个单位办成什么。",
            "max_length": "督办事项最多120个字。",
        },
    )
    demand = words_field("办理要求", "办成什么样、要交什么凭据。", required=False)
    urgency = forms.ChoiceField(
        label="急缓", choices=Urgency.choices(), initial=Urgency.ORDINARY, widget=forms.RadioSelect
    )
    due_on = day_field("指定期限", "不填就按急缓算。")
    token = forms.CharField(max_length=32, widget=forms.HiddenInput, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: Any = None, *, many: bool = False, near: Reach, now: datetime, **more: Any
    ) -> None:
        """held: the lead and the helpers that a draft has already and may keep, wherever they are."""
        held = more.pop("held", {})
        super().__init__(data, **more)
        hint = "各单位不同的，选“各项目的责任单位”。" if many else ""
        lead = UnitField(label="主办单位", required=not many, help_text=hint)
        if many:
            lead.empty_label = "各项目的责任单位"
        self.fields["lead"] = lead
        self.fields["co_handlers"] = UnitsField(label="协办单位", help_text="可多选；协办不计完成率。")
        offer_only(self.fields, near, **held)
        self.order_fields(["title", "lead", "co_handlers", "demand", "urgency", "due_on", "token", "seen"])
        self.fields["due_on"].widget.attrs["min"] = local_day(now).isoformat()

    def refuse(self, problems: Sequence[RowProblem]) -> None:
        for problem in problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.sentence)

    def day(self) -> date | None:
        found: date | None = self.cleaned_data["due_on"]
        return found


class TermsForm(forms.Form):
    """All time limits as typed text, and the reason for changing them."""

    def __init__(self, data: Any = None, *, held: Terms) -> None:
        super().__init__(data, initial=asdict(held))
        for name, label in TERM_LABELS.items():
            typed = forms.TextInput(
                attrs={"autocomplete": "off"} | ({} if name == "organ_word" else {"inputmode": "numeric"})
            )
            self.fields[name] = forms.CharField(
                label=label, max_length=12, widget=typed, error_messages={"required": "请填写。"}
            )
        self.fields["reason"] = forms.CharField(
            label="调整理由",
            max_length=300,
            help_text="写明为什么改，以后好查。",
            error_messages={"required": "请写调整的理由，以后好查。"},
        )

    def rows(self) -> list[tuple[forms.BoundField, str]]:
        """The fields with the unit each is entered in."""
        return [(self[name], TERM_UNITS.get(name, "")) for name in self.fields]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in TERM_LABELS}

    def refuse(self, refused: TermsRefused) -> None:
        for problem in refused.problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.sentence)
