"""履约的读法：一件的承诺和兑现逐项对，哪几项不足，违约的有哪些。"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from xushi.admission.drawing import LINE, THRESHOLD_SPAN, Bar, bar_of
from xushi.admission.models import Application, Breach, Delivery, Promise
from xushi.admission.promising import standing
from xushi.admission.rules import Terms
from xushi.admission.scoring import Kept, delivered_share
from xushi.admission.standards import terms_now
from xushi.core.months import Month
from xushi.kit.phrased import Key, ask_first
from xushi.progress.models import ProjectMonth
from xushi.registry.models import Project

if TYPE_CHECKING:
    from xushi.units.models import User


@dataclass(frozen=True, slots=True)
class Line:
    """One promise: what came of it in its latest year checked, as a bar against the promise."""

    promise: Promise
    kept: Kept
    latest: Delivery | None
    bar: Bar | None
    breach: Breach | None
    line: Decimal = LINE

    @property
    def share(self) -> Decimal | None:
        if self.latest is None:
            return None
        return delivered_share(self.promise.of_item, self.promise.amount, self.latest.amount)

    @property
    def delivered_text(self) -> str:
        return self.promise.of_item.said(self.latest.amount) if self.latest else "—"


def line_of(promise: Promise, terms: Terms, this_year: int, year: int | None = None) -> Line:
    """promise comes with its deliveries and breaches prefetched; year: as it stood by then."""
    held = [one for one in promise.deliveries.all() if year is None or one.year <= year]
    latest = max(held, key=lambda one: one.year, default=None)
    found = standing(promise, {one.year: one.amount for one in held}, terms, this_year)
    bar = None
    if latest:
        reached = delivered_share(promise.of_item, promise.amount, latest.amount)
        bar = bar_of(reached, THRESHOLD_SPAN, good_above=True)
    breach = next((one for one in promise.breaches.all() if one.settled_at is None), None)
    return Line(promise, found, latest, bar, breach)


def lines_of(
    application: Application, promises: Sequence[Promise], terms: Terms, this_year: int
) -> list[Line]:
    return [line_of(one, terms, this_year) for one in promises]


@dataclass(frozen=True, slots=True)
class Standing:
    """One application on the desk of a year."""

    application: Application
    lines: list[Line]

    @property
    def worst(self) -> Kept:
        order = [Kept.BREACH, Kept.SHORT, Kept.UNKNOWN, Kept.KEPT, Kept.AHEAD]
        return min((line.kept for line in self.lines), key=order.index)

    @property
    def short(self) -> list[Line]:
        return [line for line in self.lines if line.kept in (Kept.SHORT, Kept.BREACH)]


def standing_of(application: Application, year: int, terms: Terms, this_year: int) -> Standing:
    due = [one for one in application.promises.all() if one.first_year <= year]
    return Standing(application, [line_of(one, terms, this_year, year) for one in due])


def of_project(user: "User", project: Project, this_year: int) -> Standing | None:
    """What a project promised when it was let in; None where it was not, or is not this person's to see."""
    let_in: Application | None = ask_first(_of_project, user, Key(project.pk))
    if let_in is None:
        return None
    terms = terms_now(project.territory)
    return Standing(let_in, [line_of(one, terms, this_year) for one in let_in.promises.all()])


def _of_project(user: "User", project: int) -> "QuerySet[Application]":
    rows: QuerySet[Application] = Application.objects.visible_to(user).filter(project=project)
    return rows.prefetch_related("promises__deliveries", "promises__breaches").order_by("pk")[:1]


def open_breaches(user: "User") -> int:
    seen = Application.objects.visible_to(user).order_by().values("pk")
    return Breach.objects.filter(settled_at=None, promise__application__in=seen).count()


def invested(application: Application, year: int) -> int | None:
    """月报累计到账, to date at the end of the year or its last closed month (元); None where nothing is closed."""
    rows = ProjectMonth.objects.filter(
        project=application.project_id, closing__reopened_at=None, closing__month__lte=Month(year, 12)
    )
    latest = rows.select_related("closing").order_by("-closing__month").first()
    return None if latest is None else int(latest.invested_before + latest.cumulative)
