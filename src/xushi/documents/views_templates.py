"""模板：清单、改一版并随手看样稿、各版与比较、照一份添一份。"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xushi.config import clock
from xushi.core.text import row_number
from xushi.documents import actions_templates as actions
from xushi.documents.comparing import changes_between
from xushi.documents.forms_templates import CopyForm, DraftForm, SourceForm
from xushi.documents.models_templates import Template, TemplateDraft, TemplateVersion
from xushi.documents.months import closed_months, month_of
from xushi.documents.named import Figures, OpenMonth, figures_of
from xushi.documents.policy_templates import (
    adds_for,
    can_keep_template,
    can_keep_templates,
    can_read_templates,
)
from xushi.documents.previewing import preview_of
from xushi.documents.template_names import groups, known_to, offered
from xushi.journal.actions import Actor
from xushi.registry.checking import Conflict, Refused
from xushi.units.access import person
from xushi.units.models import User


def ask_reader(request: HttpRequest) -> User:
    user = person(request)
    if not can_read_templates(user):
        raise PermissionDenied("公文模板由区重大办改、区领导看，您的角色不看这一页。")
    return user


def ask_keeper(request: HttpRequest) -> dict[str, Any]:
    """Who acts and when, as the actions take it; which template is theirs to change the actions say."""
    if not can_keep_templates(ask_reader(request)):
        raise PermissionDenied(actions.READ_ONLY)
    return {"actor": Actor.of(request), "now": clock.now()}


def _template(request: HttpRequest, code: str) -> Template:
    seen = Template.objects.visible_to(ask_reader(request)).select_related("district")
    found: Template = get_object_or_404(seen, code=code)
    return found


def _versions(template: Template) -> list[TemplateVersion]:
    return list(TemplateVersion.objects.filter(template=template).select_related("by").order_by("-number"))


@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    user = ask_reader(request)
    rows = Template.objects.visible_to(user).with_newest().select_related("district", "stands_for")
    context = {
        "templates": rows,
        "keeps": can_keep_templates(user),
        "district": adds_for(user),
        "now": clock.now(),
    }
    return render(request, "documents/templates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest, code: str) -> HttpResponse:
    """改模板: the source, the names it may use, the sample; a refused or overtaken form keeps what was typed."""
    held, user = _template(request, code), person(request)
    newest = _versions(held)[0]
    draft = TemplateDraft.objects.filter(template=held, user=user).first()
    first = {"source": newest.source, "base": newest.number, "reason": ""}
    if draft is not None:
        first = {"source": draft.source, "base": draft.base, "reason": draft.reason}
    form = SourceForm(request.POST or None, initial=first)
    overtaken = ""
    if request.method == "POST":
        how = ask_keeper(request)
        if form.is_valid():
            try:
                made = actions.save_version(held, form.typed(), known_to(held), **how)
            except Refused as refused:
                for wrong in refused.problems:
                    form.add_error(wrong.field, wrong.sentence)
            except Conflict as conflict:
                overtaken = str(conflict)
                form.data = {
                    "source": form.data["source"],
                    "reason": form.data.get("reason", ""),
                    "base": newest.number,
                }
            else:
                messages.success(request, f"已存成第{made.number}版，下一份稿子就用它写。")
                return redirect("documents:template", code)
    status = 409 if overtaken else 422 if form.errors else 200
    context = {
        "held": held, "newest": newest, "form": form, "draft": draft, "overtaken": overtaken, "groups": groups(held),
        "keeps": can_keep_template(user, held), "months": closed_months(person(request)), "now": clock.now(),
    }  # fmt: skip
    return render(request, "documents/template.html", context, status=status)


@require_POST
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """样稿: what is typed, written for a closed month. Whoever may change it has it kept as a draft on the way."""
    held, user = _template(request, code), person(request)
    form = DraftForm(request.POST)
    source = str(request.POST.get("source", ""))
    if can_keep_template(user, held) and form.is_valid():
        actions.keep_draft(held, user, form.typed(), now=clock.now())
    figures, problem = _figures(user, request.POST.get("month", ""))
    sample = preview_of(held, source, user, figures) if figures else None
    context = {"sample": sample, "problem": problem, "held": held}
    if request.headers.get("HX-Request"):
        return render(request, "documents/_sample.html", context)
    return render(request, "documents/sample.html", context)


def _figures(user: User, asked: str) -> tuple[Figures | None, str]:
    """Of the month asked for, else of the latest that is closed; a sentence where there is none."""
    months = closed_months(user)
    if not months:
        return None, "还没有关了账的月份，写不出样稿；关了账再看。"
    try:
        month = month_of(asked or months[0][0])
        return (figures_of(user, month, now=clock.now()), "") if month else (None, "请选一个月份。")
    except (ValueError, OpenMonth) as wrong:
        return None, str(wrong)


@require_safe
def names(request: HttpRequest, code: str) -> HttpResponse:
    """One group of what a template may use, with this month's values."""
    held, user = _template(request, code), person(request)
    group = next((one for one in groups(held) if one.code == request.GET.get("group", "")), None)
    figures, _ = _figures(user, request.GET.get("month", ""))
    rows = offered(held, group.code, figures) if group else []
    context = {"held": held, "group": group, "rows": rows, "keeps": can_keep_template(user, held)}
    page = "documents/_names.html" if request.headers.get("HX-Request") else "documents/names.html"
    return render(request, page, context, status=200 if group else 404)


