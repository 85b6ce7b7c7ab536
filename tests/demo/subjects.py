"""网址里的号和各格填什么：都是演示区真有的。哪间房的号是什么东西的，各种角色自己的、看不到的、限定阅读的各是哪一件。"""

from collections.abc import Callable
from typing import Any

# 哪间房的号是什么东西的号；同一间里另有所指的单列。值是（模型，到它所属对象的路，那个对象的模型）
PROJECT = ("registry.Project", "", "")
SUBJECTS: dict[str, tuple[str, str, str]] = {
    "registry": PROJECT, "api": PROJECT, "live": ("sites.Camera", "", ""),
    "api:v1:acknowledge": ("supervision.SupervisionOrder", "", ""),
    "api:v1:reply": ("supervision.SupervisionOrder", "", ""),
    "permits": PROJECT, "home": PROJECT, "progress": PROJECT, "sites:project": PROJECT,
    "sites:new": PROJECT, "guarantees:ask": PROJECT, "problems:report": PROJECT, "problems:draft": PROJECT,
    "problems:photos": PROJECT,
    "permits:step": ("permits.PermitStep", "", ""), "permits:act": ("permits.PermitStep", "", ""),
    "permits:rehearse": ("permits.PermitStep", "", ""), "permits:commit": ("permits.PermitStep", "", ""),
    "permits:rehearsal": ("permits.Rehearsal", "", ""), "permits:check": ("permits.Commitment", "", ""),
    "permits:file": ("permits.StepFile", "step", "permits.PermitStep"),
    "guarantees": ("guarantees.ResourceRequest", "", ""),
    "sites": ("sites.Camera", "", ""), "sites:picture": ("sites.Snapshot", "camera", "sites.Camera"),
    "sites:hold": ("sites.Snapshot", "camera", "sites.Camera"), "sites:repair": ("sites.Outage", "", ""),
    "sites:standstill": ("sites.Standstill", "", ""),
    "problems": ("problems.Problem", "", ""), "problems:photo": ("problems.ProblemPhoto", "problem", "problems.Problem"),
    "signings": ("signings.Signing", "", ""),
    "admission": ("admission.Application", "", ""),
    "admission:file": ("admission.ApplicationFile", "application", "admission.Application"),
    "admission:opine": ("admission.Opinion", "application", "admission.Application"),
    "admission:decision": ("admission.Decision", "application", "admission.Application"),
    "planning": ("planning.Reserve", "", ""), "planning:item": ("planning.ProgrammeItem", "", ""),
    "inspections": ("inspections.Visit", "", ""),
    "inspections:finding": ("inspections.Finding", "", ""), "inspections:act": ("inspections.Finding", "", ""),
    "inspections:photo": ("inspections.Photo", "visit", "inspections.Visit"),
    "inspections:original": ("inspections.Photo", "visit", "inspections.Visit"),
    "supervision": ("supervision.SupervisionOrder", "", ""),
    "supervision:order_photo": ("supervision.OrderPhoto", "order", "supervision.SupervisionOrder"),
    **{
        f"supervision:{name}": ("supervision.Instruction", "", "")
        for name in ("instruction", "route_instruction", "read_instruction", "print_instruction")
    },
    **{
        f"supervision:{name}": ("supervision.Meeting", "", "")
        for name in ("meeting", "meeting_pack", "meeting_minutes", "meeting_docx", "meeting_moving", "meeting_act")
    },
    **{
        f"supervision:{name}": ("supervision.AgendaItem", "meeting", "supervision.Meeting")
        for name in ("meeting_reply", "meeting_decide", "meeting_item")
    },
    **{
        f"supervision:{name}": ("supervision.Decision", "item__meeting", "supervision.Meeting")
        for name in ("change_decision", "drop_decision")
    },
    "progress:return": ("progress.MonthlyReport", "", ""),
    "progress:photo": ("progress.ReportPhoto", "project", "registry.Project"),
    "notices:open": ("notices.Notice", "", ""),
    "documents": ("documents.Paper", "", ""),
    **{
        f"documents:{kind}_{what}": (label, path, parent)
        for what in ("paper", "file")
        for kind, (label, path, parent) in {
            "order": ("supervision.SupervisionOrder", "", ""),
            "instruction": ("supervision.Instruction", "", ""),
            "minutes": ("supervision.Meeting", "", ""),
            "decision": ("admission.Decision", "application", "admission.Application"),
        }.items()
    },
}  # fmt: skip
# 哪一步要在哪一种上走：不然各角色都只听到“现在不能这样办”
OWN, OWN_UNIT = "自己的", "自己单位"
PICKED: dict[str, dict[str, Any]] = {
    "exchange": {"by": OWN}, "documents:batch": {"by": OWN}, "indicators:territory": {"pk": OWN_UNIT},
    "documents:pack read unit": {"pk": OWN_UNIT},
    "documents:send": {"state": "issued"}, "registry:decide_plan": {"plans__state": "proposed"},
    "supervision:meeting_item": {"meeting__state": "planned"},
    "api:v1:acknowledge": {"state": "issued", "lead": OWN_UNIT},
    "api:v1:reply": {"state": "working", "lead": OWN_UNIT}, "operations:retry": {"name": "matrix"},
}  # fmt: skip
# 一步要在哪种状态上走才走得成：不然各角色都只听到“现在不能这样办”
STATES: dict[str, dict[str, str]] = {
    "permits:act": {
        "planned": "submit plan accept_lacking not_needed",
        "submitted": "accept",
        "accepted": "approve ask_supplement refuse take_back",
        "supplement": "answer_supplement",
    },
    "permits:rehearsal": {"asked": "answer withdraw"},
    "guarantees:step": {"asked": "promise refuse withdraw", "promised": "deliver", "partly": "hand"},
    "signings:step": {"live": "follow reach lapse hand link register take_back", "lapsed": "restore"},
    "admission:step": {"submitted": "send return", "reviewing": "judge", "deferred": "sit resume withdraw"},
    "problems:step": {
        "assigned": "assign raise batch classify note decline",
        "closed": "reopen",
        "reported": "send_back",
    },
    "inspections:act": {"fixed": "verify return", "open": "note extend hand problem withdraw", "verified": "reopen"},
    "supervision:order_act": {
        "drafted": "issue approve",
        "working": "misroute plan withdraw",
        "issued": "reroute share remind criticise talk suspend",
        "replied": "verify return",
        "closed": "reopen",
    },
    "supervision:meeting_act": {"planned": "add begin refresh"},
}  # fmt: skip
# 谁看得到这个项目的手续，谁就看得到它的步骤：部门只凭自己办的那一步
WIDER = {"permits": ("permits.PermitStep", "project")}
# 号不归谁看得到看不到，只看角色的：取第一件
COMMON: dict[str, str] = {
    "units": "units.User", "units:unit": "units.Unit", "units:rename_unit": "units.Unit",
    "units:dissolve_unit": "units.Unit", "units:end_appointment": "units.Appointment",
    "units:name_head": "units.Appointment", "journal": "journal.Event", "duties": "duties.Delegation",
    "indicators": "indicators.Indicator", "indicators:version_text": "indicators.Version",
    "indicators:territory": "units.Unit", "indicators:review": "indicators.Observation",
    "indicators:drop_scenario": "indicators.Scenario", "registry:ceremony": "registry.Ceremony",
    "registry:rename": "registry.Tag", "permits:package": "permits.Package",
    "permits:package_retire": "permits.Package", "problems:change_kind": "problems.ProblemClass",
    "signings:event": "signings.SigningEvent", "admission:sitting": "admission.Sitting",
    "admission:settle": "admission.Breach", "admission:meet": "admission.Condition",
    "inspections:round": "inspections.Round", "inspections:route": "inspections.Round",
    "inspections:move": "inspections.Round", "exchange": "exchange.ImportBatch", "channels": "notices.Digest",
    "operations": "journal.Reaction",
    "api:issue": "api.ServiceAccount", "api:rotate": "api.Token", "api:revoke": "api.Token",
    "api:webhook_stop": "api.Webhook", "api:webhook_replay": "api.Webhook", "api:delivery_replay": "api.Delivery",
    "documents:circular_paper": "inspections.Round", "documents:circular_file": "inspections.Round",
    "documents:start_circular": "inspections.Round", "documents:batch": "documents.Batch",
    "documents:next_piece": "documents.Batch", "documents:batch_file": "documents.Batch",
    "documents:pack": "registry.Project",
    "units:decide_export": "units.ExportRequest",
    "home:change_view": "registry.SavedView", "home:revoke_wall": "home.WallKey",
}  # fmt: skip
# 一个地址几种东西的，各是什么
OF_KIND = {"documents:pack read unit": "units.Unit", "documents:pack read meeting": "supervision.Meeting"}
NUMBERS = ("pk", "project_id", "key", "project", "order")


