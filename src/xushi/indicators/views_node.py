"""这一分怎么来的：记分牌、各区比较、位次变化上的每个数，点开都到这里，一级一级到原数。"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xushi.indicators.node_page import node_of
from xushi.indicators.reading_board import room_of
from xushi.indicators.refusals import Refused
from xushi.indicators.rules import period_words
from xushi.indicators.sources import sources_words
from xushi.indicators.views import period_of, reader


@require_safe
def node(request: HttpRequest) -> HttpResponse:
    """One node of one district in one month: what it is made of."""
    user = reader(request)
    room = room_of(user, request.GET.get("system", "city"))
    period, odd = period_of(room, request.GET.get("period", ""))
    try:
        board = room.scored(period)
    except Refused as refusal:
        context = {"room": room, "problems": refusal.problems}
        return render(request, "indicators/refused.html", context, status=422)
    unit = request.GET.get("unit", "") or room.own
    page = node_of(room, board, request.GET.get("node", "") or board.top, unit)
    if page is None:
        raise Http404
    context = {
        "room": room, "page": page, "unit": unit, "own": unit == room.own, "period": period, "odd": odd,
        "period_words": period_words(period), "sources": sources_words(room.spec),
        "query": f"system={room.system.code}&period={period}&unit={unit}",
    }  # fmt: skip
    return render(request, "indicators/node.html", context)
