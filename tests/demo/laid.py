"""演示区里没有、又有网址指着的东西，各摆一件；再摆一个外区、几个下级单位，和一件限定阅读的督办单。

Every unit and person that is laid is new, so no row of the district concerns them: whatever of it they reach is a hole,
however visible_to() is written. Laid once: in a database that has them they are found, not made again.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

ROLES = ("office", "leader", "inspector", "statistics", "department", "territory", "owner")
OUTSIDE = ("office", "leader", "department", "territory")  # each by another condition
BELOW = ("department", "territory", "owner")
SECRET_CALENDAR, WALL, SECRET = "matrix-calendar", "matrix-wall-key", "总表的限定阅读"
IN_ON_IT = {"leader", "department"}  # who wrote the confidential words, and their one reader


@dataclass(frozen=True, slots=True)
class Stranger:
    """A person none of the district's rows concerns; asked about what `like`, of the same role, has of their own."""

    account: str
    like: str


def strangers() -> list[Stranger]:
    """The people of another district, and those of units below the ones whose matters are asked for."""
    from tests.factories import UnitFactory, UserFactory, appoint
    from xushi.units.models import Unit, User

    root = Unit.objects.get(parent=None)
    for name in ("外区", "又一区"):  # two: where there is but one district it is the whole
        if not Unit.objects.filter(name=name, parent=root).exists():
            UnitFactory(name=name, kind=Unit.Kind.DISTRICT, parent=root)
    beside = Unit.objects.get(name="外区", parent=root)
    found = [(f"outside_{name}", name, beside) for name in OUTSIDE]
    for name in BELOW:
        above = User.objects.get(username=name).appointments.get(ended_at=None).unit
        found.append((f"below_{name}", name, above))
    for account, like, parent in found:
        if User.objects.filter(username=account).exists():
            continue
        held = User.objects.get(username=like).appointments.get(ended_at=None)
        whole = held.scope.is_root and parent == beside
        own = UnitFactory(name=f"{account}单位", kind=held.unit.kind, parent=parent)
        appoint(
            UserFactory(username=account, name=account), held.role, unit=own, scope=beside if whole else own
        )
    return [Stranger(account, like) for account, like, _ in found]


def lay() -> None:
    """One of each that the district's story has none of."""
    from xushi.units.models import User

    now = _now()
    people = {name: User.objects.get(username=name) for name in (*ROLES, "sysadmin", "secadmin")}
    _lay_own(people, now)
    _lay_files(people["office"], now)
    _lay_interface(people["secadmin"], now)
    _lay_confidential(people, now)
    _lay_draft(people["office"], now)
    _lay_together(people)


def _lay_together(people: dict[str, Any]) -> None:
    """Something of each in the ceremony and the sitting that are asked for: where several districts stand, people who
    oversee none of them find only those that hold something of theirs."""
    from xushi.admission.models import Application, Sitting
    from xushi.registry.models import Ceremony, Project

    ceremony, sitting = Ceremony.objects.all()[0], Sitting.objects.all()[0]
    for name in BELOW:
        if project := Project.objects.visible_to(people[name]).order_by("pk").first():
            ceremony.projects.add(project)
        if application := Application.objects.visible_to(people[name]).order_by("pk").first():
            Application.objects.filter(pk=application.pk).update(sitting=sitting)


def _now() -> datetime:
    from xushi.demo.builder import NOW

    return NOW


def _lay_own(people: dict[str, Any], now: datetime) -> None:
    """What belongs to whoever made it: others do not find it."""
    from xushi.documents.models_batches import Batch
    from xushi.duties.models import Delegation
    from xushi.exchange.kinds import KINDS
    from xushi.exchange.models import ImportBatch
    from xushi.exchange.workbooks import blank_template
    from xushi.home.models import WallKey
    from xushi.registry.models import AnnualPlan, Project, SavedView
    from xushi.supervision.models import SupervisionOrder
    from xushi.units.models_exports import ExportRequest

    office, leader, street = people["office"], people["leader"], people["territory"]
    SavedView.objects.get_or_create(user=office, name="总表的视图", defaults={"query": "level=district"})
    WallKey.objects.get_or_create(key=WALL, defaults={"name": "大厅", "made_by": office, "made_at": now})
    Delegation.objects.get_or_create(
        user=leader, to=people["inspector"], reason="出差",
        defaults={"first": date(2018, 10, 1), "last": date(2018, 10, 2), "made_at": now},
    )  # fmt: skip
    seen = list(SupervisionOrder.objects.visible_to(office).values_list("pk", flat=True)[:1])
    Batch.objects.get_or_create(
        key="matrix", defaults={"form": "docx", "orders": seen, "total": 1, "by": office, "asked_at": now}
    )
    ExportRequest.objects.get_or_create(
        by=street, title="总表的申请",
        defaults={"address": "/projects/export", "personal": True, "reason": "核对", "asked_at": now},
    )  # fmt: skip
    for kind, by in (("plans", office), ("reports", street)):
        if not ImportBatch.objects.filter(file_name=f"{kind}-matrix.xlsx").exists():
            sheet = _file(f"{kind}-matrix.xlsx", blank_template(KINDS[kind]))
            ImportBatch.objects.create(kind=kind, file=sheet, file_name=f"{kind}-matrix.xlsx", by=by, at=now)
    held = AnnualPlan.objects.filter(project__in=Project.objects.visible_to(street)).order_by("pk")[0]
    AnnualPlan.objects.get_or_create(
        project=held.project, year=held.year, state="proposed",
        defaults={"version": 90, "planned_investment": held.planned_investment, "proposed_at": now,
                  "reason": "总表的调整"},
    )  # fmt: skip