@require_safe
def versions(request: HttpRequest, code: str) -> HttpResponse:
    """各版: ?a=1&b=2 compares two; without them the newest with the one before."""
    held = _template(request, code)
    rows = _versions(held)
    chosen = {one.number: one for one in rows}
    after = chosen.get(row_number(request.GET.get("b", "")) or 0, rows[0])
    older = [one for one in rows if one.number < after.number]
    before = chosen.get(row_number(request.GET.get("a", "")) or 0, older[0] if older else after)
    context = {
        "held": held, "versions": rows, "before": before, "after": after, "now": clock.now(),
        "changes": changes_between(before.source, after.source), "keeps": can_keep_template(person(request), held),
    }  # fmt: skip
    return render(request, "documents/template_versions.html", context)


@require_POST
def restore(request: HttpRequest, code: str, number: int) -> HttpResponse:
    held, how = _template(request, code), ask_keeper(request)
    try:
        made = actions.go_back(held, number, base=row_number(request.POST.get("base", "")) or 0, **how)
    except (Conflict, Refused) as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"回到第{number}版，存为第{made.number}版。")
    return redirect("documents:template_versions", code)


@require_POST
def drop(request: HttpRequest, code: str) -> HttpResponse:
    """没存的改动不要了."""
    held = _template(request, code)
    ask_keeper(request)
    actions.drop_draft(held, person(request))
    messages.success(request, "没存的改动丢掉了，下面是现行的一版。")
    return redirect("documents:template", code)


@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: HttpRequest, code: str) -> HttpResponse:
    """照一份添一份."""
    held, how = _template(request, code), ask_keeper(request)
    district = adds_for(person(request))
    form = CopyForm(request.POST or None, initial={"name": f"{held.name}（{district or '另一种'}）"})
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            made = actions.add_template(held, data["name"], in_its_place=data["in_its_place"], **how)
        except Refused as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, f"已添“{made.name}”，现在改它。")
            return redirect("documents:template", made.code)
    status = 422 if form.errors else 200
    context = {"held": held, "form": form, "district": district}
    return render(request, "documents/template_copy.html", context, status=status)


@require_POST
def give_back(request: HttpRequest, code: str) -> HttpResponse:
    """不再代替: the district goes by the common template again, its own stays beside it."""
    held, how = _template(request, code), ask_keeper(request)
    try:
        actions.stand_for(held, None, **how)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"“{held.name}”不再代替，本区又照共用的那一份写。")
    return redirect("documents:templates")
