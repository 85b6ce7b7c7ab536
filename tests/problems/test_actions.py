"""报、分办、办结、核实、销号、退回、重开、合并、批次、提请、上会、移交；待办和日志跟着走。"""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from tests.factories import NOW, UnitFactory, UserFactory, appoint
from tests.problems.builders import DUE, WORDS, Town, given, kind, photo, report, seen
from tests.progress.builders import add_project
from xushi.core.clock import BEIJING
from xushi.duties.models import Duty
from xushi.duties.selectors import todo
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.problems import actions, classes, reporting
from xushi.problems import actions_office as office
from xushi.problems.acting import NotAllowed
from xushi.problems.models import Batch, Problem, ProblemPhoto, Raising
from xushi.problems.rules import Assignment, ProblemInput
from xushi.problems.selectors import thread
from xushi.problems.table import State
from xushi.registry.checking import Conflict, Refused
from xushi.units.models import Role, User

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
LATER = NOW + timedelta(days=1)


def owed(user: User) -> list[str]:
    user.forget_appointments()
    return list(todo(user, TODAY).values_list("kind", flat=True))


def at(month: int, day: int) -> datetime:
    return datetime(2018, month, day, 17, 0, tzinfo=BEIJING)


def test_reporting_writes_the_problem_its_event_and_the_offices_duty(
    town: Town, territory_user: User, office_user: User
) -> None:
    problem = report(town.projects[0], by=territory_user)
    assert (problem.state, problem.title) == (State.REPORTED, "K2+300处10千伏线杆未迁")
    assert problem.reported_unit == town.place and problem.reported_at == NOW
    event = Event.objects.latest("pk")
    assert event.verb == "problems.problem.reported" and event.subject_id == problem.pk
    assert {row.subject_kind for row in event.rows.all()} == {"problems.problem", "registry.project"}
    duty = Duty.objects.get()
    assert (duty.kind, duty.unit, duty.role, duty.due_at) == (
        "problem.assign", office_user.unit, Role.OFFICE, at(9, 13),
    )  # fmt: skip
    assert owed(office_user) == ["problem.assign"]
    assert owed(territory_user) == []


def test_reporting_is_all_or_nothing_and_names_every_mistake(
    town: Town, territory_user: User, stranger: User, leader_user: User
) -> None:
    good = ProblemInput(town.projects[0].pk, kind("land").pk, "指标没有落实")
    bad = ProblemInput(town.projects[0].pk, 10**9, "无")
    with pytest.raises(Refused) as refused:
        reporting.report_problems([good, bad], actor=Actor(by=territory_user), now=NOW)
    assert [(p.row, p.field) for p in refused.value.problems] == [(1, "problem_class"), (1, "words")]
    with pytest.raises(Refused, match="没有这个项目"):
        reporting.report_problems([good], actor=Actor(by=stranger), now=NOW)
    with pytest.raises(PermissionDenied, match="写批示"):
        reporting.report_problems([good], actor=Actor(by=leader_user), now=NOW)
    assert not Problem.objects.exists()


