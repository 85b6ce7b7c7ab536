"""督办单与批示的页。"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_instructions import Instruction
from xushi.units.access import person


def order(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(SupervisionOrder.objects.visible_to(person(request)), pk=pk)
    return render(request, "supervision/order.html", {"order": found})


def instruction(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Instruction.objects.visible_to(person(request)), pk=pk)
    return render(request, "supervision/instruction.html", {"instruction": found})
