"""门槛、会审规则、会次：看现行的和旧的，发布新版，定会次。"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.admission import policy, selectors, sittings, standards
from xushi.admission.forms import CriteriaForm, IndustryForm, SittingForm, TermsForm
from xushi.admission.measures import Measure, threshold_text
from xushi.admission.models import Sitting
from xushi.admission.models_standards import CriterionSet, Industry, Reviewer, ReviewTerms
from xushi.admission.rules import BOUNDS
from xushi.admission.views_apply import lay_on
from xushi.admission.views_desk import ask_reader
from xushi.config import clock
from xushi.core.clock import BEIJING, local_day
from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.registry.checking import Conflict, Refused
from xushi.registry.containers import may_begin, of_several
from xushi.units.access import person
from xushi.units.districts import denied, of_others
from xushi.units.models import Unit
from xushi.units.views_districts import Whose


def ask_keeper(request: HttpRequest, district: Unit | None = None) -> None:
    if not policy.can_set_standards(person(request), district):
        raise PermissionDenied(
            denied(person(request), "准入门槛、会审规则和会次由区重大办定，您的角色可以查看。")
        )


@require_http_methods(["GET", "POST"])
def criteria(request: HttpRequest) -> HttpResponse:
    """现行门槛 of every industry side by side; the office adds an industry here."""
    ask_reader(request)
    year = local_day(clock.now()).year
    form = IndustryForm(request.POST or None)
    whose = Whose.of(request)
    if request.method == "POST":
        ask_keeper(request, whose.district)
        if form.is_valid():
            how: dict[str, Any] = {"actor": Actor.of(request), "now": clock.now(), "district": whose.district}
            try:
                made = standards.add_industry(**form.cleaned_data, **how)
            except Refused as refusal:
                lay_on(form, refusal)
            else:
                return redirect(reverse("admission:criterion", args=[made.pk, year]) + whose.ask)
    industries = list(whose.at(Industry.objects.filter(retired=False)).select_related("district"))
    held = {one.industry_id: one for one in _in_force(year, whose)}
    context = {
        "year": year, "form": form, "office": whose.keeps, "whose": whose,
        "measures": [(one.label, one.unit) for one in Measure],
        "rows": [(one, held.get(one.pk), _cells(held.get(one.pk))) for one in industries],
    }  # fmt: skip
    return render(request, "admission/criteria.html", context, status=422 if form.errors else 200)


def _in_force(year: int, whose: Whose) -> list[CriterionSet]:
    """The newest version of each industry up to a year: the last of each in the order of year and version, those of
    the district after the common ones."""
    nearest = F("district__path").asc(nulls_first=True)
    rows = whose.at(CriterionSet.objects.going().filter(year__lte=year))
    rows = rows.order_by("industry", nearest, "year", "version")
    newest = {one.industry_id: one.pk for one in rows}
    found = CriterionSet.objects.filter(pk__in=newest.values())
    return list(found.select_related("district").prefetch_related("criteria"))


def _cells(held: CriterionSet | None) -> list[str]:
    """≥500, ≤0.1, 要符合, — for what is not asked for."""
    own = {one.measure: one for one in held.standards} if held else {}
    cells = []
    for measure in Measure:
        standard = own.get(measure)
        if standard is None:
            cells.append("—")
        elif standard.threshold is None:
            cells.append("要符合")
        else:
            cells.append(f"{'≤' if measure.at_most else '≥'}{threshold_text(standard.threshold)}")
    return cells


@require_http_methods(["GET", "POST"])
def criterion(request: HttpRequest, industry_id: int, year: int) -> HttpResponse:
    """One industry's thresholds of a year: what is in force, older versions, and the form of a new one."""
    ask_reader(request)
    whose = Whose.of(request)
    industry: Industry = get_object_or_404(whose.at(Industry.objects.all()), pk=industry_id)
    if not 2000 <= year <= 2100:
        raise Http404
    if request.method == "POST":
        ask_keeper(request, whose.district)
    held = standards.set_for(industry, year, whose.district)
    published = whose.at(CriterionSet.objects.filter(industry=industry)).select_related("district")
    versions = list(published.prefetch_related("criteria"))
    own = [one for one in versions if one.district == whose.district]
    last = max((one.version for one in own if one.year == year), default=0)
    form = CriteriaForm(request.POST or None, initial=_typed(held))
    problem = ""
    if request.method == "POST" and form.is_valid():
        seen = row_number(request.POST.get("version", "")) or 0
        try:
            made = standards.publish(
                industry, year, form.standards, form.cleaned_data["reason"], actor=Actor.of(request), now=clock.now(),
                seen=seen, district=whose.district,
            )  # fmt: skip
        except Refused as refusal:
            lay_on(form, refusal)
        except Conflict as conflict:
            problem = str(conflict)
        else:
            messages.success(request, f"已发布{made}；在审的照旧版对照，可在申请上改用新版。")
            return redirect(request.get_full_path())
    context = {
        "industry": industry, "year": year, "held": held, "form": form, "problem": problem, "newest": last,
        "versions": [(one, zip(Measure, _cells(one), strict=True)) for one in versions],
        "office": whose.keeps, "now": clock.now(), "whose": whose,
        "leaves": industry.district_id is None and any(one.given_up_at is None for one in own),
    }  # fmt: skip
    return render(
        request, "admission/criterion.html", context, status=409 if problem else 422 if form.errors else 200
    )


