"""卡在哪：一句结论、排队图、责任单位和堵点、一个环节的清单；派督办、导出、印。"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.text import row_number
from xushi.duties.reach import places_for
from xushi.kit import beside
from xushi.permits import bottlenecks_rows as rows
from xushi.permits import figures
from xushi.permits.bottlenecks import Queue, choke_points, conclusion
from xushi.permits.bottlenecks_export import answer
from xushi.permits.bottlenecks_svg import Drawing, draw
from xushi.permits.bottlenecks_wanted import ALL, PAST_LIMIT, Wanted
from xushi.registry.models import Category, Project
from xushi.units.access import person
from xushi.units.models import Role, User
from xushi.units.views_exporting import hand_out

READERS = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.STATISTICS, Role.DEPARTMENT, Role.TERRITORY)
CHOKE_POINTS = 6
INDUSTRY = "产业"
MOST_PRINTED = 500


def ask_reader(request: HttpRequest) -> User:
    user = person(request)
    if not user.has_role(*READERS):
        raise PermissionDenied("前期手续卡在哪由部门、属地和区重大办看；您的项目的手续在项目页上。")
    return user


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The queues with the list of the one that is chosen; without a choice, of the worst."""
    user, now = ask_reader(request), clock.now()
    wanted = Wanted.read(request.GET)
    board = figures.board(user, wanted, local_day(now))
    wanted = _chosen(wanted, board)
    drawn, choices = rows.drawn_places(board), _choices(user)
    context = {
        "now": now, "today": board.day.today, "wanted": wanted, "board": board,
        "said": conclusion(board.queues, board.whole, started=wanted.started == "1"),
        "plots": _plots(user, wanted, board, drawn), "crowded": _crowded(drawn),
        "chokes": choke_points(board.queues, by_amount=wanted.by == "amount")[:CHOKE_POINTS],
        "page": rows.page_of(user, wanted, board, request.GET.get("page", "1")), "title": _title(wanted, board),
        "choices": choices, "industry": _industry(wanted, choices["category"]),
        "cards": beside.cards("permits", user, board.day.today),
        "office": user.has_role(Role.OFFICE), "past_limit": PAST_LIMIT.items(),
        "others": wanted.but(step="", unit="", over="", days=""), "late": _late(wanted, board),
    }  # fmt: skip
    return render(request, "permits/bottlenecks.html", context)


def _chosen(wanted: Wanted, board: figures.Board) -> Wanted:
    """Where nothing is chosen the list is that of the worst queue."""
    if wanted.step or not board.rows:
        return wanted
    worst = choke_points(board.queues)[0]
    return Wanted.read(QueryDict(wanted.but(step=worst.step.code, unit=str(worst.unit))))


def _plots(user: User, wanted: Wanted, board: figures.Board, drawn: Any) -> list[tuple[figures.Row, Any]]:
    """Each row of figures with its drawing."""
    marks = rows.marks(user, wanted, board, drawn)
    longest = max((queue.longest for queue in board.queues), default=0)
    told = []
    for row in board.rows:
        own, queue = marks.get(row.queue.key, []), row.queue
        drawing = Drawing(
            queue,
            board.axis,
            drawn[queue.key],
            own,
            urls={mark.project: rows.opened_by(user, mark.project) for mark in own},
            more={place.number: _list_of(wanted, queue, place) for place in drawn[queue.key]},
            named=queue.longest == longest,
        )
        told.append((row, draw(drawing)))
    return told


def _list_of(wanted: Wanted, queue: Queue, place: Any) -> str:
    days = f"{place.days[0]}-{place.days[1]}"
    return f"?{wanted.but(step=queue.step.code, unit=str(queue.unit), days=days, over='')}#list"


def _crowded(drawn: Any) -> int:
    return sum(place.count for own in drawn.values() for place in own if not place.single)


