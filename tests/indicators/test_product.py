"""报告里的得分和位次由打分算出来；动一个外区的数位次就动；一份说明和行一个意思；谁能写什么。"""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from tests import people
from tests.conftest import Once
from tests.factories import NOW
from tests.indicators.district import LATE, District, build
from xushi.demo.indicators import AIR
from xushi.indicators import actions, actions_targets, actions_tasks
from xushi.indicators.actions import ObservationInput
from xushi.indicators.actions_targets import TargetInput
from xushi.indicators.board import province_of
from xushi.indicators.figures import scored
from xushi.indicators.models import Indicator, Observation, Participant, Run, System, Version
from xushi.indicators.models_tasks import Target, TaskStep
from xushi.indicators.reading import spec_of, tree_of, yaml_of
from xushi.indicators.reading_board import room_of_version
from xushi.indicators.refusals import Refused
from xushi.indicators.shipped import text_of_template
from xushi.indicators.versions import (
    adopt_version,
    copy_version,
    differences,
    digest_of,
    discard_version,
    draft_version,
    spec_of_version,
)
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.units.models import User

pytestmark = pytest.mark.django_db
HALF_YEAR = ("半年数", "一季度数")


@pytest.fixture(scope="module")
def _built(once: Once) -> Iterator[tuple[District, User]]:
    def make() -> tuple[District, User]:
        root = people.district()
        office = people.person("office_user", root)
        return build(root, office), office

    with once(make) as made:
        yield made


@pytest.fixture
def place(_built: tuple[District, User], db: None) -> District:
    return deepcopy(_built[0])


@pytest.fixture
def office(_built: tuple[District, User], db: None) -> User:
    return deepcopy(_built[1])


@pytest.fixture
def city(place: District) -> Version:
    return Version.objects.select_related("system").get(system__code="city")


def test_the_scores_and_ranks_of_the_report_come_out_of_the_observations(city: Version) -> None:
    board = scored(city, "2018-06")
    found = {code: (round(board.score(code) or 0, 2), board.rank(code)) for code in
             ("总得分", "基本目标任务", "争先进位", "争先创优")}  # fmt: skip
    assert found == {
        "总得分": (195.63, 9), "基本目标任务": (188.63, 10), "争先进位": (6.0, 8), "争先创优": (1.0, 6),
    }  # fmt: skip
    assert len(board.units) == 11
    assert board.rank("“263”专项行动") == 11


def test_half_year_data_would_give_ten_points_and_the_sixth_place(city: Version) -> None:
    board = scored(city, "2018-06", vintages=HALF_YEAR)
    assert (board.score("争先进位"), board.rank("争先进位")) == (10.0, 6)
    assert round(board.score("总得分") or 0, 2) == 199.63
    assert scored(city, "2018-06").score("争先进位") == 6.0


def test_eight_indicators_and_five_tasks_lose_points_and_five_targets_are_pending(city: Version) -> None:
    board = scored(city, "2018-06")
    cards = {one.code: one for one in Indicator.objects.filter(system=city.system)}
    losing: dict[str, int] = {"base": 0, "task": 0}
    counts = {"base": 0, "task": 0, "added": 0}
    for code, node in spec_of_version(city).nodes.items():
        if (card := cards.get(code)) is None or card.kind not in counts:
            continue
        counts[card.kind] += 1
        if card.kind in losing and (board.score(code) or 0) < (node.marks or 0):
            losing[card.kind] += 1
    assert counts == {"base": 67, "task": 11, "added": 19}
    assert losing == {"base": 8, "task": 5}
    assert len(board.left_out) == 5
    assert all(one.waits_for for one in board.left_out)


def test_a_peer_that_is_worse_gives_up_its_place(city: Version, office: User) -> None:
    before = scored(city, "2018-06")
    ahead = next(unit for unit in before.units if before.rank("总得分", unit) == 8)
    held = Participant.objects.get(system=city.system, name=ahead)
    coal = Indicator.objects.get(system=city.system, code="煤炭消费削减量")
    row = ObservationInput(
        indicator=coal.pk, participant=held.pk, period="2018-06", low=1.0, high=1.0, source="示例"
    )
    actions.observe([row], actor=Actor(by=office), now=NOW)
    after = scored(city, "2018-06")
    assert after.rank("总得分") == 8
    assert after.score("总得分") == before.score("总得分")
    assert after.digest != before.digest
    old = Observation.objects.get(participant=held, indicator=coal, period="2018-06", replaced_at=NOW)
    assert old.low != 1.0