def _typed(held: CriterionSet | None) -> dict[str, Any]:
    rows = held.standards if held else []
    return {
        one.measure.value: one.words if one.threshold is None else threshold_text(one.threshold)
        for one in rows
    }


@require_POST
def give_up(request: HttpRequest, industry_id: int) -> HttpResponse:
    """不再用本区的门槛: of one industry."""
    ask_reader(request)
    whose = Whose.of(request)
    ask_keeper(request, whose.district)
    industry: Industry = get_object_or_404(whose.at(Industry.objects.all()), pk=industry_id)
    if whose.district is None:
        messages.error(request, "各区共用的门槛不能不用，要改就发布新版。")
        return redirect("admission:criteria")
    try:
        standards.give_up(industry, whose.district, actor=Actor.of(request), now=clock.now())
    except Conflict as conflict:
        messages.error(request, str(conflict))
    else:
        messages.success(request, f"“{industry}”用回各区共用的门槛；在审的照原来的对照。")
    return redirect(reverse("admission:criteria") + whose.ask)


@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    """会审规则: in force, every change of it, and who is usually asked."""
    whose = Whose.of(request)
    ask_keeper(request, whose.district)
    now_in_force = standards.terms_now(whose.district)
    first = {name: getattr(now_in_force, name) for name in BOUNDS} | {"silence": now_in_force.silence.value}
    form = TermsForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            standards.set_terms(
                form.terms, form.cleaned_data["reason"], actor=Actor.of(request), now=clock.now(),
                district=whose.district,
            )  # fmt: skip
        except Refused as refusal:
            lay_on(form, refusal)
        else:
            messages.success(request, "会审规则已改，从现在起按新规则计。")
            return redirect(request.get_full_path())
    offered = (
        Unit.objects.standing()
        .filter(kind__in=(Unit.Kind.DEPARTMENT, *Unit.TERRITORY_KINDS))
        .order_by("path")
    )
    others = of_others(offered, whose.district) if whose.district else set()
    own = ReviewTerms.objects.kept_by(whose.district)
    context = {
        "form": form, "terms": now_in_force, "changes": list(own[:20]), "now": clock.now(), "whose": whose,
        "units": [one for one in offered if one.pk not in others],
        "usual": {one.unit_id for one in Reviewer.objects.kept_by(whose.district)},
    }  # fmt: skip
    return render(request, "admission/terms.html", context, status=422 if form.errors else 200)


@require_POST
def reviewers(request: HttpRequest) -> HttpResponse:
    """平时请谁答."""
    whose = Whose.of(request)
    ask_keeper(request, whose.district)
    keys = [key for key in map(row_number, request.POST.getlist("units")) if key]
    units = list(Unit.objects.filter(pk__in=keys).order_by("path"))
    try:
        standards.set_reviewers(units, actor=Actor.of(request), now=clock.now(), district=whose.district)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(reverse("admission:terms") + whose.ask)


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """会次: those held and to come; the office plans the next."""
    ask_reader(request)
    now = clock.now()
    form = SittingForm(request.POST or None)
    if request.method == "POST":
        if not may_begin(person(request)):
            raise PermissionDenied(denied(person(request), "会次由区重大办定，您的角色可以查看。"))
        if form.is_valid():
            data = form.cleaned_data
            try:
                at = data["at"].astimezone(BEIJING)
                made = sittings.plan_sitting(at, data["place"], actor=Actor.of(request), now=now)
            except (Refused, Conflict) as refusal:
                form.add_error("at", str(refusal))
            else:
                messages.success(request, f"已定{made}。")
                return redirect("admission:sittings")
    held = selectors.sittings(person(request), 30)
    context = {
        "form": form,
        "sittings": held,
        "several": of_several(held),
        "now": now,
        "office": may_begin(person(request)),
    }
    return render(request, "admission/sittings.html", context, status=422 if form.errors else 200)


@require_safe
def sitting(request: HttpRequest, pk: int) -> HttpResponse:
    """The first application of a sitting, where its tabs stand; the list of sittings while there is none."""
    ask_reader(request)
    held = get_object_or_404(Sitting.objects.visible_to(person(request)), pk=pk)
    first = selectors.first_of_sitting(person(request), held.pk)
    return redirect("admission:application", first) if first else redirect("admission:sittings")
