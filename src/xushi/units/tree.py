"""单位树：路径怎么编。"""

from xushi.units.models import STEP, Unit


def next_path(parent: Unit | None) -> str:
    """The path of the next child: 0001. under nothing, 0001.0004. after three children of 0001.

    Numbers are never given twice while the last child stands; units are dissolved, not deleted.
    """
    start = parent.path if parent else ""
    last = Unit.objects.filter(parent=parent).order_by("-path").values_list("path", flat=True).first()
    number = int(last[len(start) : -1]) + 1 if last else 1
    if number >= 10**STEP:
        raise ValueError("同一上级下的单位太多，编号用完了。")
    return f"{start}{number:0{STEP}d}."