def test_the_province_stands_as_the_report_counts_it(place: District) -> None:
    bar = province_of(room_of_version(Version.objects.get(system__code="province")))
    assert {key: number for key, _, number, _ in bar.parts} == {
        "done": 15, "on_schedule": 8, "upper": 3, "behind": 2, "unclear": 11,
    }  # fmt: skip
    assert (bar.total, bar.unclear) == (39, 13)
    assert [one.code for one in bar.indices] == ["综合指数", "水平指数", "发展指数"]
    assert all(one.rank for one in bar.indices)


@pytest.mark.parametrize("name", ["city_2018", "province_2018"])
def test_a_specification_and_its_rows_mean_one_thing(name: str, place: District, office: User) -> None:
    system = System.objects.get(code=name.partition("_")[0])
    spec = spec_of(tree_of(text_of_template(name)))
    version = draft_version(system, 2020, yaml_of(spec), source="试", actor=Actor(by=office), now=NOW)
    again = spec_of_version(Version.objects.get(pk=version.pk))
    assert again == spec
    assert version.digest == digest_of(spec) == digest_of(again)
    assert differences(spec, again) == []


def test_a_version_in_use_stays_and_a_copy_waits_for_its_targets(city: Version, office: User) -> None:
    by = Actor(by=office)
    with pytest.raises(Refused, match="已经启用"):
        discard_version(city, actor=by, now=NOW)
    copied = copy_version(city, 2019, actor=by, now=NOW)
    found = differences(spec_of_version(city), spec_of_version(copied))
    assert any(one.path.endswith("references.target.pending") and one.after == "上级下达" for one in found)
    assert copied.used_at is None
    adopt_version(copied, actor=by, now=NOW)
    assert Version.objects.get(pk=copied.pk).used_at == NOW
    with pytest.raises(Refused, match="以后五年内"):
        copy_version(city, 2018, actor=by, now=NOW)
    second = draft_version(city.system, 2018, text_of_template("city_2018"), source="试", actor=by, now=NOW)
    assert second.number == 2
    discard_version(second, actor=by, now=NOW)
    assert not Version.objects.filter(pk=second.pk).exists()


def test_bad_figures_are_named_and_nothing_is_written(city: Version, office: User) -> None:
    count = Observation.objects.count()
    own, air = Participant.objects.get(system=city.system, own=True), Indicator.objects.get(code=AIR)
    base = {"indicator": air.pk, "participant": own.pk, "period": "2018-08"}
    rows = [
        ObservationInput(**base, low=float("nan"), high=1.0, where="第2行"),  # type: ignore[arg-type]
        ObservationInput(**base, low=1, high=1, rank=3, where="第3行"),  # type: ignore[arg-type]
        ObservationInput(**{**base, "period": "2018.8"}, low=1, high=1, where="第4行"),  # type: ignore[arg-type]
        ObservationInput(**base, vintage="快报", where="第5行"),  # type: ignore[arg-type]
    ]
    with pytest.raises(Refused) as refusal:
        actions.observe(rows, actor=Actor(by=office), now=NOW)
    assert {one.path for one in refusal.value.problems} >= {"第2行", "第3行", "第4行", "第5行"}
    assert Observation.objects.count() == count


def test_the_group_reports_the_office_reviews_and_strangers_do_neither(
    place: District, city: Version, office: User
) -> None:
    own, air = Participant.objects.get(system=city.system, own=True), Indicator.objects.get(code=AIR)
    row = ObservationInput(
        indicator=air.pk, participant=own.pk, period="2018-08", low=62.0, high=62.0, source="月通报"
    )
    stranger = place.reporter("江浦街道")
    with pytest.raises(PermissionDenied):
        actions.observe([row], actor=Actor(by=stranger), now=NOW)
    department = place.people.users["environment"]
    [made] = actions.observe([row], actor=Actor(by=department), now=NOW, waiting=True)
    with pytest.raises(PermissionDenied):
        actions.review(made, accept=True, words="", actor=Actor(by=department), now=NOW)
    lead = Actor(by=place.people.users["indicator"])
    with pytest.raises(Refused, match="退回要写理由"):
        actions.review(made, accept=False, words=" ", actor=lead, now=NOW)
    actions.review(made, accept=False, words="口径不对", actor=lead, now=NOW)
    assert scored(city, "2018-08").cell(AIR)["input"] == 60.8  # type: ignore[index]
    with pytest.raises(Refused, match="刚被别人"):
        actions.review(made, accept=True, words="", actor=lead, now=NOW)
    assert Event.objects.filter(verb="indicators.observation.returned").count() == 1


