"""反应的样子，给测试用：一个写一行，一个总出错，一个写了再出错。"""

from xushi.journal.models import Event
from xushi.journal.steps import step
from xushi.units.models import Unit

calls: list[int] = []


def adds_a_unit(event: Event) -> None:
    calls.append(event.pk)
    number = Unit.objects.count() + 1
    Unit.objects.create(name=f"单位{number}", kind=Unit.Kind.DEPARTMENT, path=f"{number:04d}.")


def always_fails(event: Event) -> None:
    raise RuntimeError("对方没有应答")


def writes_then_fails(event: Event) -> None:
    adds_a_unit(event)
    raise RuntimeError("写完才出错")


def two_steps_of_which_the_second_fails_once(event: Event) -> None:
    if Unit.objects.exists():
        adds_a_unit(event)
        return
    adds_a_unit(event)
    step()
    raise RuntimeError("第二步出错")


def adds_two_units_by_steps(event: Event) -> None:
    adds_a_unit(event)
    step()
    adds_a_unit(event)
    step()
