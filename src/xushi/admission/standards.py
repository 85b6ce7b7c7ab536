"""门槛和规则：现行哪一版，发布新的一版，改会审规则，平时请谁答。"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

from xushi.admission import policy
from xushi.admission.acting import need, signed
from xushi.admission.measures import MOST, Measure, threshold_text
from xushi.admission.models import Criterion, CriterionSet, Industry, Reviewer, ReviewTerms
from xushi.admission.rules import BOUNDS, Terms, problems_of_terms
from xushi.admission.scoring import Standard
from xushi.core.clock import local_day
from xushi.core.text import tidy
from xushi.journal.actions import Actor, record
from xushi.journal.models import Changes
from xushi.registry.checking import Conflict, Refused, RowProblem, refuse
from xushi.units.districts import denied
from xushi.units.models import Unit


def terms_now() -> Terms:
    newest = ReviewTerms.objects.order_by("-pk").first()
    return newest.terms if newest else Terms()


def set_for(industry: Industry, year: int) -> CriterionSet | None:
    """The newest version of the year, else of the latest year before it; None where none was ever published."""
    published = CriterionSet.objects.filter(industry=industry, year__lte=year)
    return published.select_related("industry").order_by("-year", "-version").first()


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
) -> CriterionSet:
    """发布门槛: a new version of a year; seen: the version looked at (0: there was none), Conflict where it moved on."""
    _ask_keeper(actor)
    Industry.objects.select_for_update().get(pk=industry.pk)
    reason = need(reason, "写明依据，如“区政府2018年第12次常务会议”。", "reason")[:200]
    refuse(_problems_of(standards, year, now))
    held = CriterionSet.objects.filter(industry=industry, year=year)
    last = held.aggregate(last=Max("version"))["last"] or 0
    if seen is not None and seen != last:
        raise Conflict(f"{industry}{year}年门槛刚发布了第{last}版，请看过再改。")
    before = set_for(industry, year)
    made = CriterionSet.objects.create(
        industry=industry, year=year, version=last + 1, reason=reason, by=actor.by,
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
def set_terms(terms: Terms, reason: str, *, actor: Actor, now: datetime) -> ReviewTerms | None:
    """改会审规则: what is asked from now on; None where nothing differs."""
    _ask_keeper(actor)
    reason = need(reason, "写一句为什么改，规则改动都留着。", "reason")[:200]
    refuse(RowProblem(0, one.field, one.sentence) for one in problems_of_terms(terms))
    before = terms_now()
    if before == terms:
        return None
    columns = asdict(terms)
    made = ReviewTerms.objects.create(
        **columns, reason=reason, by=actor.by, by_name=signed(actor)["by_name"], at=now
    )
    labels = {name: label for name, (label, *_) in BOUNDS.items()} | {"silence": "没答的怎么计"}
    changes: Changes = {
        labels[name]: [str(was), str(columns[name])]
        for name, was in asdict(before).items()
        if was != columns[name]
    }
    record(
        "admission.terms.set", actor=actor, now=now, subject=made, subject_name="会审规则",
        summary=f"改会审规则（{reason}）", changes=changes,
    )  # fmt: skip
    return made


@transaction.atomic
def set_reviewers(units: Sequence[Unit], *, actor: Actor, now: datetime) -> None:
    """平时请谁答: offered first when an application is sent."""
    _ask_keeper(actor)
    refuse(wrong_units(units))
    before = [str(one.unit) for one in Reviewer.objects.select_related("unit")]
    after = [str(unit) for unit in units]
    if before == after:
        return
    Reviewer.objects.all().delete()
    Reviewer.objects.bulk_create(Reviewer(unit=unit, place=place) for place, unit in enumerate(units))
    record(
        "admission.reviewers.set", actor=actor, now=now, subject_name="准入答复单位",
        summary=f"定准入答复单位{len(after)}家", changes={"答复单位": ["、".join(before), "、".join(after)]},
    )  # fmt: skip


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
def add_industry(name: str, *, leading: bool, actor: Actor, now: datetime) -> Industry:
    """添行业: its thresholds are published next."""
    _ask_keeper(actor)
    name = tidy(name)[:40]
    if not name:
        raise Refused([RowProblem(0, "name", "填行业名称，如“生物医药”。")])
    if Industry.objects.filter(name=name).exists():
        raise Refused([RowProblem(0, "name", f"已有“{name}”这个行业，直接改它的门槛。")])
    last = Industry.objects.aggregate(last=Max("pk"))["last"] or 0
    made = Industry.objects.create(code=f"industry-{last + 1}", name=name, leading=leading)
    record("admission.industry.added", actor=actor, now=now, subject=made, summary=f"添准入行业{name}")
    return made


def _ask_keeper(actor: Actor) -> None:
    if actor.by is not None and not policy.can_set_standards(actor.by):
        raise PermissionDenied(denied(actor.by, "准入门槛和会审规则由区重大办定，您的角色可以查看。"))
