"""网址里号以外的各格：每条真有的值；一条几种办法的，一种一种地问；要凭版本号办的，版本号照实填。"""

from collections.abc import Iterator
from functools import cache
from typing import Any

ANYTHING: dict[str, object] = {
    "month": "2018-08", "year": 2019, "number": 1, "verb": "note", "kind": "docx", "digest": "abc", "version": 1,
    "code": "x", "what": "visits", "which": "all", "entry": 1, "package_id": 1, "industry_id": 1, "table": "tag",
    "form": "docx", "plan": "2019", "slug": "x", "period": "2018-08", "camera": 1,
}  # fmt: skip
OPEN_MONTH = ("draft", "preview", "switch", "photos")
# 外区的人也进得去的，每条写明为什么；堵上了就要从这里去掉
OPEN_TO_STRANGERS: dict[str, str] = {}
# 走不到的，各有自己的测试；每条写明为什么
UNREACHED = {
    "units:gate": "统一认证没有接，tests/units/test_gates.py 里接上了走",
    "units:gate_back": "同上",
    "federation:receive": "凭区的签名收，不看登录，tests/federation 里签了名走",
    "federation:records": "同上",
    "federation:sent_file": "演示区没有上级可报，tests/federation 里报了走",
    "federation:filing": "演示区没有下级，tests/federation 里收了走",
    "federation:filing_file": "同上",
    "documents:batch_file": "要先一张张印完，tests/documents/test_batches.py 里印了取",
    "home:districts": "只有几个区的市才有，tests/home 里有几个区走",
    "api:unknown": "没有的接口地址，谁问都是没有",
    "metrics": "凭口令读，不看登录，tests/operations/test_metrics.py 走",
}


def values_of(name: str) -> dict[str, Any]:
    """What a route's address is filled with, beyond the number of its subject."""
    room, _, page = name.partition(":")
    values = dict(ANYTHING)
    if room == "progress" and page in OPEN_MONTH:
        values["month"] = "2018-09"
    return values | _of(name)


@cache
def _of(name: str) -> dict[str, Any]:
    """The district's own, for those that have one of their own."""
    from tests.demo.laid import SECRET_CALENDAR

    match name:
        case "kit:bundle":
            return {"kind": "css"}
        case "calendars:year" | "calendars:notice":
            return {"number": 2018}
        case "api:calendar_feed":
            return {"secret": SECRET_CALENDAR}
        case "documents:pack":
            return {"kind": "project"}
    return {}


def looked_up(name: str) -> dict[str, Any]:
    """The same where it takes a query."""
    from xushi.documents.models import Paper
    from xushi.documents.models_templates import Template
    from xushi.indicators.models import System
    from xushi.permits.models import Permit

    if name.startswith("documents:template") or name == "documents:start":
        return {"code": Template.objects.order_by("pk").values_list("code", flat=True)[0]}
    if name == "documents:verify":
        return {"code": Paper.objects.issued().values_list("code", flat=True)[0]}
    if name in ("permits:draft_permit", "permits:draft_remove"):
        return {"code": Permit.objects.order_by("pk").values_list("code", flat=True)[0]}
    if name == "api:v1:month_figures" or name == "api:v1:month_projects":
        return {"month": "2018-08"}
    if name == "api:v1:scores":
        return {"system": System.objects.order_by("pk").values_list("code", flat=True)[0]}
    return {}