def test_the_way_from_the_report_to_the_end(town: Town, territory_user: User, office_user: User) -> None:
    problem = report(town.projects[0], by=territory_user)
    me = Actor(by=office_user)
    wanted = Assignment(town.land.pk, DUE, "征地科 周工", (town.finance.pk,))
    office.assign(seen(problem), wanted, actor=me, now=NOW)
    problem.refresh_from_db()
    assert (problem.state, problem.lead, problem.person, problem.due_on) == (
        "assigned", town.land, "征地科 周工", DUE,
    )  # fmt: skip
    assert list(problem.co_units.all()) == [town.finance]
    assert owed(office_user) == [] and owed(town.land_user) == ["problem.solve"]
    assert Duty.objects.open().get().due_at == at(9, 21)
    their = Actor(by=town.land_user)
    actions.add_note(seen(problem), "已会商权属单位", actor=their, now=LATER)
    assert Duty.objects.open().get().clock == 1  # a note leaves the clock alone
    actions.solve(seen(problem), "线杆已迁", actor=their, now=LATER, files=[photo()])
    assert owed(town.land_user) == [] and owed(office_user) == ["problem.verify"]
    assert Duty.objects.open().get().due_at == at(9, 18)  # three working days after the 13th
    office.verify_and_close(seen(problem), actor=me, now=LATER)
    problem.refresh_from_db()
    assert (problem.state, problem.closed_at) == ("closed", LATER)
    assert not Duty.objects.open().exists()
    verbs = ["report", "assign", "note", "solve", "verify", "close"]
    assert [entry.note.verb for entry in thread(problem)] == verbs
    assert ProblemPhoto.objects.get().note.verb == "solve"
    told = [event.verb.rpartition(".")[2] for event in Event.objects.filter(verb__startswith="problems.")]
    assert told == ["reported", "assigned", "noted", "solved", "verified", "closed"]


def test_who_solved_it_does_not_verify_it(town: Town, office_user: User) -> None:
    problem = given(town.projects[0], office_user.unit)
    me = Actor(by=office_user)
    actions.solve(seen(problem), "已定口径", actor=me, now=NOW, files=[photo()])
    with pytest.raises(NotAllowed, match="“核实”要由区重大办里不是报办结的人来做"):
        office.verify(seen(problem), actor=me, now=NOW)
    other = appoint(UserFactory(name="王璐"), Role.OFFICE, unit=office_user.unit)
    # scope of the office is its own unit here: it sees the problem because it leads it
    office.verify(seen(problem), actor=Actor(by=other), now=NOW)
    problem.refresh_from_db()
    assert problem.state == State.VERIFIED


def test_solving_needs_words_and_evidence(town: Town) -> None:
    problem, their = given(town.projects[0], town.land), Actor(by=town.land_user)
    with pytest.raises(Refused, match="写清怎么解决的"):
        actions.solve(seen(problem), " ", actor=their, now=NOW, files=[photo()])
    with pytest.raises(Refused, match="办结要有凭证"):
        actions.solve(seen(problem), "已迁", actor=their, now=NOW)
    with pytest.raises(Refused, match="不是照片或已损坏"):
        actions.solve(seen(problem), "已迁", actor=their, now=NOW, files=[photo("a.jpg"), _fake()])
    problem.refresh_from_db()
    assert problem.state == State.ASSIGNED and not ProblemPhoto.objects.exists()


def _fake():
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("批件.jpg", b"%PDF-1.4", "image/jpeg")


def test_after_a_return_the_clock_and_its_reminders_run_again(town: Town, office_user: User) -> None:
    problem = given(town.projects[0], town.land, due_on=date(2018, 9, 13))
    Duty.objects.open().update(warned=2)
    actions.solve(seen(problem), "已迁", actor=Actor(by=town.land_user), now=NOW, files=[photo()])
    late = NOW + timedelta(days=5)
    office.return_for_rework(seen(problem), "现场还有一根", actor=Actor(by=office_user), now=late)
    problem.refresh_from_db()
    assert (problem.state, problem.due_on, problem.solved_by) == ("assigned", date(2018, 9, 20), None)
    duty = Duty.objects.open().get()
    assert (duty.kind, duty.warned, duty.due_at, duty.unit) == ("problem.solve", 0, at(9, 20), town.land)


