"""手续的批量表：认出哪个项目哪一步，错处指到格子，入库走同一个动作，能整批撤回。"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.base import ContentFile

from tests.factories import NOW, UserFactory, appoint
from xushi.duties.models import Duty
from xushi.exchange.importing import NotReady, commit_import, undo_import
from xushi.exchange.kinds import KINDS
from xushi.exchange.models import ImportBatch
from xushi.exchange.policy import kinds_for
from xushi.exchange.preview import Preview
from xushi.exchange.workbooks import blank_template
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.permits.actions_catalogue import preload
from xushi.permits.actions_office import open_tracks
from xushi.permits.models import PermitStep
from xushi.registry.models import Project
from xushi.units.models import Role, Unit

Look = Callable[..., Preview]
HEAD = ["项目名称", "手续", "状态", "报件日期", "受理日期", "办结日期", "备注"]


@pytest.fixture
def steps(registry: dict[str, Project]) -> dict[str, Project]:
    """Two projects with their steps laid out."""
    preload(actor=SYSTEM, now=NOW)
    open_tracks([registry["紫光项目"], registry["汤泉文旅体验园"]], actor=SYSTEM, now=NOW)
    return registry


def step(project: Project, code: str) -> PermitStep:
    return PermitStep.objects.get(project=project, permit__code=code)


def commit(seen: Preview, actor: Actor = SYSTEM) -> ImportBatch:
    batch = ImportBatch(kind="permits", file_name="手续.xlsx", at=NOW)
    batch.file.save("t.xlsx", ContentFile(b"x"), save=False)
    batch.save()
    commit_import(seen, batch, actor=actor, now=NOW)
    return batch


GOOD: list[list[Any]] = [
    HEAD,
    ["紫光项目", "项目赋码", "已批准", "2018-01-03", "2018-01-03", "2018-01-04", ""],
    ["紫光项目", "节能审查", "", "2018-01-08", "2018.1.9", "", ""],
    ["汤泉文旅体验园", "项目赋码", "不用办", "", "", "", "随主体项目赋码"],
]


def test_a_sheet_moves_the_steps_it_names(look: Look, steps: dict[str, Project]) -> None:
    seen = look(GOOD, "permits")
    assert (seen.problems, seen.counts["changed"]) == ([], 3)
    assert {d.label for d in seen.differences} >= {"项目赋码状态", "项目赋码办结", "节能审查（企业投资）受理"}
    before = Event.objects.filter(verb="permits.step.reported").count()
    commit(seen)
    code, energy = step(steps["紫光项目"], "project_code"), step(steps["紫光项目"], "energy_firm")
    assert (code.state, code.decided_on) == ("approved", date(2018, 1, 4))
    assert (energy.state, energy.accepted_on) == ("accepted", date(2018, 1, 9))
    assert energy.ready_since == date(2018, 1, 4)
    assert step(steps["汤泉文旅体验园"], "project_code").reason == "随主体项目赋码"
    assert Event.objects.filter(verb="permits.step.reported").count() <= before + 1


def test_looking_writes_nothing(look: Look, steps: dict[str, Project]) -> None:
    before = Event.objects.count()
    look(GOOD, "permits")
    assert set(PermitStep.objects.values_list("state", flat=True)) == {"planned"}
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    ("row", "cell", "said"),
    [
        (["紫光项目", "项目赋码", "已批准", "2018-01-05", "", "2018-01-04", ""], "F2", "早于"),
        (["紫光项目", "项目赋码", "已批准", "2018-01-05", "", "2019-01-04", ""], "F2", "还没到"),
        (["紫光项目", "项目赋码", "已批准", "", "", "2018-01-04", ""], "D2", "没报件谈不上"),
        (["紫光项目", "施工许可证", "已受理", "2018-01-05", "2018-01-05", "", ""], "C2", "还没办完"),
        (["紫光项目", "项目赋码", "不用办", "", "", "", ""], "G2", "理由"),
        (["紫光项目", "施工许可", "已报件", "2018-01-05", "", "", ""], "B2", "没有“施工许可”这步手续"),
        (["博郡项目", "项目赋码", "已报件", "2018-01-05", "", "", ""], "A2", "还没有建立手续"),
        (["紫光项目", "", "已报件", "2018-01-05", "", "", ""], "B2", "没有写哪一步"),
    ],
)
def test_what_is_wrong_is_told_at_its_cell(
    look: Look, steps: dict[str, Project], row: list[str], cell: str, said: str
) -> None:
    seen = look([HEAD, row], "permits")
    [problem] = seen.problems
    assert problem.address == cell
    assert said in problem.sentence
    with pytest.raises(NotReady, match="一行也没入库"):
        commit(seen)
    assert set(PermitStep.objects.values_list("state", flat=True)) == {"planned"}


def test_a_name_nearly_right_is_offered(look: Look, steps: dict[str, Project]) -> None:
    [problem] = look([HEAD, ["紫光项目", "施工许可", "已报件", "2018-01-05", "", "", ""]], "permits").problems
    assert "施工许可证" in [choice.label for choice in problem.choices]


def test_the_same_sheet_again_changes_nothing(look: Look, steps: dict[str, Project]) -> None:
    commit(look(GOOD[:3], "permits"))
    again = look(GOOD[:3], "permits")
    assert (again.counts["changed"], again.counts["unchanged"]) == (0, 2)


def test_it_can_be_taken_back_whole(look: Look, steps: dict[str, Project]) -> None:
    batch = commit(look(GOOD, "permits"))
    undo_import(batch, actor=SYSTEM, now=NOW)
    assert set(PermitStep.objects.values_list("state", flat=True)) == {"planned"}
    assert step(steps["紫光项目"], "energy_firm").ready_since is None
    assert not Duty.objects.open().filter(subject_kind="permits.permitstep").exists()


def test_a_territory_reports_its_own_and_the_department_is_to_confirm(
    look: Look, steps: dict[str, Project]
) -> None:
    place = Unit.objects.get(name="桥林街道")
    user = appoint(UserFactory(name="顾建国"), Role.TERRITORY, unit=place, scope=place)
    assert "permits" in kinds_for(user)
    seen = look(GOOD, "permits", user=user)
    [problem] = seen.problems
    assert "汤泉文旅体验园" in problem.sentence or problem.address == "A4"
    own = look(GOOD[:2], "permits", user=user)
    commit(own, Actor(by=user))
    assert step(steps["紫光项目"], "project_code").confirmed_at is None


def test_the_template_has_its_columns() -> None:
    assert blank_template(KINDS["permits"])[:2] == b"PK"
