"""签约的表单：万元录入，出来是动作要的输入。"""

from typing import Any

from django import forms

from xushi.core.money import plain, wan
from xushi.core.text import row_number
from xushi.duties.reach import reach_of
from xushi.registry.containers import of_several
from xushi.registry.forms import WanField
from xushi.registry.models import Category
from xushi.signings.models import Signing, SigningEvent
from xushi.signings.recording import EventInput
from xushi.signings.rules import BY_HAND, DEFAULT_LIMITS, LONGEST_WORDS, SigningInput, Stage
from xushi.signings.selectors import following_units, leaders, people_of
from xushi.units.models import Role, Unit, User

BAD_DATE = "日期看不懂，请写成 2018-09-12 这样。"


def day(label: str, missing: str = "填上日期。", **options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    errors = {"required": missing, "invalid": BAD_DATE}
    return forms.DateField(label=label, widget=widget, error_messages=errors, **options)


def words(label: str, missing: str, *, required: bool = True, rows: int = 3) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    errors = {"required": missing}
    return forms.CharField(
        label=label, required=required, max_length=LONGEST_WORDS, widget=widget, error_messages=errors
    )


def person_field(label: str, people: list[tuple[int, str]], empty: str) -> forms.ChoiceField:
    return forms.TypedChoiceField(
        label=label, required=False, coerce=int, empty_value=None, choices=[("", empty), *people]
    )


class EventField(forms.ModelChoiceField):
    """签约活动: those into which a person may record, each with its district where they are of several."""

    several = False

    def offer(self, user: User) -> None:
        rows = SigningEvent.objects.open_to(user).select_related("district")
        self.queryset = rows.order_by("-held_on", "-pk")
        self.several = of_several(self.queryset)

    def label_from_instance(self, event: Any) -> str:
        return f"{event}（{event.district}）" if self.several and event.district else str(event)


class SigningForm(forms.Form):
    """记一个签约: all that is known at the signing."""

    event = EventField(SigningEvent.objects.none(), label="签约活动", empty_label="请选")
    name = forms.CharField(label="项目名称", max_length=300)
    enterprise = forms.CharField(label="签约企业", max_length=200)
    credit_code = forms.CharField(
        label="统一社会信用代码", max_length=24, required=False, help_text="18位；注册公司前可以空着"
    )
    kind = forms.ChoiceField(label="内外资", choices=Signing.Kind.choices)
    amount = WanField(label="签约投资额")
    signed_on = day("签约日期", "填签约的日子。")
    category = forms.ModelChoiceField(
        Category.objects.all(), label="类别", to_field_name="code", empty_label="请选"
    )
    territory = forms.ModelChoiceField(Unit.objects.none(), label="落地属地", empty_label="请选")
    responsible_unit = forms.ModelChoiceField(Unit.objects.none(), label="跟进单位", empty_label="请选")
    content = forms.CharField(label="建设内容", required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["event"].offer(user)  # type: ignore[attr-defined]
        units = {
            "territory": Unit.objects.standing().filter(kind__in=Unit.TERRITORY_KINDS),
            "responsible_unit": following_units(),
        }
        acting = reach_of(user, Role.OFFICE)
        for name, rows in units.items():
            within = acting.units_or([self.initial.get(name)])
            self.fields[name].queryset = rows.filter(within)  # type: ignore[attr-defined]
        reach = reach_of(user)
        self.fields["leader"] = person_field("挂钩领导", leaders(reach, self.initial.get("leader")), "还没定")
        own = [held.unit_id for held in user.appointments_in_force]
        chosen = self.data.get("responsible_unit") or self.initial.get("responsible_unit")
        near = [*own, row_number(str(chosen or "")) or 0]
        self.fields["follower"] = person_field(
            "跟进人", people_of(near, reach, self.initial.get("follower")), "由单位定"
        )
        self.fields["follower"].help_text = "只列跟进单位和您单位的人"

    @staticmethod
    def initial_of(signing: Signing) -> dict[str, Any]:
        same = ("name", "enterprise", "credit_code", "kind", "signed_on", "content")
        keys = {name: getattr(signing, f"{name}_id") for name in
                ("event", "territory", "responsible_unit", "follower", "leader")}  # fmt: skip
        amount = plain(wan(signing.amount))
        return {
            **{name: getattr(signing, name) for name in same},
            **keys,
            "amount": amount,
            "category": signing.category.code,
        }

    def input(self) -> SigningInput:
        """What was typed, as the actions take it; call it on a valid form."""
        data = self.cleaned_data
        same = (
            "name",
            "enterprise",
            "credit_code",
            "kind",
            "amount",
            "signed_on",
            "content",
            "follower",
            "leader",
        )
        keys = {name: data[name].pk for name in ("event", "territory", "responsible_unit")}
        return SigningInput(**{name: data[name] for name in same}, **keys, category=data["category"].code)


class EventForm(forms.Form):
    """签约活动."""

    name = forms.CharField(label="活动名称", max_length=120)
    held_on = day("日期", "填活动的日子。")
    words = forms.CharField(label="说明", max_length=200, required=False)
    published_count = forms.IntegerField(label="公布个数", required=False, min_value=0, max_value=100_000)
    published_amount = WanField(label="公布总投资", required=False)
    published_source = forms.CharField(
        label="公布出处", max_length=120, required=False, help_text="报告或通稿的名称、日期"
    )

    @staticmethod
    def initial_of(event: SigningEvent) -> dict[str, Any]:
        same = ("name", "held_on", "words", "published_count", "published_source")
        amount = event.published_amount
        shown = "" if amount is None else plain(wan(amount))
        return {name: getattr(event, name) for name in same} | {"published_amount": shown}

    def input(self) -> EventInput:
        return EventInput(**self.cleaned_data)


class LimitsForm(forms.Form):
    """目标天数: one number per stage that has a target."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for stage in DEFAULT_LIMITS:
            label = f"{stage.label}到{stage.following.label if stage.following else ''}"
            self.fields[f"stage{stage.value}"] = forms.IntegerField(label=label, min_value=1, max_value=1000)

    def days(self) -> dict[Stage, int]:
        return {stage: self.cleaned_data[f"stage{stage.value}"] for stage in DEFAULT_LIMITS}


class StepForm(forms.Form):
    """One step of a signing: its own fields, by the verb."""

    def __init__(
        self, verb: str, signing: Signing, user: User, data: Any = None, *, initial: Any = None
    ) -> None:
        super().__init__(data, prefix=verb, initial=initial)
        self.verb, self.user = verb, user
        build = getattr(self, f"_of_{verb}", None)
        if build:
            build(signing)

    def _of_reach(self, signing: Signing) -> None:
        stages = [(stage.value, stage.label) for stage in BY_HAND]
        self.fields["stage"] = forms.TypedChoiceField(label="走到哪一步", coerce=_stage, choices=stages)
        self.fields["on"] = day("哪天走到的", "填走到的日子。")
        self.fields["words"] = words("说明", "", required=False)
        self.fields["words"].help_text = "跳过前面的步骤要写原因，如“租用存量厂房，不用拿地”"

    def _of_follow(self, signing: Signing) -> None:
        self.fields["words"] = words("情况", "写一句跟进的情况，如“地块测绘完成，等规划条件”。")
        self.fields["stuck"] = forms.CharField(label="卡在哪", max_length=120, required=False)
        self.fields["stuck"].help_text = "几个字，列在清单上；不卡了就清空"
        self.fields["next_on"] = day("下次跟进", "填下次哪天跟进，到时提醒。", required=False)

    def _of_hand(self, signing: Signing) -> None:
        within = reach_of(self.user, Role.OFFICE).units_or([signing.responsible_unit_id])
        units = [(str(unit.pk), unit.name) for unit in following_units().filter(within)]
        self.fields["unit"] = forms.ChoiceField(
            label="跟进单位", choices=[("", "请选"), *units], error_messages={"required": "选一个单位。"}
        )
        chosen = self.data.get(self.add_prefix("unit")) or signing.responsible_unit_id
        people = people_of([row_number(str(chosen)) or 0], reach_of(self.user), signing.follower_id)
        self.fields["person"] = person_field("跟进人", people, "由单位定")
        self.fields["words"] = words("为什么换", "写一句为什么换，如“落地改到桥林街道”。", rows=2)

    def _of_lapse(self, signing: Signing) -> None:
        self.fields["cause"] = forms.ChoiceField(
            label="原因",
            choices=[("", "请选"), *Signing.Cause.choices],
            error_messages={"required": "选一个原因。"},
        )
        self.fields["words"] = words("说明", "流失要写原因，以后才查得到。")
        self.fields["on"] = day("哪天定的", "填定下不来的日子。")

    def _of_restore(self, signing: Signing) -> None:
        self.fields["words"] = words("为什么恢复", "写一句为什么恢复，如“业主重新签了补充协议”。", rows=2)

    def _of_take_back(self, signing: Signing) -> None:
        self.fields["words"] = words("为什么退回", "写一句为什么退回，如“登记错了项目”。", rows=2)

    def _of_link(self, signing: Signing) -> None:
        self.fields["name"] = forms.CharField(
            label="库里的项目", max_length=300, help_text="照项目库的全名填",
            error_messages={"required": "填项目库里的名字。"},
        )  # fmt: skip

    def _of_unlink(self, signing: Signing) -> None:
        self.fields["words"] = words("为什么摘下", "写一句为什么摘下，如“挂错了同名项目”。", rows=2)


def _stage(value: Any) -> Stage:
    return Stage(int(value))