def test_a_finished_step_gives_its_points_back(city: Version, office: User) -> None:
    by = Actor(by=office)
    step = TaskStep.objects.filter(task__name=LATE[0], done_on=None, due_on__lte=date(2018, 6, 30)).first()
    assert step is not None
    with pytest.raises(Refused, match="佐证"):
        actions_tasks.finish_steps([step], date(2018, 6, 30), "", actor=by, now=NOW)
    actions_tasks.finish_steps([step], date(2018, 6, 30), "验收单", actor=by, now=NOW)
    actions_tasks.judge_tasks(city.system, "2018-06", actor=by, now=NOW)
    assert scored(city, "2018-06").score(LATE[0]) == 5.0
    with pytest.raises(Refused, match="已经记过"):
        actions_tasks.finish_steps([step], date(2018, 6, 30), "验收单", actor=by, now=NOW)


def test_parts_of_a_target_come_to_the_whole_and_a_changed_one_is_signed_again(
    place: District, city: Version, office: User
) -> None:
    by, coal = Actor(by=office), Indicator.objects.get(code="煤炭消费削减量")
    units = [place.people.units[name].pk for name in ("江浦街道", "桥林街道")]
    with pytest.raises(Refused, match="合计少2，要正好等于20"):
        actions_targets.hand_down(
            coal, 2018, [TargetInput(units[0], 10), TargetInput(units[1], 8)], total=20, actor=by, now=NOW
        )
    made = actions_targets.hand_down(
        coal, 2018, [TargetInput(units[0], 10), TargetInput(units[1], 10)], total=20, actor=by, now=NOW
    )
    with pytest.raises(PermissionDenied):
        actions_targets.sign_target(made[0], actor=Actor(by=place.reporter("桥林街道")), now=NOW)
    actions_targets.sign_target(made[0], actor=Actor(by=place.reporter("江浦街道")), now=NOW)
    actions_targets.hand_down(
        coal, 2018, [TargetInput(units[0], 12), TargetInput(units[1], 8)], total=20, actor=by, now=NOW
    )
    standing = Target.objects.get(indicator=coal, unit=units[0], replaced_at=None)
    assert (standing.value, standing.signed_at) == (12, None)
    with pytest.raises(Refused, match="刚改过"):
        actions_targets.sign_target(made[0], actor=Actor(by=place.reporter("江浦街道")), now=NOW)


def test_a_scenario_keeps_changes_and_no_results(city: Version, office: User) -> None:
    path = f"observations.浦口区.{AIR}"
    kept = actions.save_scenario(city, "空气到68", period="2018-06", vintages=(), changes={path: 68.0},
                                 actor=Actor(by=office), now=NOW)  # fmt: skip
    assert kept.changes == {path: 68.0}
    with pytest.raises(Refused, match="没有“月亮”"):
        actions.save_scenario(city, "错的", period="2018-06", vintages=(), changes={"observations.浦口区.月亮": 1.0},
                              actor=Actor(by=office), now=NOW)  # fmt: skip
    with pytest.raises(Refused, match="先改一个数"):
        actions.save_scenario(
            city, "空的", period="2018-06", vintages=(), changes={}, actor=Actor(by=office), now=NOW
        )


def test_a_run_is_kept_once_for_one_question(city: Version, office: User) -> None:
    runs = Run.objects.filter(version=city, period="2018-06")
    assert runs.count() == 1
    actions.keep_run(city, "2018-06", actor=SYSTEM, now=NOW)
    assert runs.count() == 1
    assert runs.get().ranks["浦口区"]["总得分"] == 9
