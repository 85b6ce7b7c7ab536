"""问题的表单：把选的、填的字变成动作要的数。"""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from xushi.core.text import row_number
from xushi.problems.models import ProblemClass
from xushi.problems.rules import LONGEST_WORDS, Assignment, ProblemInput

KEPT = ("kind", "sub", "words")
MOST_PICKED = 500
BAD_DATE = "日期写成2018-09-21这样。"
Pick = dict[int, int | None]


def typed_of(post: QueryDict) -> dict[str, str]:
    """What a draft keeps: the words exactly as typed, the class and subclass as chosen."""
    return {name: post.get(name, "")[: LONGEST_WORDS + 200] for name in KEPT}


def input_of(project: int, typed: dict[str, str], kind: ProblemClass | None, token: str = "") -> ProblemInput:
    """The draft as an input; kind is the class it comes to, None where none is chosen yet."""
    return ProblemInput(
        project=project, problem_class=kind.pk if kind else 0, words=typed.get("words", ""), token=token
    )


def class_of(typed: dict[str, str], place: str) -> ProblemClass | None:
    """The subclass where one of the chosen class is chosen, else the class; place is where the project stands."""
    kind, sub = row_number(typed.get("kind", "")), row_number(typed.get("sub", ""))
    known = ProblemClass.objects.offered(place).in_bulk([pk for pk in (kind, sub) if pk])
    narrower = known.get(sub or 0)
    if narrower and narrower.parent_id and narrower.parent_id == kind:
        return narrower
    return known.get(kind or 0)


def picked(post: QueryDict) -> Pick:
    """{pk: version looked at} of the chosen rows; each box carries 12:3. ValueError where none or odd ones came."""
    found: Pick = {}
    for text in post.getlist("pick"):
        pk, _, version = text.partition(":")
        number, seen = row_number(pk), row_number(version)
        if number is None or seen is None:
            raise ValueError("选的行看不懂，请刷新清单再选。")
        found[number] = seen
    if not found:
        raise ValueError("还没选问题，请先在清单里勾上要办的。")
    if len(found) > MOST_PICKED:
        raise ValueError(f"一次最多办{MOST_PICKED}项，请分几次。")
    return found


class AssignForm(forms.Form):
    """分办: lead, co-handlers, person, due day."""

    lead = forms.IntegerField(
        label="主办", error_messages={"required": "选一个主办单位。", "invalid": "从名单里选一个单位。"}
    )
    co_units = forms.TypedMultipleChoiceField(label="协办", coerce=int, required=False)
    person = forms.CharField(label="责任人", max_length=40, required=False)
    due_on = forms.DateField(label="期限", error_messages={"required": "定一个期限。", "invalid": BAD_DATE})

    def __init__(self, *args: Any, units: list[tuple[int, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["co_units"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = units or []
        field.error_messages["invalid_choice"] = "协办单位从名单里选。"

    def assignment(self) -> Assignment:
        data = self.cleaned_data
        return Assignment(data["lead"], data["due_on"], data["person"], tuple(data["co_units"]))


def day_of(text: str) -> date | None:
    """A day as a date field sends it; None for nothing, ValueError with a sentence for anything else."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"看不懂“{text[:20]}”，{BAD_DATE}") from None


class ClassForm(forms.Form):
    """类别: a new one, at the top or under another."""

    name = forms.CharField(label="名称", max_length=40)
    short_name = forms.CharField(
        label="简称", max_length=10, required=False, help_text="手机上的选项和表格里用"
    )
    parent = forms.IntegerField(label="归在", required=False)