def test_sent_back_amended_and_withdrawn(town: Town, territory_user: User, office_user: User) -> None:
    problem, me = report(town.projects[0], by=territory_user), Actor(by=office_user)
    with pytest.raises(Refused, match="写清缺什么"):
        office.send_back(seen(problem), "", actor=me, now=NOW)
    office.send_back(seen(problem), "请附回函", actor=me, now=NOW)
    assert owed(territory_user) == ["problem.amend"] and owed(office_user) == []
    mine = Actor(by=territory_user)
    friday = datetime(2018, 9, 14, 9, 0, tzinfo=BEIJING)
    reporting.amend(seen(problem), "回函已附", actor=mine, now=friday)
    assert Duty.objects.open().get().due_at == at(9, 17)  # the office's day starts anew
    with pytest.raises(NotAllowed, match="要由报送单位来做"):
        reporting.withdraw(seen(problem), "不用了", actor=me, now=LATER)
    reporting.withdraw(seen(problem), "昨天已迁", actor=mine, now=LATER)
    problem.refresh_from_db()
    assert problem.state == State.WITHDRAWN and not Duty.objects.open().exists()


def test_the_lead_may_say_that_it_is_not_theirs(town: Town, office_user: User) -> None:
    problem = given(town.projects[0], town.land)
    actions.decline(seen(problem), "属供电公司", actor=Actor(by=town.land_user), now=LATER)
    problem.refresh_from_db()
    assert (problem.state, problem.lead, problem.due_on) == ("reported", None, None)
    assert owed(office_user) == ["problem.assign"] and owed(town.land_user) == []
    office.assign(seen(problem), Assignment(town.finance.pk, DUE), actor=Actor(by=office_user), now=LATER)
    assert owed(town.finance_user) == ["problem.solve"]


def test_reassigning_takes_it_from_the_first(town: Town, office_user: User) -> None:
    problem = given(town.projects[0], town.land)
    office.assign(seen(problem), Assignment(town.finance.pk, DUE), actor=Actor(by=office_user), now=LATER)
    assert owed(town.land_user) == [] and owed(town.finance_user) == ["problem.solve"]
    assert Event.objects.latest("pk").rows.first().changes["主办单位"] == ["区国土分局", "区财政局"]


def test_two_officials_at_once(town: Town, office_user: User) -> None:
    problem = report(town.projects[0])
    looked_at = seen(problem)
    office.assign(looked_at, Assignment(town.land.pk, DUE), actor=Actor(by=office_user), now=NOW)
    with pytest.raises(Conflict) as second:
        office.assign(looked_at, Assignment(town.finance.pk, DUE), actor=Actor(by=office_user), now=NOW)
    said = str(second.value)
    assert "刚由周敏于9月12日8:30分办：主办区国土分局，期限9月21日" in said
    assert "现在是“办理中”。你填的还在" in said
    problem.refresh_from_db()
    assert problem.lead == town.land


def test_a_dissolved_or_unknown_unit_is_not_assigned_to(town: Town, district, office_user: User) -> None:
    gone = UnitFactory(name="区园林局", parent=district, dissolved_on=TODAY, successor=town.land)
    problem, me = report(town.projects[0]), Actor(by=office_user)
    with pytest.raises(Refused, match="区园林局已撤销，请选承接它的区国土分局"):
        office.assign(seen(problem), Assignment(gone.pk, DUE), actor=me, now=NOW)
    with pytest.raises(Refused, match="从名单里选一个单位"):
        office.assign(seen(problem), Assignment(district.pk, DUE), actor=me, now=NOW)


def test_merging_keeps_both_rows_and_shows_both_threads(
    town: Town, territory_user: User, office_user: User
) -> None:
    first = report(town.projects[0], by=territory_user, words="线杆没有迁走，请供电公司来迁")
    second = given(town.projects[0], town.land, words="十千伏线杆挡路，要供电公司定时间")
    third = report(town.projects[0], words="还是线杆的事，没人管")
    me = Actor(by=office_user)
    actions.note_meeting(first, 7, actor=me, now=NOW)
    kept = office.merge(seen(first, second), actor=me, now=LATER)
    assert kept == second  # furthest along
    first.refresh_from_db()
    assert (first.state, first.merged_into, first.words) == ("merged", second, "线杆没有迁走，请供电公司来迁")
    words = [(entry.note.words, entry.from_double) for entry in thread(second)]
    assert ("线杆没有迁走，请供电公司来迁", first.title) in words
    second.refresh_from_db()
    assert second.meetings == 1
    assert owed(office_user) == ["problem.assign"]  # only the third is left to assign
    office.merge(seen(third, second), actor=me, now=LATER, into=third.pk)
    first.refresh_from_db()
    assert first.merged_into == third
    assert len(thread(third)) == len([note for p in (first, second, third) for note in p.notes.all()])


