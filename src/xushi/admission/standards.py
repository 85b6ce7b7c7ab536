"""门槛和规则：现行哪一版，发布新的一版，改会审规则，平时请谁答。"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Max

from xushi.admission import policy
from xushi.admission.acting import need, signed
from xushi.admission.measures import MOST, Measure, threshold_text
from xushi.admission.models_standards import Criterion, CriterionSet, Industry, Reviewer, ReviewTerms
from xushi.admission.rules import BOUNDS, Terms, problems_of_terms
from xushi.admission.scoring import Standard
from xushi.core.clock import local_day
from xushi.core.text import tidy
from xushi.journal.actions import Actor, record
from xushi.journal.models import Changes
from xushi.registry.checking import Conflict, Refused, RowProblem, refuse
from xushi.units.districts import denied, of_others
from xushi.units.inherited import COMMON, Inherited
from xushi.units.models import Unit

TermsBook = Inherited[Terms]


def terms_book() -> TermsBook:
    """会审规则 by place: the newest a district goes by, else the common ones, else as shipped; one query."""
    rows = ReviewTerms.objects.going().select_related("district").order_by("pk")
    told = [(one.district.path if one.district else None, {"terms": one.terms}) for one in rows]
    return Inherited(told, lambda values: values.get("terms", Terms()), KeyError)


def terms_now(place: Unit | None = None) -> Terms:
    return terms_book().of(place.path if place else COMMON)


def set_for(industry: Industry, year: int, place: Unit | None = None) -> CriterionSet | None:
    """The newest version of the year, else of the latest year before it; None where none was ever published.

    Of those that hold at a place: of its district where it has any, else the common ones.
    """
    rows = CriterionSet.objects.going().filter(industry=industry, year__lte=year)
    nearest = F("district__path").desc(nulls_last=True)
    found: CriterionSet | None = (
        rows.at(place.path if place else COMMON)
        .select_related("industry", "district")
        .order_by(nearest, "-year", "-version")
        .first()
    )
    return found


@transaction.atomic
def publish(
    industry: Industry,
    year: int,
    standards: Sequence[Standard],
    reason: str,
    *,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
    district: Unit | None = None,
) -> CriterionSet:
    """发布门槛, a district's own or the common ones: a new version of a year.

    seen: the version looked at (0: there was none), Conflict where it moved on.
    """
    _ask_keeper(actor, district)
    Industry.objects.select_for_update().get(pk=industry.pk)
    if industry.district_id is not None and industry.district != district:
        raise Refused([RowProblem(0, "industry", f"“{industry}”是一个区自己的行业，门槛由那个区定。")])
    reason = need(reason, "写明依据，如“区政府2018年第12次常务会议”。", "reason")[:200]
    refuse(_problems_of(standards, year, now))
    held = CriterionSet.objects.kept_by(district).filter(industry=industry, year=year)
    last = held.aggregate(last=Max("version"))["last"] or 0
    if seen is not None and seen != last:
        raise Conflict(f"{industry}{year}年门槛刚发布了第{last}版，请看过再改。")
    before = set_for(industry, year, district)
    made = CriterionSet.objects.create(
        industry=industry, year=year, version=last + 1, reason=reason, by=actor.by, district=district,
        by_name=signed(actor)["by_name"], at=now,
    )  # fmt: skip
    Criterion.objects.bulk_create(
        Criterion(set=made, measure=one.measure, threshold=one.threshold, words=one.words.strip()[:200])
        for one in standards
    )
    record(
        "admission.criteria.published", actor=actor, now=now, subject=made, summary=f"发布{made}（{reason}）",
        changes=_moved(before, standards),
    )  # fmt: skip
    return made


@transaction.atomic
def give_up(industry: Industry, district: Unit, *, actor: Actor, now: datetime) -> None:
    """不再用本区的门槛: applications to come are measured by the common ones again."""
    _ask_keeper(actor, district)
    own = CriterionSet.objects.going().kept_by(district).filter(industry=industry)
    if industry.district_id is not None or not own.update(given_up_at=now):
        raise Conflict(f"{district}的“{industry}”现在用的就不是另定的门槛。")
    record(
        "admission.criteria.given_up", actor=actor, now=now, subject=industry, subject_name=industry.name,
        summary=f"{district.name}的“{industry}”不再用自己的门槛，用回各区共用的",
    )  # fmt: skip


def _problems_of(standards: Sequence[Standard], year: int, now: datetime) -> list[RowProblem]:
    problems = []
    if not 2000 <= year <= local_day(now).year + 2:
        problems.append(RowProblem(0, "year", f"{year}年不合理，请核对年份。"))
    if not standards:
        problems.append(RowProblem(0, "standards", "至少留一项门槛。"))
    if len({one.measure for one in standards}) < len(standards):
        problems.append(RowProblem(0, "standards", "同一项门槛只能填一次。"))
    problems += [
        RowProblem(0, one.measure.value, f"{one.measure.label}的门槛要大于0。")
        for one in standards
        if one.measure.is_computed and not 0 < (one.threshold or 0) <= MOST
    ]
    return problems


def _moved(before: CriterionSet | None, standards: Sequence[Standard]) -> Changes:
    """Every threshold that differs from the version before: from what to what."""
    old = {one.measure: _said(one) for one in before.standards} if before else {}
    new = {one.measure: _said(one) for one in standards}
    return {
        measure.label: [old.get(measure), new.get(measure)]
        for measure in Measure
        if old.get(measure) != new.get(measure)
    }


def _said(standard: Standard) -> str:
    if standard.threshold is None:
        return standard.words or "要符合"
    sign = "≤" if standard.measure.at_most else "≥"
    return f"{sign}{threshold_text(standard.threshold)}{standard.measure.unit}"


@transaction.atomic
def set_terms(
    terms: Terms, reason: str, *, actor: Actor, now: datetime, district: Unit | None = None
) -> ReviewTerms | None:
    """改会审规则: what is asked from now on; None where nothing differs.

    A district that sets what stands above it goes by that again.
    """
    _ask_keeper(actor, district)
    reason = need(reason, "写一句为什么改，规则改动都留着。", "reason")[:200]
    refuse(RowProblem(0, one.field, one.sentence) for one in problems_of_terms(terms))
    book = terms_book()
    before = book.of(district.path if district else COMMON)
    if before == terms:
        return None
    columns = asdict(terms)
    follows = district is not None and book.above(district.path) == terms
    if follows:
        ReviewTerms.objects.going().kept_by(district).update(given_up_at=now)
    made = ReviewTerms.objects.create(
        **columns, reason=reason, by=actor.by, by_name=signed(actor)["by_name"], at=now, district=district,
        given_up_at=now if follows else None,
    )  # fmt: skip
    labels = {name: label for name, (label, *_) in BOUNDS.items()} | {"silence": "没答的怎么计"}
    changes: Changes = {
        labels[name]: [str(was), str(columns[name])]
        for name, was in asdict(before).items()
        if was != columns[name]
    }
    record(
        "admission.terms.set", actor=actor, now=now, subject=made, subject_name="会审规则",
        summary=f"改{district.name if district else ''}会审规则（{reason}）", changes=changes,
    )  # fmt: skip
    return made


@transaction.atomic
def set_reviewers(
    units: Sequence[Unit], *, actor: Actor, now: datetime, district: Unit | None = None
) -> None:
    """平时请谁答: offered first when an application is sent; a district that names none goes by the common ones."""
    _ask_keeper(actor, district)
    refuse([*wrong_units(units), *_wrong_places(units, district)])
    own = Reviewer.objects.kept_by(district)
    before = [str(one.unit) for one in own.select_related("unit")]
    after = [str(unit) for unit in units]
    if before == after:
        return
    own.delete()
    Reviewer.objects.bulk_create(
        Reviewer(unit=unit, place=place, district=district) for place, unit in enumerate(units)
    )
    record(
        "admission.reviewers.set", actor=actor, now=now, subject_name="准入答复单位",
        summary=f"定{district.name if district else ''}准入答复单位{len(after)}家",
        changes={"答复单位": ["、".join(before), "、".join(after)]},
    )  # fmt: skip


def _wrong_places(units: Sequence[Unit], district: Unit | None) -> list[RowProblem]:
    others = of_others(units, district) if district else set()
    return [RowProblem(0, "units", f"{one}是别的区的，请选本区的。") for one in units if one.pk in others]


def wrong_units(units: Sequence[Unit]) -> list[RowProblem]:
    problems = []
    for unit in units:
        if unit.dissolved_on:
            said = f"{unit}已撤销，请选{unit.successor or '它的承接单位'}。"
            problems.append(RowProblem(0, "units", said))
        elif unit.kind in (Unit.Kind.ENTERPRISE, Unit.Kind.DISTRICT, Unit.Kind.LEADING_GROUP):
            problems.append(RowProblem(0, "units", f"{unit}不答准入意见，请选部门、街道或园区。"))
    return problems


@transaction.atomic
def add_industry(
    name: str, *, leading: bool, actor: Actor, now: datetime, district: Unit | None = None
) -> Industry:
    """添行业, a district's own or one for all: its thresholds are published next."""
    _ask_keeper(actor, district)
    name = tidy(name)[:40]
    if not name:
        raise Refused([RowProblem(0, "name", "填行业名称，如“生物医药”。")])
    if Industry.objects.beside(district).filter(name=name).exists():
        raise Refused([RowProblem(0, "name", f"已有“{name}”这个行业，直接改它的门槛。")])
    last = Industry.objects.aggregate(last=Max("pk"))["last"] or 0
    made = Industry.objects.create(code=f"industry-{last + 1}", name=name, leading=leading, district=district)
    record(
        "admission.industry.added",
        actor=actor,
        now=now,
        subject=made,
        summary=f"添{district.name if district else ''}准入行业{name}",
    )
    return made


def _ask_keeper(actor: Actor, district: Unit | None) -> None:
    if actor.by is not None and not policy.can_set_standards(actor.by, district):
        raise PermissionDenied(denied(actor.by, "准入门槛和会审规则由区重大办定，您的角色可以查看。"))
