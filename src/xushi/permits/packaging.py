"""套餐：几步一起报，一次办；编、改、停用由重大办，报由项目这边。"""

from collections.abc import Sequence
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.core.text import tidy
from xushi.journal.actions import Actor, RowChange, parts_of, record
from xushi.permits import acting, actions
from xushi.permits.models import Package, PermitStep
from xushi.permits.policy import parts_of as played
from xushi.permits.policy_services import can_keep_packages
from xushi.permits.selectors_catalogue import names_of_permits
from xushi.permits.services_rules import problems_of_package
from xushi.registry.checking import Conflict, Refused, RowProblem, refuse
from xushi.registry.models import Project
from xushi.units.districts import denied
from xushi.units.models import Unit

State = PermitStep.State
TO_SUBMIT = (State.PLANNED, State.REFUSED)


@transaction.atomic
def save_package(
    package: Package | None,
    name: str,
    codes: Sequence[str],
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    seen: int | None = None,
    district: Unit | None = None,
) -> Package:
    """编、改: package None is a new one, a district's own or one for all; seen: the version that was looked at.

    Conflict where it moved on.
    """
    district = package.district if package else district
    _ask_keeper(actor, district)
    names = names_of_permits(district)
    acting.told(problems_of_package(name, codes, names))
    held = _locked(package, seen) if package else Package(name="", codes=[], version=0, district=district)
    others = Package.objects.beside(district).exclude(pk=held.pk)
    if others.filter(name=tidy(name)).exists():
        raise Refused([RowProblem(0, "name", f"已有套餐“{tidy(name)}”，换个名称，或去改那一个。")])
    before = (held.name, held.note, _said(held.codes, names))
    held.name, held.note = tidy(name), tidy(note)[:200]
    held.codes = [code for code in names if code in codes]
    held.version += 1
    held.save()
    after = (held.name, held.note, _said(held.codes, names))
    labels = ("名称", "说明", "手续")
    changes = {
        label: [was, now_] for label, was, now_ in zip(labels, before, after, strict=True) if was != now_
    }
    record(
        "permits.package.saved",
        actor=actor,
        now=now,
        subject=held,
        changes=changes,
        summary=f"编{district.name if district else ''}套餐：{held}",
    )
    return held


@transaction.atomic
def retire_package(package: Package, *, actor: Actor, now: datetime, seen: int | None = None) -> None:
    """停用: not offered any more; what was applied for by it goes on."""
    _ask_keeper(actor, package.district)
    held = _locked(package, seen)
    held.retired_at = now
    held.version += 1
    held.save()
    record("permits.package.retired", actor=actor, now=now, subject=held, summary=f"停用套餐：{held}")


@transaction.atomic
def submit_package(
    package: Package, project: Project, on: date, *, actor: Actor, now: datetime, words: str = ""
) -> list[PermitStep]:
    """套餐报件: every step of it that is not handed in yet, all or none; every step that may not names why."""
    offered = Package.objects.at(project.territory.path)
    held = offered.filter(pk=package.pk, retired_at=None).first()
    if held is None:
        raise Conflict(f"套餐“{package.name}”刚被停用，请一步一步报，或换一个套餐。")
    acting.lock([project.pk])
    steps = to_submit(held, project, actor)
    if not steps:
        raise Refused([RowProblem(0, "package", f"“{held.name}”里的手续这个项目都报过了，或不用办。")])
    rows = [RowChange(project, project.name, {"套餐": ["", held.name]})]
    event = record(
        "permits.step.packaged", actor=actor, now=now, subject=project, subject_name=project.name, rows=rows,
        summary=f"套餐报件：{project.name}，{held.name}{len(steps)}步",
    )  # fmt: skip
    said, problems, done = f"套餐“{held.name}”。{words.strip()}", [], []
    with parts_of(event):
        for n, step in enumerate(steps):
            try:
                done.append(actions.submit({step.pk: step.version}, on, actor=actor, now=now, words=said))
            except Refused as refusal:
                problems += [RowProblem(n, one.field, one.sentence) for one in refusal.problems]
    refuse(_once(problems))
    return done


def to_submit(package: Package, project: Project, actor: Actor) -> list[PermitStep]:
    """The steps of a package that this project still has to hand in and this person may."""
    rows = PermitStep.objects.all() if actor.by is None else PermitStep.objects.visible_to(actor.by)
    found = rows.filter(project=project, permit__code__in=package.codes, state__in=TO_SUBMIT)
    steps = list(found.select_related(*acting.RELATED).order_by("permit__place", "pk"))
    if any(not played(actor.by, step) for step in steps):
        raise PermissionDenied("套餐报件由项目单位、属地或区重大办来报。")
    return steps


def _once(problems: Sequence[RowProblem]) -> list[RowProblem]:
    """What is wrong with every step alike, such as the day, is said once."""
    told: dict[str, RowProblem] = {}
    for one in problems:
        told.setdefault(one.sentence, one)
    return list(told.values())


def _locked(package: Package, seen: int | None) -> Package:
    rows = Package.objects.select_for_update().filter(pk=package.pk, retired_at=None)
    held: Package | None = rows.first()
    if held is None:
        raise Conflict(f"套餐“{package.name}”刚被停用，请刷新再看。")
    if seen is not None and held.version != seen:
        raise Conflict(f"套餐“{held.name}”刚被人改过，下面是现在的样子，请看过再改。")
    return held


def _said(codes: Sequence[str], names: dict[str, str]) -> str:
    return "、".join(names.get(code, code) for code in codes)


def _ask_keeper(actor: Actor, district: Unit | None) -> None:
    if actor.by is not None and not can_keep_packages(actor.by, district):
        raise PermissionDenied(denied(actor.by, "套餐由区重大办编，您的角色可以查看。"))