def test_only_doubles_of_one_project_are_merged(town: Town, office_user: User) -> None:
    one, other = report(town.projects[0]), report(town.projects[1])
    with pytest.raises(Refused, match="不在同一个项目，不能合并"):
        office.merge(seen(one, other), actor=Actor(by=office_user), now=NOW)
    with pytest.raises(Refused, match="合并要选两项以上"):
        office.merge(seen(one), actor=Actor(by=office_user), now=NOW)


def test_batches_number_on_and_never_give_a_number_twice(town: Town, office_user: User) -> None:
    problems = [report(town.projects[0], words=f"第{n}个不同的问题") for n in range(3)]
    me = Actor(by=office_user)
    first = office.open_batch(actor=me, now=NOW)
    second = office.open_batch(actor=me, now=NOW, title="6月梳理")
    assert (str(first), str(second)) == ("第一批", "第二批")
    office.put_into_batch(seen(*problems), second, actor=me, now=NOW)
    assert [p.list_number for p in Problem.objects.order_by("pk")] == ["2-01", "2-02", "2-03"]
    office.put_into_batch(seen(problems[2]), first, actor=me, now=NOW)
    office.put_into_batch(seen(problems[2]), second, actor=me, now=NOW)
    office.put_into_batch(seen(problems[2]), second, actor=me, now=NOW)
    assert [p.list_number for p in Problem.objects.order_by("pk")] == ["2-01", "2-02", "2-04"]
    assert Batch.objects.get(number=2).last_number == 4
    with pytest.raises(PermissionDenied, match="批次由区重大办来编"):
        office.open_batch(actor=Actor(by=town.land_user), now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Problem.objects.filter(pk=problems[0].pk).update(number=2)


def test_raised_to_a_leader_and_read(town: Town, leader_user: User, office_user: User) -> None:
    problem, me = given(town.projects[0], town.land), Actor(by=office_user)
    with pytest.raises(Refused, match="现在不是区领导"):
        office.raise_to_leader(seen(problem), office_user, "请定口径", actor=me, now=NOW)
    office.raise_to_leader(seen(problem), leader_user, "请定口径", actor=me, now=NOW)
    office.raise_to_leader(seen(problem), leader_user, "再请", actor=me, now=NOW)
    assert Raising.objects.count() == 1
    assert owed(leader_user) == ["problem.read"]
    assert Duty.objects.open().get(kind="problem.read").due_at == at(9, 17)
    with pytest.raises(NotAllowed, match="提请到的领导"):
        actions.read_raised(seen(problem), actor=me, now=NOW)
    actions.read_raised(seen(problem), actor=Actor(by=leader_user), now=LATER, words="先定拆迁口径")
    assert owed(leader_user) == [] and owed(town.land_user) == ["problem.solve"]
    problem.refresh_from_db()
    assert problem.state == State.ASSIGNED


def test_at_three_meetings_it_is_repeated(town: Town) -> None:
    problem = given(town.projects[0], town.land)
    counts = [actions.note_meeting(problem, meeting, actor=SYSTEM, now=NOW) for meeting in (1, 2, 2, 3)]
    assert counts == [1, 2, 2, 3]
    problem.refresh_from_db()
    assert problem.repeated and problem.meetings == 3
    assert Event.objects.latest("pk").summary.startswith("问题上例会，重复上会3次")


def test_reopened(town: Town, office_user: User) -> None:
    problem, me = given(town.projects[0], town.land), Actor(by=office_user)
    actions.solve(seen(problem), "已迁", actor=Actor(by=town.land_user), now=NOW, files=[photo()])
    office.verify_and_close(seen(problem), actor=me, now=NOW)
    with pytest.raises(Refused, match="已经过了"):
        office.reopen(seen(problem), "又立起来了", date(2018, 9, 1), actor=me, now=NOW)
    office.reopen(seen(problem), "又立起来了", DUE, actor=me, now=NOW)
    problem.refresh_from_db()
    assert (problem.state, problem.closed_at, problem.due_on) == ("assigned", None, DUE)
    assert owed(town.land_user) == ["problem.solve"]


def test_a_dissolved_units_problems_go_to_its_successor(town: Town, district) -> None:
    led = given(town.projects[0], town.land)
    helped = report(town.projects[1])
    wanted = Assignment(town.finance.pk, DUE, co_units=(town.land.pk,))
    office.assign(seen(helped), wanted, actor=SYSTEM, now=NOW)
    heir = UnitFactory(name="区自然资源局", parent=district)
    heir_user = appoint(UserFactory(), Role.DEPARTMENT, unit=heir)
    assert actions.transfer_unit(town.land, heir, SYSTEM, NOW) == 2
    led.refresh_from_db()
    assert led.lead == heir and list(helped.co_units.all()) == [heir]
    assert owed(heir_user) == ["problem.solve"] and owed(town.land_user) == []
    assert led.notes.last().facts == "区国土分局撤销，由区自然资源局承接"
    event = Event.objects.latest("pk")
    assert event.verb == "problems.problem.transferred"
    assert event.rows.filter(subject_id=led.pk, subject_kind="problems.problem").get().changes == {
        "主办单位": ["区国土分局", "区自然资源局"]
    }


def test_joining_what_was_reported_already(town: Town, territory_user: User) -> None:
    problem, mine = given(town.projects[0], town.land), Actor(by=territory_user)
    draft = reporting.save_draft(town.projects[0], {"words": WORDS}, actor=mine, now=NOW)
    note = reporting.join_draft(draft, problem.pk, WORDS, actor=mine, now=LATER)
    assert note.problem == problem and note.words == WORDS
    assert Problem.objects.count() == 1 and not type(draft).objects.exists()
    elsewhere = add_project(town.place, "另一个")
    draft = reporting.save_draft(elsewhere, {"words": WORDS}, actor=mine, now=NOW)
    with pytest.raises(Refused, match="请直接提交"):
        reporting.join_draft(draft, problem.pk, WORDS, actor=mine, now=LATER)


def test_the_office_keeps_the_classes(town: Town, office_user: User, territory_user: User) -> None:
    me = Actor(by=office_user)
    added = classes.add_class("涉军涉铁", actor=me, now=NOW, short_name="涉铁")
    below = classes.add_class("铁路道口", actor=me, now=NOW, parent=added)
    assert below.path == f"{added.path}0001." and str(added) == "涉铁"
    with pytest.raises(Refused, match="下面不再分"):
        classes.add_class("更细", actor=me, now=NOW, parent=below)
    with pytest.raises(Refused, match="已经有了"):
        classes.rename_class(added, "资金", "", actor=me, now=NOW)
    with pytest.raises(PermissionDenied, match="由区重大办维护"):
        classes.add_class("别的", actor=Actor(by=territory_user), now=NOW)
    classes.set_class_retired(added, True, actor=me, now=NOW)
    with pytest.raises(Refused, match="先选一类"):
        reporting.report_problems(
            [ProblemInput(town.projects[0].pk, added.pk, "道口没有批")], actor=me, now=NOW
        )


def test_who_may_not_sees_no_row(town: Town, stranger: User) -> None:
    problem = given(town.projects[0], town.land)
    with pytest.raises(Refused, match="不在了"):
        actions.add_note(seen(problem), "我来看看", actor=Actor(by=stranger), now=NOW)