class Subjects:
    """What each person may see and may not, of every kind; looked up once: one asks and rolls back."""

    def __init__(self) -> None:
        self.known: dict[tuple[Any, ...], tuple[list[Any], list[Any]]] = {}

    def of(self, name: str, takes: tuple[str, ...], way: str, user: Any) -> tuple[list[Any], list[Any]]:
        """One this person may see, one this person may not; [None] where the route names none."""
        number = next((one for one in NUMBERS if one in takes), None)
        if number is None:
            return [None], []
        room, field = name.partition(":")[0], "key" if number == "key" else "pk"
        if (
            label := OF_KIND.get(f"{name} {way}")
            or COMMON.get(name)
            or (COMMON.get(room) if name not in SUBJECTS else None)
        ):
            subject, common = (label, "", ""), True
        else:
            subject, common = SUBJECTS.get(name) or SUBJECTS[room], False
        verb = way.partition(" ")[2]
        state = next((one for one, verbs in STATES.get(name, {}).items() if verb in verbs.split()), None)
        picked = (
            {"state": state}
            if state
            else PICKED.get(f"{name} {way}") or PICKED.get(name) or PICKED.get(room) or {}
        )
        wide = WIDER.get(room) if subject == PROJECT else None
        key = (user.pk, field, subject, common, wide, tuple(sorted(picked)), str(picked))
        if key not in self.known:
            self.known[key] = _looked_up(user, field, subject, common, wide, picked)
        return self.known[key]

    def label(self, name: str) -> str:
        """The model of what the route names; "" where it names nothing."""
        subject = SUBJECTS.get(name) or SUBJECTS.get(name.partition(":")[0], ("", "", ""))
        return COMMON.get(name) or subject[0] or COMMON.get(name.partition(":")[0], "")

    def bound(self, name: str, takes: tuple[str, ...]) -> bool:
        """Whether the route names something that is somebody's, not the same for a whole role."""
        return any(one in takes for one in NUMBERS) and (
            name in SUBJECTS or (name not in COMMON and name.partition(":")[0] in SUBJECTS)
        )