def _title(wanted: Wanted, board: figures.Board) -> str:
    """征地拆迁 · 区国土分局，超时限."""
    queue = next((queue for queue in board.queues if queue.key == wanted.queue), None)
    name = next((queue.step.name for queue in board.queues if queue.step.code == wanted.code), "")
    said = f"{queue.step.name} · {queue.department}" if queue else name or "在等的手续"
    parts = [said, PAST_LIMIT.get(wanted.over, "")]
    if wanted.waited:
        parts.append(f"等了{wanted.waited[0]}—{wanted.waited[1]}天")
    return "，".join(part for part in parts if part)


def _late(wanted: Wanted, board: figures.Board) -> int:
    """How many of the list are past their limit: what one button drafts orders for."""
    return board.count(Wanted.read(QueryDict(wanted.but(over=wanted.over if wanted.over == "long" else "1"))))


def _choices(user: User) -> dict[str, list[tuple[Any, str]]]:
    """What the page is narrowed by; two queries, for whoever is of a part of the tree one more."""
    return {
        "territory": [(unit.pk, str(unit)) for unit in places_for(user)],
        "category": list(Category.objects.filter(parent=None).values_list("path", "name")),
        "kind": list(Project.Kind.choices),
    }


def _industry(wanted: Wanted, categories: list[tuple[str, str]]) -> dict[str, Any] | None:
    """只看产业: one tap to narrow to it, and back."""
    path = next((path for path, name in categories if name.startswith(INDUSTRY)), None)
    if path is None:
        return None
    on = wanted.category == path
    return {"on": on, "address": wanted.but(category="" if on else path)}


@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """批量督办: the ticked projects, or all past their limit in the list, to the draft of orders."""
    user = ask_reader(request)
    if not user.has_role(Role.OFFICE):
        raise PermissionDenied("督办单由区重大办拟；区领导写批示，可直接成单。")
    wanted = Wanted.read(QueryDict(request.POST.get("query", "")[:1000]))
    board = figures.board(user, wanted, local_day(clock.now()))
    ticked = None
    if request.POST.get("act") != "overdue":
        chosen = request.POST.getlist("one") or request.POST.getlist("id")
        ticked = [number for text in chosen if (number := row_number(text)) is not None]
    projects = rows.to_order(user, wanted, board, ticked)
    if not projects:
        none = "没有选中在等手续的项目，请先勾选。" if ticked is not None else "这里没有超时限的项目。"
        messages.error(request, none)
        return redirect(f"{reverse('permits:bottlenecks')}?{wanted.address}")
    asked = {"projects": ",".join(map(str, projects))}
    if row_number(wanted.unit):
        asked["lead"] = wanted.unit
    return redirect(f"{reverse('supervision:new_order')}?{urlencode(asked, safe=',')}")


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as it is narrowed, every row of it, as xlsx."""
    user, now = ask_reader(request), clock.now()
    wanted = _whole_list(request)
    return hand_out(request, answer(user, wanted, figures.board(user, wanted, local_day(now)), now))


@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """The figures and the list as they are narrowed, to be printed."""
    user, now = ask_reader(request), clock.now()
    wanted = _whole_list(request)
    board = figures.board(user, wanted, local_day(now))
    listed = rows.found(user, wanted, board).prefetch_related(rows.OWED)[:MOST_PRINTED]
    context = {
        "now": now, "today": board.day.today, "board": board, "user": user, "title": _title(wanted, board),
        "said": conclusion(board.queues, board.whole, started=wanted.started == "1"), "most": MOST_PRINTED,
        "lines": rows.lines(user, listed, board.day), "count": board.count(wanted),
    }  # fmt: skip
    return render(request, "permits/bottlenecks_print.html", context)


def _whole_list(request: HttpRequest) -> Wanted:
    """What stands on paper and in a file: the list that was asked for, else every step that waits."""
    wanted = Wanted.read(request.GET)
    return wanted if wanted.step else Wanted.read(QueryDict(wanted.but(step=ALL)))
