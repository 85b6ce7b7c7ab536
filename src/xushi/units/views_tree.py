"""单位页：新设、改名、撤销并由谁承接。"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.units import actions_tree, policy, selectors
from xushi.units.access import person
from xushi.units.forms import DissolveForm, RenameForm, UnitForm
from xushi.units.models import Unit
from xushi.units.rules import Refused
from xushi.units.views_people import ask_administrator


def units(request: HttpRequest) -> HttpResponse:
    """单位树."""
    ask_administrator(request)
    context = {"units": selectors.unit_tree(), "manage": policy.can_manage_accounts(person(request))}
    return render(request, "units/units.html", context)


@require_http_methods(["GET", "POST"])
def new_unit(request: HttpRequest) -> HttpResponse:
    ask_administrator(request)
    form = UnitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions_tree.create_unit(**form.cleaned_data, actor=Actor.of(request), now=clock.now())
        except Refused as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, f"已新设{made.name}。")
            return redirect("units:unit", made.pk)
    return render(request, "units/new_unit.html", {"form": form}, status=400 if form.errors else 200)


def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """一个单位: its people, its names, who took over."""
    ask_administrator(request)
    return _unit_page(request, get_object_or_404(Unit, pk=pk))


@require_POST
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    ask_administrator(request)
    found, form = get_object_or_404(Unit, pk=pk), RenameForm(request.POST)
    if form.is_valid():
        try:
            actions_tree.rename_unit(
                unit=found, **form.cleaned_data, actor=Actor.of(request), now=clock.now()
            )
        except Refused as problem:
            form.add_error("name", str(problem))
        else:
            messages.success(request, f"已改名为{found.name}，以往记录仍用当时的名称。")
            return redirect("units:unit", pk)
    return _unit_page(request, get_object_or_404(Unit, pk=pk), rename_form=form)


@require_POST
def dissolve(request: HttpRequest, pk: int) -> HttpResponse:
    ask_administrator(request)
    found, form = get_object_or_404(Unit, pk=pk), DissolveForm(request.POST)
    if form.is_valid():
        try:
            actions_tree.dissolve_unit(
                unit=found, **form.cleaned_data, actor=Actor.of(request), now=clock.now()
            )
        except Refused as problem:
            form.add_error("successor", str(problem))
        else:
            messages.success(request, f"{found.name}已撤销，由{found.successor}承接。")
            return redirect("units:unit", pk)
    return _unit_page(request, get_object_or_404(Unit, pk=pk), dissolve_form=form)


def _unit_page(
    request: HttpRequest,
    found: Unit,
    rename_form: RenameForm | None = None,
    dissolve_form: DissolveForm | None = None,
) -> HttpResponse:
    context = {
        "unit": found,
        "held": found.appointments.filter(ended_at=None).select_related("user", "scope"),
        "rename_form": rename_form
        or RenameForm(initial={"name": found.name, "short_name": found.short_name}),
        "dissolve_form": dissolve_form or DissolveForm(),
        "manage": policy.can_manage_accounts(person(request)),
    }
    return render(request, "units/unit.html", context, status=400 if rename_form or dissolve_form else 200)
