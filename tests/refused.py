"""不许的页画一遍就够：只看状态的走查，同一个人同一种拒绝，头一次整页画出来，往后只答状态。"""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from xushi.kit import views


def drawn_once(patch: pytest.MonkeyPatch) -> None:
    """Each person is shown the whole page of a refusal once; of those that follow only the status is looked at."""
    drawn: set[tuple[object, str]] = set()

    def draw(request: HttpRequest, template: str, *context: Any, **told: Any) -> HttpResponse:
        if (key := (request.user.pk, template)) in drawn:
            return HttpResponse(**told)
        drawn.add(key)
        return shown(request, template, *context, **told)

    shown = views.render
    patch.setattr(views, "render", draw)
