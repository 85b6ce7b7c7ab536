"""预计开工：一个项目还要办哪些、各剩几天、哪一步拖不得，数怎么来的。"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.permits.expected import detail_of
from xushi.permits.models import PermitStep
from xushi.registry.models import Project
from xushi.units.access import person


@require_safe
def expected(request: HttpRequest, pk: int) -> HttpResponse:
    """Reckoned as the page is opened; 404 for whoever sees none of the project's steps."""
    user, now = person(request), clock.now()
    steps = PermitStep.objects.visible_to(user).filter(project=pk).order_by()
    project = get_object_or_404(
        Project.objects.filter(pk__in=steps.values("project")).select_related("territory"), pk=pk
    )
    whole = Project.objects.visible_to(user).filter(pk=pk).exists()
    context: dict[str, Any] = {
        "project": project, "detail": detail_of(project, now), "now": now, "today": local_day(now), "whole": whole,
    }  # fmt: skip
    return render(request, "permits/expected.html", context)
