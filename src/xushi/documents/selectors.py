"""公文页要读的：清单、收文、一份文稿的稿次与收文单位、一年里各单位的通报记录。"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from xushi.core.text import row_number
from xushi.documents.models import Letterhead, Paper, PaperVersion, Sending
from xushi.documents.policy import receiving, seen_papers
from xushi.documents.table import FIXED, OPEN, State
from xushi.duties.reach import known_to, reach_of
from xushi.units.models import Role, Unit

if TYPE_CHECKING:
    from xushi.units.models import User

PER_PAGE = 30
TABS = {
    "open": ("起草与待签发", Q(state__in=sorted(OPEN))),
    "issued": ("已签发", Q(state__in=sorted(FIXED))),
    "dropped": ("不发了", Q(state=State.DROPPED)),
}
SAID = {"named": Q(named=True), "praised": Q(praised=True), "unread": Q(read_at=None)}
PRAISE = ("表扬", "肯定", "先进", "较好", "靠前", "前三位", "走在前")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; an odd address raises ValueError with a sentence."""

    tab: str = ""
    kind: str = ""
    q: str = ""
    to: int = 0
    year: int = 0
    said: str = ""
    page: str = "1"

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Wanted":
        tab, kind, q, said = (query.get(name, "").strip()[:60] for name in ("tab", "kind", "q", "said"))
        to, year = (row_number(query.get(name, "")) or 0 for name in ("to", "year"))
        found = cls(tab=tab, kind=kind, q=q, said=said, to=to, year=year, page=query.get("page", "1"))
        if found.tab and found.tab not in TABS:
            raise ValueError(f"没有“{found.tab}”这一栏，先看全部。")
        if found.kind and found.kind not in Paper.Kind.values:
            raise ValueError(f"没有“{found.kind}”这个文种，先看全部。")
        if found.said and found.said not in SAID:
            raise ValueError(f"没有“{found.said}”这一类，先看全部。")
        return found


def narrowed(user: "User", wanted: Wanted) -> "QuerySet[Paper]":
    rows = Paper.objects.visible_to(user)
    rows = rows.filter(TABS[wanted.tab][1]) if wanted.tab else rows.exclude(state=State.DROPPED)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.q:
        rows = rows.filter(Q(title__icontains=wanted.q) | Q(number__icontains=wanted.q))
    if wanted.year:
        rows = rows.filter(year=wanted.year)
    if wanted.to:
        to = Sending.objects.filter(SAID.get(wanted.said, Q()), unit=wanted.to, paper=OuterRef("pk"))
        rows = rows.filter(Exists(to), state=State.ISSUED)
    found: QuerySet[Paper] = rows
    return found


def page_of(user: "User", wanted: Wanted) -> "Page[Any]":
    """One page of the papers this person sees, each with how many units have it and how many signed for it."""
    own = Sending.objects.filter(paper=OuterRef("pk"), unit__in=receiving(user), read_at=None)
    rows = narrowed(user, wanted).select_related("office", "made_by", "issued_by", "replaced_by").annotate(
        sent=Count("sendings"), signed=Count("sendings", filter=Q(sendings__read_at__isnull=False)), unread=Exists(own),
    )  # fmt: skip
    return Paginator(rows.order_by("-changed_at", "-pk"), PER_PAGE).get_page(wanted.page)


def counts(user: "User") -> dict[str, int]:
    """How many are drafted, wait for a signature, are issued; receipts still out; what this person has not signed for."""
    papers = Paper.objects.visible_to(user)
    told: dict[str, int] = papers.aggregate(
        draft=Count("pk", filter=Q(state=State.DRAFT)), signing=Count("pk", filter=Q(state=State.SIGNING)),
        issued=Count("pk", filter=Q(state__in=sorted(FIXED))), dropped=Count("pk", filter=Q(state=State.DROPPED)),
    )  # fmt: skip
    waiting = Sending.objects.filter(read_at=None, paper__state=State.ISSUED)
    told["out"] = waiting.filter(paper__in=papers.order_by().values("pk")).count() if writes(user) else 0
    told["unread"] = waiting.filter(unit__in=receiving(user)).count()
    return told


def writes(user: "User") -> bool:
    return user.has_role(Role.OFFICE)


def versions_of(paper: Paper) -> list[PaperVersion]:
    """Every 稿, the newest first, without its text."""
    return list(paper.versions.select_related("by").defer("text", "marks", "figures").order_by("-number"))


