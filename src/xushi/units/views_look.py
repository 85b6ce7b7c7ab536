"""本区的名称、字徽与颜色。"""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.units.access import person
from xushi.units.districts import denied, keeps_whole
from xushi.units.look import ACCENTS, LONGEST_EMBLEM, LONGEST_NAME, Look, look_of, may_set_look, set_look
from xushi.units.models import Role, Unit
from xushi.units.rules import Refused
from xushi.units.views_districts import apart_by_look, asked_district


class LookForm(forms.Form):
    name = forms.CharField(
        label="名称", max_length=LONGEST_NAME, required=False, help_text="页头上写的，如“浦口区”"
    )
    emblem = forms.CharField(
        label="字徽", max_length=LONGEST_EMBLEM, required=False, help_text="一两个字，如“浦”"
    )
    accent = forms.ChoiceField(label="颜色", choices=list(ACCENTS.items()), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
def look(request: HttpRequest) -> HttpResponse:
    """The look of one's own district; the office of all sets the whole's, or that of the district asked for."""
    user = person(request)
    district = asked_district(user, request.GET.get("district", "")) if user.has_role(Role.OFFICE) else None
    if district is None and keeps_whole(user):
        district = Unit.objects.filter(parent=None).order_by("path").first()
    if district is None or not may_set_look(user, district):
        raise PermissionDenied(denied(user, "名称和颜色由区重大办定。"))
    held = look_of(district)
    form = LookForm(
        request.POST or None, initial={"name": held.name, "emblem": held.emblem, "accent": held.accent}
    )
    if request.method == "POST" and form.is_valid():
        try:
            changed = set_look(district, Look(**form.cleaned_data), actor=Actor.of(request), now=clock.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已改，本区各页随即照新的显示。" if changed else "没有改动。")
            return redirect(request.get_full_path())
    context = {
        "form": form, "district": district, "districts": apart_by_look() if keeps_whole(user) else [],
    }  # fmt: skip
    return render(request, "units/look.html", context, status=422 if form.errors else 200)