def _looked_up(
    user: Any, field: str, subject: tuple[str, str, str], common: bool, wide: Any, picked: dict[str, Any]
) -> tuple[list[Any], list[Any]]:
    from django.apps import apps

    label, path, parent = subject
    rows = apps.get_model(label)._default_manager.all()
    if common:
        return list(_narrowed(rows, picked, user).values_list(field, flat=True)[:1]), []
    scope: Callable[[], Any] = (
        (lambda: rows.filter(**{f"{path}__in": apps.get_model(parent)._default_manager.visible_to(user)}))
        if path
        else (lambda: rows.visible_to(user))
    )
    seen = _narrowed(scope(), picked, user).values_list(field, flat=True)[:1]
    foreign = rows.exclude(pk__in=scope().values("pk"))
    if wide:
        wider, to = wide
        foreign = foreign.exclude(pk__in=apps.get_model(wider)._default_manager.visible_to(user).values(to))
    return list(seen), list(foreign.values_list(field, flat=True)[:1])


def _narrowed(rows: Any, picked: dict[str, Any], user: Any) -> Any:
    """Those of the state that the way wants, or one's own; where there are none, whichever there are."""
    wanted = dict(picked)
    for name, value in picked.items():
        if value == OWN:
            wanted[name] = user.pk
        elif value == OWN_UNIT:
            wanted[name] = user.home_unit_id
    found = rows.filter(**wanted)
    return found.order_by("pk") if picked and found.exists() else rows