def sendings_of(user: "User", paper: Paper) -> list[Sending]:
    """Who has it: office and leader see all, a unit's people their own receipt."""
    rows = paper.sendings.select_related("unit").order_by("read_at", "unit__path")
    if not user.has_role(Role.OFFICE, Role.LEADER, Role.INSPECTOR):
        rows = rows.filter(unit__in=receiving(user))
    return list(rows)


@dataclass(frozen=True, slots=True)
class Addressee:
    """A unit that a paper may be sent to; stance is what the text seems to say of it."""

    unit: Unit
    chosen: bool
    stance: str


def addressees(paper: Paper, text: str, user: "User") -> list[Addressee]:
    """Departments and territories, and enterprises that the text names, within a person's reach; those that have it
    are left out.

    A paper that replaces another is meant for whoever had that one.
    """
    before = set(Sending.objects.filter(paper=paper.replaces_id).values_list("unit", flat=True))
    held = paper.sendings.values("unit")
    kinds = (Unit.Kind.DEPARTMENT, *Unit.TERRITORY_KINDS, Unit.Kind.ENTERPRISE)
    found = []
    within = reach_of(user, Role.OFFICE).units_or(before)
    units = Unit.objects.standing().filter(within, kind__in=kinds)
    for unit in units.exclude(pk__in=held).order_by("path"):
        stance = stance_of(unit, text)
        chosen = bool(stance) or unit.pk in before
        if chosen or unit.kind != Unit.Kind.ENTERPRISE:
            found.append(Addressee(unit, chosen, stance))
    return found


def stance_of(unit: Unit, text: str) -> str:
    """named, praised or "": by the paragraph and the heading under which a unit's name stands; tables name nobody."""
    praise = stance = ""
    for line in text.split("\n"):
        if line.startswith("|"):
            continue
        if line.startswith("#"):
            praise = "praised" if any(word in line for word in PRAISE) else ""
        if unit.name in line or (unit.short_name and unit.short_name in line):
            if not praise and not any(word in line for word in PRAISE):
                return "named"
            stance = "praised"
    return stance


@dataclass(frozen=True, slots=True)
class UnitYear:
    """What a unit got in a year: papers, how often named, how often praised, how many not signed for."""

    unit: str
    pk: int
    sent: int
    named: int
    praised: int
    unsigned: int


def year_of_units(user: "User", year: int) -> list[UnitYear]:
    """各单位一年里收到的通报，被点名的多的在前；被替换的不重复算。"""
    rows = Sending.objects.filter(paper__year=year, paper__state=State.ISSUED)
    rows = rows.filter(paper__in=Paper.objects.filter(seen_papers(user)).order_by().values("pk"))
    told = rows.values("unit", "unit__name").annotate(
        papers=Count("pk"), names=Count("pk", filter=Q(named=True)), praises=Count("pk", filter=Q(praised=True)),
        late=Count("pk", filter=Q(read_at=None)),
    )  # fmt: skip
    return [
        UnitYear(one["unit__name"], one["unit"], one["papers"], one["names"], one["praises"], one["late"])
        for one in told.order_by("-names", "-papers", "unit__path")
    ]


def named_in_bulletins(unit: Unit, year: int) -> dict[str, int]:
    """被通报、被表扬各几次: for the page of one unit."""
    rows = Sending.objects.filter(received_q(unit), paper__year=year, paper__state=State.ISSUED)
    told: dict[str, int] = rows.aggregate(
        named=Count("pk", filter=Q(named=True)), praised=Count("pk", filter=Q(praised=True))
    )
    return told


def received_q(unit: Unit) -> Q:
    return Q(unit__in=Unit.objects.answered_for_by(unit.path).order_by().values("pk"))


def signers(user: "User") -> list[Any]:
    """领导 and the office within a person's reach: whom they may ask to sign."""
    from xushi.units.models import User

    rows = User.objects.filter(
        is_active=True, appointments__ended_at=None, appointments__role__in=[Role.LEADER, Role.OFFICE]
    )
    return list(rows.filter(known_to(reach_of(user, Role.OFFICE))).distinct().order_by("pk"))


def office_of(user: "User") -> Unit | None:
    """The office whose papers this person writes."""
    return next((held.unit for held in user.appointments_in_force if held.role == Role.OFFICE), None)


def letterhead_of(office: Unit | None) -> Letterhead | None:
    return Letterhead.objects.filter(office=office).first() if office else None
