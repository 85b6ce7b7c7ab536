"""批示的表单：只管形状；规矩在 instructing 里。"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import Q

from xushi.calendars.rules import WorkingCalendar
from xushi.core.clock import local_day
from xushi.core.text import tidy
from xushi.duties.reach import Reach, known_to
from xushi.duties.words import WEEKDAYS, day_words
from xushi.kit.choices import SeveralField
from xushi.registry.checking import Refused
from xushi.supervision.drafting import TITLE_AT_MOST, OrderInput
from xushi.supervision.instructing import WORDS_AT_MOST, InstructionInput, title_of
from xushi.supervision.models_instructions import Instruction
from xushi.supervision.rules import Urgency, terms_of
from xushi.supervision.subjects import Subject, offered_units, understood, units_for
from xushi.units.models import Role, Unit, User

PHRASES = ("请……牵头", "限期办结", "每日报我", "同意", "阅", "请协调解决", "抓紧办理")
OTHER_DAY, NO_DAY = "date", "none"
READING_ROLES = (Role.OFFICE, Role.LEADER, Role.DEPARTMENT, Role.TERRITORY, Role.OWNER, Role.INSPECTOR)
READERS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class DayChoice:
    """One deadline a tap away; value is the day itself, so that a page left open overnight still means it."""

    value: str
    label: str


def day_choices(now: datetime, calendar: WorkingCalendar) -> list[DayChoice]:
    """周五9月14日, 7天, then any other day, then the ordinary term."""
    today = local_day(now)
    end = week_end(now, calendar)
    seventh = today + timedelta(days=7)
    ordinary = calendar.add(today, terms_of({}).reply_ordinary)
    return [
        DayChoice(end.isoformat(), f"周{WEEKDAYS[end.weekday()]}{day_words(end, today)}"),
        DayChoice(seventh.isoformat(), f"7天，{day_words(seventh, today)}"),
        DayChoice(NO_DAY, f"一般时限，{day_words(ordinary, today)}"),
        DayChoice(OTHER_DAY, "另定"),
    ]


def week_end(now: datetime, calendar: WorkingCalendar) -> date:
    """The last working day of this week, or of the next where that is today or over."""
    today = local_day(now)
    sunday = today + timedelta(days=6 - today.weekday())
    last = calendar.add(sunday + timedelta(days=1), -1)
    return last if last > today else calendar.add(sunday + timedelta(days=8), -1)


def readers_for(subject: Subject, near: Reach) -> Any:
    """Whom a confidential instruction is likely to be for: the office, the leaders, the people of the units concerned."""
    units = [unit.pk for unit in (subject.lead, *subject.co_handlers) if unit]
    held = Q(appointments__role__in=(Role.OFFICE, Role.LEADER)) | Q(appointments__unit__in=units)
    people = User.objects.filter(held, appointments__ended_at=None, appointments__role__in=READING_ROLES)
    return people.filter(known_to(near), is_active=True).distinct().order_by("pk")


class InstructionForm(forms.Form):
    """写批示. lead left empty goes through the office."""

    words = forms.CharField(
        label="批示",
        max_length=WORDS_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 4, "autofocus": True, "placeholder": "写批示"}),
        error_messages={"required": "请写批示。", "max_length": f"批示最多{WORDS_AT_MOST}个字。"},
    )
    lead = forms.ModelChoiceField(
        Unit.objects.none(), label="主办", required=False, empty_label="交重大办转办"
    )
    co_handlers = SeveralField(Unit.objects.none(), label="协办", required=False)
    due = forms.ChoiceField(label="期限", required=False)
    due_on = forms.DateField(
        label="另定的期限", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    confidential = forms.BooleanField(label="限定阅读", required=False)
    readers = SeveralField(User.objects.none(), label="点名给谁看", required=False)
    reader_names = forms.CharField(
        label="再点名", max_length=200, required=False,
        widget=forms.TextInput(attrs={"placeholder": "姓名或账号，几个用逗号分开"}),
    )  # fmt: skip
    token = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, subject: Subject, days: list[DayChoice], near: Reach) -> None:
        initial = {
            "token": uuid4().hex,
            "lead": subject.lead,
            "co_handlers": [unit.pk for unit in subject.co_handlers],
            "due": days[0].value,
        }
        super().__init__(data, initial=initial)
        self.subject = subject
        self.people = User.objects.filter(known_to(near), is_active=True)
        units = offered_units(near)
        self.fields["lead"].queryset = units  # type: ignore[attr-defined]
        self.fields["co_handlers"].queryset = units  # type: ignore[attr-defined]
        self.fields["readers"].queryset = self.people  # type: ignore[attr-defined]
        self.fields["due"].choices = [(day.value, day.label) for day in days]  # type: ignore[attr-defined]

    def clean_due(self) -> str:
        return self.cleaned_data.get("due") or NO_DAY

    def clean_reader_names(self) -> list[User]:
        """Each name or account as one person; an error where it is nobody's or several people's."""
        typed = tidy(self.cleaned_data["reader_names"]).replace("、", ",").replace("，", ",").split(",")
        found = []
        for word in filter(None, (one.strip() for one in typed)):
            people = list(self.people.filter(Q(name=word) | Q(username=word))[:2])
            if len(people) != 1:
                said = "重名，请写账号" if people else "名单里没有，请核对"
                self.add_error("reader_names", f"“{word}”{said}。")
            found += people[:1]
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("due") == OTHER_DAY and not data.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", "请选期限是哪一天。")
        return data

    def input(self, corrects: Instruction | None = None) -> InstructionInput:
        data, subject = self.cleaned_data, self.subject
        on_order = subject.order is not None
        lead = None if on_order else data["lead"]
        readers = dict.fromkeys([*data["readers"], *data.get("reader_names", [])])
        return InstructionInput(
            words=data["words"],
            lead=lead,
            co_handlers=() if on_order else tuple(u for u in data["co_handlers"] if u != lead),
            via_office=not on_order and lead is None,
            due_on=None if on_order else self.day(),
            urgency=Urgency.ORDINARY,
            subject_kind=subject.kind,
            subject_id=subject.id,
            subject_name=subject.name,
            context=subject.context,
            project=subject.project,
            corrects=corrects,
            confidential=data["confidential"],
            readers=tuple(readers) if data["confidential"] else (),
            on_order=subject.order,
            token=data["token"],
        )

    def day(self) -> date | None:
        due = self.cleaned_data["due"]
        if due == NO_DAY:
            return None
        chosen: date | None = self.cleaned_data["due_on"] if due == OTHER_DAY else date.fromisoformat(due)
        return chosen


def lay_on(form: forms.Form, refused: Refused) -> None:
    """Each problem at its field."""
    for problem in refused.problems:
        form.add_error(problem.field if problem.field in form.fields else None, problem.sentence)


class RouteForm(forms.Form):
    """转办成的一件督办单, filled in from the words."""

    title = forms.CharField(
        label="督办事项", max_length=TITLE_AT_MOST, error_messages={"required": "请写要办成什么。"}
    )
    lead = forms.ModelChoiceField(
        Unit.objects.none(),
        label="主办单位",
        empty_label="请选",
        error_messages={"required": "请选主办单位。"},
    )
    co_handlers = SeveralField(Unit.objects.none(), label="协办单位", required=False)
    urgency = forms.ChoiceField(label="急缓", choices=Urgency.choices(), initial=Urgency.ORDINARY)
    due_on = forms.DateField(
        label="指定期限", required=False, help_text="不填，按急缓算。",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    demand = forms.CharField(
        label="办理要求", max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *given: Any, near: Reach, **named: Any) -> None:
        super().__init__(*given, **named)
        for name in ("lead", "co_handlers"):
            self.fields[name].queryset = offered_units(near)  # type: ignore[attr-defined]

    def input(self) -> OrderInput:
        data = self.cleaned_data
        return OrderInput(
            title=data["title"],
            lead=data["lead"],
            demand=data["demand"],
            urgency=data["urgency"],
            co_handlers=tuple(unit for unit in data["co_handlers"] if unit != data["lead"]),
            due_on=data["due_on"],
        )


RouteForms = forms.formset_factory(RouteForm, extra=0, max_num=10, absolute_max=10)


def route_initial(
    instruction: Instruction, now: datetime, calendar: WorkingCalendar, near: Reach
) -> dict[str, Any]:
    """What the first order says before anybody has typed: as addressed, else as the words say, else by the project."""
    units = list(instruction.addressees.all())
    lead = next((one.unit_id for one in units if one.lead), None)
    helpers = [one.unit_id for one in units if not one.lead]
    said = understood(instruction.words, now, calendar, near)
    if not units and instruction.project:
        first, others = units_for(instruction.project)
        lead, helpers = first.pk if first else None, [unit.pk for unit in others]
    if not units and said.lead:
        lead, helpers = said.lead, list(said.helpers)
    return {
        "title": title_of(instruction.words),
        "demand": instruction.words,
        "lead": lead,
        "co_handlers": [pk for pk in helpers if pk != lead],
        "due_on": instruction.due_on or said.due_on,
        "urgency": Urgency.ORDINARY,
    }
