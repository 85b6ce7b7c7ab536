"""问题类别的添、改、停用：用过的不删，改名只管以后。"""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.core.text import tidy
from xushi.journal.actions import Actor, record
from xushi.problems import policy
from xushi.problems.models import ClassAside, ProblemClass
from xushi.registry.checking import Refused, RowProblem
from xushi.units.districts import denied
from xushi.units.models import Unit


@transaction.atomic
def add_class(
    name: str,
    *,
    actor: Actor,
    now: datetime,
    short_name: str = "",
    parent: ProblemClass | None = None,
    code: str = "",
    district: Unit | None = None,
) -> ProblemClass:
    """添一类, a district's own or one for all; the tree has two storeys, so a subclass has none below it."""
    _ask(actor, district)
    name, short_name = tidy(name)[:40], tidy(short_name)[:10]
    _ask_name(name, parent, district)
    if parent and parent.district_id and parent.district != district:
        raise Refused([RowProblem(0, "parent", "没有这个大类，请从名单里选。")])
    if district and parent is None:
        raise Refused([RowProblem(0, "parent", "大类各区共用，加总才对得上；请选归在哪个大类下。")])
    if parent and parent.parent_id:
        raise Refused([RowProblem(0, "parent", f"“{parent}”已是细类，下面不再分；请归在上一级。")])
    head = parent.path if parent else ""
    last = ProblemClass.objects.filter(parent=parent).order_by("-path").values_list("path", flat=True).first()
    number = int(last[len(head) : -1]) + 1 if last else 1
    path = f"{head}{number:04d}."
    made: ProblemClass = ProblemClass.objects.create(
        code=code or f"class-{path.replace('.', '')}",
        name=name,
        short_name=short_name,
        parent=parent,
        path=path,
        district=district,
    )
    whose = f"{district.name}的" if district else ""
    record("problems.class.added", actor=actor, now=now, subject=made, summary=f"{whose}问题类别添“{name}”")
    return made


@transaction.atomic
def rename_class(held: ProblemClass, name: str, short_name: str, *, actor: Actor, now: datetime) -> None:
    """改名; problems keep their class, the journal keeps the old name."""
    _ask(actor, held.district)
    name, short_name = tidy(name)[:40], tidy(short_name)[:10]
    if (name, short_name) == (held.name, held.short_name):
        return
    _ask_name(name, held.parent, held.district, apart_from=held)
    changes = {"名称": [held.name, name], "简称": [held.short_name, short_name]}
    held.name, held.short_name = name, short_name
    held.save(update_fields=["name", "short_name"])
    record(
        "problems.class.renamed",
        actor=actor,
        now=now,
        subject=held,
        summary=f"问题类别改名“{name}”",
        changes=changes,
    )


@transaction.atomic
def set_class_retired(held: ProblemClass, retired: bool, *, actor: Actor, now: datetime) -> None:
    """停用 or 恢复: no new problem is put into it; those in it stay and are counted."""
    _ask(actor, held.district)
    if held.retired == retired:
        return
    others = ProblemClass.objects.filter(parent=None, retired=False).exclude(pk=held.pk)
    if retired and held.parent_id is None and not others.exists():
        raise Refused([RowProblem(0, "name", "至少要留一类，报问题的人才有得选。")])
    held.retired = retired
    held.save(update_fields=["retired"])
    word = "停用" if retired else "恢复"
    record("problems.class.retired", actor=actor, now=now, subject=held, summary=f"问题类别{word}“{held.name}”",
           changes={"停用": [not retired, retired]})  # fmt: skip


@transaction.atomic
def set_class_aside(held: ProblemClass, aside: bool, *, district: Unit, actor: Actor, now: datetime) -> None:
    """本区不用 or 用回: a district offers a common class no longer; those in it stay and are counted."""
    _ask(actor, district)
    if held.district_id is not None:
        raise Refused([RowProblem(0, "name", "这是一个区自己的类，不用就停用。")])
    asides = ClassAside.objects.filter(problem_class=held, district=district)
    if asides.exists() == aside:
        return
    if aside:
        ClassAside.objects.create(problem_class=held, district=district, by=actor.by, at=now)
        if not ProblemClass.objects.offered(district.path).filter(parent=None).exists():
            raise Refused([RowProblem(0, "name", "至少要留一个大类，报问题的人才有得选。")])
    else:
        asides.delete()
    word = "不用" if aside else "用回"
    record(
        "problems.class.set_aside", actor=actor, now=now, subject=held,
        summary=f"{district.name}{word}问题类别“{held.name}”", changes={"本区不用": [not aside, aside]},
    )  # fmt: skip


def _ask(actor: Actor, district: Unit | None) -> None:
    if actor.by is not None and not policy.can_keep_classes_of(actor.by, district):
        raise PermissionDenied(denied(actor.by, "问题类别由区重大办维护。"))


def _ask_name(
    name: str, parent: ProblemClass | None, district: Unit | None, apart_from: ProblemClass | None = None
) -> None:
    if not name:
        raise Refused([RowProblem(0, "name", "写类别的名称。")])
    beside = ProblemClass.objects.beside(district).filter(parent=parent, name=name)
    if apart_from is not None:
        beside = beside.exclude(pk=apart_from.pk)
    if beside.exists():
        raise Refused([RowProblem(0, "name", f"“{name}”已经有了。")])
