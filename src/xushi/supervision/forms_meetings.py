"""例会的表单：安排、加一项、议定；认出的单位和日子可以改。"""

from datetime import datetime, time
from typing import Any
from uuid import uuid4

from django import forms

from xushi.calendars.rules import WorkingCalendar
from xushi.core.clock import BEIJING
from xushi.duties.reach import Reach
from xushi.kit.choices import SeveralField
from xushi.problems.models import ProblemClass
from xushi.registry.models import Project
from xushi.supervision.models_meetings import Decision, Meeting
from xushi.supervision.rules import Urgency
from xushi.supervision.sitting import DecisionInput
from xushi.supervision.subjects import offered_units, understood
from xushi.units.models import Unit

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class MeetingForm(forms.Form):
    """安排例会."""

    kind = forms.ChoiceField(label="类别", choices=Meeting.Kind.choices, widget=forms.RadioSelect)
    day = forms.DateField(label="日期", widget=DAY, error_messages={"required": "请选哪一天开会。"})
    at = forms.TimeField(
        label="时间", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": "请填几点开会。"},
    )  # fmt: skip
    minutes = forms.IntegerField(label="安排几分钟", widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    place = forms.CharField(label="地点", max_length=60, required=False)

    def held_at(self) -> datetime:
        at: time = self.cleaned_data["at"]
        return datetime.combine(self.cleaned_data["day"], at, tzinfo=BEIJING)


class MovingForm(MeetingForm):
    """改期: what the meeting is now stands in it; the kind stays."""

    kind = None  # type: ignore[assignment]
    reason = forms.CharField(label="为什么改", max_length=200, error_messages={"required": "请写为什么改。"})


class CallingOffForm(forms.Form):
    """取消."""

    reason = forms.CharField(
        label="为什么取消", max_length=200, error_messages={"required": "请写为什么取消。"}
    )


class ItemForm(forms.Form):
    """加一项."""

    title = forms.CharField(label="议什么", max_length=200, error_messages={"required": "请写要议什么。"})
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label="书面答复单位", required=False, empty_label="不要答复"
    )
    minutes = forms.IntegerField(
        label="几分钟", initial=5, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )

    def __init__(self, *given: Any, near: Reach, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["unit"].queryset = offered_units(near)  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """议定. What is recognised in the words holds, unless chosen otherwise below; project: what it is about."""

    words = forms.CharField(
        label="议定", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写议定了什么。"},
    )  # fmt: skip
    kind = forms.ChoiceField(choices=Decision.Kind.choices)
    lead = forms.ModelChoiceField(
        Unit.objects.none(), label="牵头", required=False, empty_label="照议定里认出的"
    )
    helpers = SeveralField(Unit.objects.none(), label="配合", required=False)
    due_on = forms.DateField(label="期限", required=False, widget=DAY)
    urgency = forms.ChoiceField(label="急缓", choices=Urgency.choices(), required=False)
    problem_class = forms.ModelChoiceField(ProblemClass.objects.none(), label="问题类别", required=False)
    token = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, near: Reach, **named: Any) -> None:
        """The units of a decision that is changed, which stand in initial, stay on offer wherever they are."""
        held = {"token": uuid4().hex, "urgency": Urgency.ORDINARY} | named.pop("initial", {})
        project: Project | None = named.pop("project", None)
        super().__init__(data, initial=held, **named)
        self.near = near
        units = offered_units(near, [held.get("lead"), *held.get("helpers", ())])
        for name in ("lead", "helpers"):
            self.fields[name].queryset = units  # type: ignore[attr-defined]
        classes = ProblemClass.objects.offered(project.territory.path if project else "").order_by("path")
        self.fields["problem_class"].queryset = classes  # type: ignore[attr-defined]

    def input(self, now: datetime, calendar: WorkingCalendar) -> DecisionInput:
        data = self.cleaned_data
        found = understood(data["words"], now, calendar, self.near)
        units = Unit.objects.in_bulk([pk for pk in (found.lead, *found.helpers) if pk])
        lead = data["lead"] or (units.get(found.lead) if found.lead else None)
        helpers = list(data["helpers"]) or [units[pk] for pk in found.helpers if pk in units]
        return DecisionInput(
            kind=data["kind"],
            words=data["words"],
            lead=lead,
            helpers=tuple(unit for unit in helpers if unit != lead),
            due_on=data["due_on"] or found.due_on,
            urgency=data["urgency"] or Urgency.ORDINARY,
            problem_class=data["problem_class"].pk if data["problem_class"] else None,
            token=data["token"],
        )


def decision_initial(decision: Decision) -> dict[str, Any]:
    """What a decision says now, for changing it."""
    return {
        "words": decision.words,
        "kind": decision.kind,
        "lead": decision.lead_id,
        "helpers": [helper.unit_id for helper in decision.helpers.all()],
        "due_on": decision.due_on,
        "urgency": decision.urgency,
        "problem_class": decision.problem_class_id,
    }
