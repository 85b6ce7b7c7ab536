"""集中仪式与词表的页。"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.registry import actions, policy, words
from xushi.registry.ceremonies import NOT_YOURS
from xushi.registry.containers import may_begin, of_several
from xushi.registry.forms import CeremonyForm, WordForm
from xushi.registry.models import Category, Ceremony, IndustryChain, Project, Tag
from xushi.registry.views import ask_keeper, lay_on
from xushi.units.access import person
from xushi.units.districts import denied


def ask_keeper_of_words(request: HttpRequest) -> None:
    ask_keeper(request)
    if not policy.can_keep_words(person(request)):
        raise PermissionDenied(denied(person(request), "词表由区重大办维护。"))


def ceremonies(request: HttpRequest) -> HttpResponse:
    """集中开工与集中竣工, with the count and total investment of the projects this person sees."""
    user = person(request)
    seen = Q(projects__in=Project.objects.visible_to(user))
    held = Ceremony.objects.visible_to(user).select_related("district")
    rows = held.annotate(
        count=Count("projects", filter=seen), investment=Sum("projects__total_investment", filter=seen)
    ).order_by("-held_on")
    context = {"rows": rows, "may_keep": may_begin(user), "several": of_several(rows)}
    return render(request, "registry/ceremonies.html", context)


def ceremony(request: HttpRequest, pk: int) -> HttpResponse:
    """一次仪式: its projects, as far as this person sees them."""
    held = get_object_or_404(Ceremony.objects.visible_to(person(request)), pk=pk)
    projects = (
        held.projects.visible_to(person(request))
        .select_related("territory", "category")
        .order_by("-total_investment")
    )
    total = projects.aggregate(total=Sum("total_investment"))["total"] or 0
    return render(request, "registry/ceremony.html", {"ceremony": held, "projects": projects, "total": total})


@require_http_methods(["GET", "POST"])
def new_ceremony(request: HttpRequest) -> HttpResponse:
    """登记一次仪式."""
    ask_keeper(request)
    user = person(request)
    if not may_begin(user):
        raise PermissionDenied(denied(user, NOT_YOURS))
    form = CeremonyForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            held = actions.hold_ceremonies([form.input()], actor=Actor.of(request), now=clock.now())[0]
        except actions.Refused as refusal:
            lay_on(form, refusal)
        else:
            messages.success(request, f"已登记“{held.title}”。")
            return redirect("registry:ceremony", held.pk)
    return render(request, "registry/ceremony_form.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def vocabulary(request: HttpRequest) -> HttpResponse:
    """词表: categories, chains and tags with how many projects use each."""
    ask_keeper_of_words(request)
    form = WordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            words.add_word(
                data["table"],
                data["name"],
                code=data["code"],
                parent=data["parent"],
                actor=Actor.of(request),
                now=clock.now(),
            )
        except actions.Refused as refusal:
            lay_on(form, refusal)
        else:
            messages.success(request, f"词表添了“{data['name']}”。")
            return redirect("registry:vocabulary")
    tables = [
        ("类别", "category", Category.objects.annotate(used=Count("projects")).order_by("path")),
        ("产业链", "chain", IndustryChain.objects.annotate(used=Count("projects")).order_by("name")),
        ("标签", "tag", Tag.objects.annotate(used=Count("projects")).order_by("name")),
    ]
    context = {"tables": tables, "form": form, "categories": Category.objects.order_by("path")}
    return render(request, "registry/vocabulary.html", context, status=400 if form.errors else 200)


@require_http_methods(["POST"])
def rename(request: HttpRequest, table: str, pk: int) -> HttpResponse:
    """改一个词的名字."""
    ask_keeper_of_words(request)
    word: Category | IndustryChain | Tag
    if table == "category":
        word = get_object_or_404(Category, pk=pk)
    elif table == "chain":
        word = get_object_or_404(IndustryChain, pk=pk)
    else:
        word = get_object_or_404(Tag, pk=pk)
    name = request.POST.get("name", "").strip()
    try:
        if name and name != word.name:
            words.rename_word(word, name[:40], actor=Actor.of(request), now=clock.now())
            messages.success(request, f"已改名“{word.name}”。")
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("registry:vocabulary")