def _lay_files(by: Any, now: datetime) -> None:
    """A file at each place where files hang."""
    from xushi.admission.models import Application, ApplicationFile
    from xushi.admission.models_decisions import Breach, Promise
    from xushi.permits.models import PermitStep, StepFile
    from xushi.progress.models_reports import ReportPhoto
    from xushi.registry.models import Project
    from xushi.supervision.models import OrderPhoto, OrderStep, SupervisionOrder
    from xushi.units.models import User

    if ReportPhoto.objects.filter(sha256="matrix").exists():
        return
    street = User.objects.get(username="territory")
    common: dict[str, Any] = {"sha256": "matrix"}
    who: dict[str, Any] = {"by": by, "at": now}
    for user in (by, street):
        project = Project.objects.visible_to(user).order_by("pk")[0]
        ReportPhoto.objects.create(project=project, month="2018-08", file=_file("r.jpg"), **common, **who)
    for name in ("office", "department", "territory", "owner"):
        step = PermitStep.objects.visible_to(User.objects.get(username=name)).order_by("pk").first()
        if step is not None:
            StepFile.objects.create(step=step, name="x.pdf", file=_file("x.pdf"), **common, **who)
    order = SupervisionOrder.objects.visible_to(User.objects.get(username="department")).order_by("pk")[0]
    step = OrderStep.objects.filter(order=order).order_by("pk")[0]
    OrderPhoto.objects.create(order=order, step=step, file=_file("o.jpg"), **common)
    asked = Application.objects.visible_to(street).order_by("pk").first()
    if asked is not None:
        ApplicationFile.objects.create(application=asked, file=_file("a.pdf"), name="a.pdf", **common, **who)
    promise = Promise.objects.order_by("pk").first()
    if promise is not None:
        Breach.objects.get_or_create(
            promise=promise, settled_at=None, defaults={"year": 2018, "clause": "补缴", "at": now}
        )


def _file(name: str, data: bytes = b"\xff\xd8\xff\xe0matrix") -> Any:
    from django.core.files.base import ContentFile

    return ContentFile(data, name=name)


def _lay_interface(by: Any, now: datetime) -> None:
    """A service account with a token, a subscription with something that went nowhere, a calendar, a failed reaction."""
    from xushi.api.models import CalendarKey, Delivery, Webhook
    from xushi.api.rules import digest_of
    from xushi.journal.models import Event, Reaction
    from xushi.notices.models import Digest
    from xushi.units.models import User

    CalendarKey.objects.get_or_create(
        user=User.objects.get(username="office"),
        defaults={"digest": digest_of(SECRET_CALENDAR), "made_at": now},
    )
    event = Event.objects.order_by("pk")[0]
    hook, _ = Webhook.objects.get_or_create(
        name="总表", defaults={"url": "https://example.org/", "verbs": [event.verb], "nonce": "n", "after": 0,
                             "made_by": by, "made_at": now},
    )  # fmt: skip
    Delivery.objects.get_or_create(webhook=hook, event=event, defaults={"not_before": now, "dead_at": now})
    Reaction.objects.get_or_create(
        event=event, name="matrix", defaults={"not_before": now, "attempts": 20, "error": "没办成"}
    )
    Digest.objects.get_or_create(
        channel="matrix",
        defaults={"state": "unknown", "reader": by, "opened_at": now, "not_before": now},
    )


def _lay_confidential(people: dict[str, Any], now: datetime) -> None:
    """限定阅读: words to the department's unit, for one of its people alone, and the order that they became."""
    from xushi.journal.actions import Actor
    from xushi.supervision.actions import InstructionInput, send_instruction
    from xushi.supervision.models_instructions import Instruction

    if Instruction.objects.filter(words=SECRET).exists():
        return
    reader = people["department"]
    lead = reader.appointments.get(ended_at=None).unit
    row = InstructionInput(SECRET, lead=lead, confidential=True, readers=(reader,))
    send_instruction(row, actor=Actor(people["leader"]), now=now)


def guarded(label: str) -> list[int]:
    """The confidential one of this kind of thing: nobody but who is in on it may know of it, the office neither."""
    from xushi.supervision.models_instructions import Instruction

    words = Instruction.objects.get(words=SECRET)
    match label:
        case "supervision.SupervisionOrder":
            return list(words.orders.values_list("pk", flat=True))
        case "supervision.Instruction":
            return [words.pk]
    return []


def bearer(user: Any, *scopes: str) -> Any:
    """A client that sends a token of a service account with this person's roles, and no login; without one where no
    token is given out."""
    from django.test import Client

    from tests.api.world import token_of
    from tests.factories import UserFactory, appoint
    from xushi.api.models import ServiceAccount
    from xushi.units.rules import ADMINISTRATORS

    client = Client(raise_request_exception=False)
    if user.has_role(*ADMINISTRATORS):
        return client
    account = ServiceAccount.objects.filter(user__username=f"system_{user.username}").first()
    if account is None:
        own = UserFactory(username=f"system_{user.username}", name=f"{user.name}的系统", password=None)
        for held in user.appointments_in_force:
            appoint(own, held.role, unit=held.unit, scope=held.scope)
        account = ServiceAccount.objects.create(user=own, purpose="总表", contact="张三", opened_at=_now())
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token_of(account, *scopes)}"
    return client


def _lay_draft(office: Any, now: datetime) -> None:
    """A draft of the catalogue of permits."""
    from xushi.journal.actions import Actor
    from xushi.permits.actions_catalogue import begin_draft
    from xushi.permits.selectors_catalogue import draft as open_draft

    if open_draft(None) is None:
        begin_draft(actor=Actor(office), now=now)