@cache
def variants(name: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """(get or post, which parameter, its values) of a route that is several in one; the values are the product's own."""
    verbs = _verbs().get(name)
    if verbs:
        return (("write", "verb", verbs),)
    if name == "exchange:template":
        from xushi.exchange.kinds import KINDS

        return (("read", "kind", tuple(KINDS)),)
    if name == "documents:pack":
        return (("read", "kind", ("unit", "project", "meeting")),)
    return ()


@cache
def _verbs() -> dict[str, tuple[str, ...]]:
    from xushi.admission.table import STEPS
    from xushi.guarantees.views_request import LABELS as GUARANTEED
    from xushi.inspections.views_finding import DOING as FOUND
    from xushi.permits.table import BY_VERB as PERMITTED
    from xushi.planning.views_programme import DOING as PLANNED
    from xushi.planning.views_reserve import VERBS as RESERVED
    from xushi.problems.steps import DOING as SOLVED
    from xushi.signings.views_signing import LABELS as SIGNED
    from xushi.sites.views_standstill import _DECIDE
    from xushi.supervision.acting import BY_VERB as SUPERVISED
    from xushi.supervision.acting import FEEDBACK

    return {
        "permits:act": tuple(verb for verb in PERMITTED if verb != "confirm"),
        "permits:rehearsal": ("answer", "take_up", "withdraw"),
        "guarantees:step": tuple(GUARANTEED),
        "sites:standstill": ("visit", *_DECIDE),
        "signings:step": tuple(SIGNED),
        "admission:step": tuple(verb for verb in STEPS if verb not in ("amend", "decide")),
        "planning:step": RESERVED,
        "planning:act": tuple(PLANNED),
        "problems:step": tuple(SOLVED),
        "inspections:act": tuple(FOUND),
        "inspections:move": ("start", "end"),
        "supervision:order_act": (*SUPERVISED, FEEDBACK),
        "supervision:meeting_act": ("add", "begin", "end", "drop", "refresh"),
        "supervision:meeting_item": ("up", "down", "drop", "take", "ask"),
    }


def ways(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(as the table calls it, get or post, what it fills in) for everything the table states of a route."""
    several = {way: (parameter, values) for way, parameter, values in variants(name)}
    for way, method in (("read", "get"), ("write", "post")):
        if way in several:
            parameter, values = several[way]
            for value in values:
                yield f"{way} {value}", method, {parameter: value}
        else:
            yield way, method, {}


def query_of(name: str) -> str:
    """The query without which a page shows nothing to anybody."""
    if name == "supervision:print_orders":
        from xushi.supervision.models import SupervisionOrder

        numbers = SupervisionOrder.objects.order_by("pk").values_list("pk", flat=True)
        return "?" + "&".join(f"id={pk}" for pk in numbers)
    if name == "documents:template_names":
        from xushi.documents.models_templates import Template
        from xushi.documents.template_names import groups

        return f"?group={groups(Template.objects.order_by('pk')[0])[0].code}"
    return ""


USUAL: dict[str, Any] = {
    **dict.fromkeys(("words", "reason", "text", "opinion", "progress", "demand", "raise_words"), "照实核过，情况属实。"),
    "on": "2018-09-11", "day": "2018-09-20", "due_on": "2018-09-20", "due": "2018-09-20", "until": "2018-09-28",
    "available_on": "2018-09-20", "next_on": "2018-09-30", "amount": "1", "stage": "3", "cause": "withdrawn",
    "batch": "new", "batch_title": "总表的一批", "title": "总表的一件", "minutes": "5", "state": "ok", "grade": "good",
    "person": "", "deadline": "2018-09-20", "answer": "照办",
}  # fmt: skip
# 同一个名字在这一步里说的是另一回事
OWN_BODY: dict[str, dict[str, Any]] = {"answer": {"on": "2018-09-12"}, "plan": {"on": "2018-09-20"}}


class Bodies:
    """What is sent: a step whole, so that who may not is told apart from who was slower or left something empty."""

    def __init__(self) -> None:
        self.versions: dict[tuple[str, Any], int] = {}
        self.good: dict[str, list[Any]] = {}
        self.usual: dict[str, Any] = {}

    def whole(self, label: str, subject: Any, verb: str) -> dict[str, Any]:
        """Every field that a step asks for, by its own name and by that of its form."""
        from django.apps import apps

        if (label, subject) not in self.versions:
            held = apps.get_model(label)._default_manager.filter(pk=subject).first() if label else None
            held = getattr(held, "meeting", held)  # an item of an agenda moves with its meeting
            self.versions[label, subject] = getattr(held, "version", 0)
        seen = {"version": self.versions[label, subject], "seen": self.versions[label, subject]}
        told = seen | self._usual() | OWN_BODY.get(verb, {})
        return told | {f"{verb}-{name}": value for name, value in told.items()}

    def _usual(self) -> dict[str, Any]:
        from xushi.admission.models import Sitting
        from xushi.problems.models import ProblemClass
        from xushi.registry.models import Project
        from xushi.units.models import User

        if not self.usual:
            unit = User.objects.get(username="department").appointments.get(ended_at=None).unit
            sitting = Sitting.objects.order_by("-at").first()
            self.usual = USUAL | {
                "unit": unit.pk, "units": unit.pk, "lead": unit.pk,
                "leader": User.objects.get(username="leader").pk, "name": Project.objects.order_by("pk")[0].name,
                "problem_class": ProblemClass.objects.exclude(parent=None).order_by("pk")[0].pk,
                "sitting": sitting.pk if sitting else "",
            }  # fmt: skip
        return self.usual

    def plain(self, name: str) -> dict[str, Any]:
        """The little without which a form names nothing."""
        from xushi.registry.models import AnnualPlan

        if name == "registry:decide_plan":
            waiting = AnnualPlan.objects.filter(state="proposed").order_by("project")[0]
            return {"plan": waiting.pk, "decision": "approve"}
        return {}

    def sent(self, name: str) -> dict[str, Any]:
        """What another system writes: rows that one of the roles could really write."""
        from tests.api.fuzz import _good

        self.good = self.good or {key.rpartition("/")[2]: rows for key, rows in _good().items()}
        page = name.rpartition(":")[2]
        kept = {"steps": "permit-steps", "permit_steps": "permit-steps"}.get(page, page)
        rows = (
            [_accepted()]
            if kept == "permit-steps"
            else [r for one in self.good.get(kept, ()) for r in one.rows[:1]]
        )
        told = {"rows": rows} if rows else {"words": "已经进场，照计划在做。"}
        headers = {"Idempotency-Key": f"matrix-{page}-0001"}
        return {"data": told, "content_type": "application/json", "headers": headers}


def _accepted() -> dict[str, Any]:
    """受理: what the department that has a step in hand tells of it."""
    from xushi.permits.models import PermitStep
    from xushi.units.models import User

    seen = PermitStep.objects.visible_to(User.objects.get(username="department"))
    step = seen.filter(state=PermitStep.State.SUBMITTED).select_related("permit").order_by("pk")[0]
    told = {"project": step.project_id, "code": step.permit.code, "state": "accepted"}
    return told | {"submitted_on": step.submitted_on.isoformat(), "accepted_on": "2018-09-11"}
