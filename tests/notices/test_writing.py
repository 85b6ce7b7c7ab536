"""写消息：一件事、一个读者、一条。"""

from datetime import date, timedelta

import pytest
from django.db import transaction

from tests.factories import NOW, UnitFactory, UserFactory, appoint
from tests.notices.conftest import Happen
from tests.progress.builders import add_project
from xushi.duties.actions import set_duty
from xushi.duties.actions_clock import warn_duties
from xushi.duties.models import Delegation
from xushi.duties.rules import Step
from xushi.journal.actions import RowChange
from xushi.journal.models import Reaction
from xushi.journal.worker import work
from xushi.notices import actions, selectors
from xushi.notices.models import Mute, Notice
from xushi.notices.writing import write_notices
from xushi.units.models import Appointment, Role, Unit

pytestmark = pytest.mark.django_db


def readers() -> list[str]:
    return sorted(Notice.objects.values_list("reader__name", flat=True))


def test_a_closed_month_is_told_to_leaders_and_the_office_once(
    happen: Happen, closing, office_user, leader_user, territory_user, system_admin
) -> None:
    event = happen("progress.month.closed", closing)
    assert Reaction.objects.get(name__endswith="reactions.tell").event == event
    with transaction.atomic():
        write_notices(event)
        write_notices(event)
    assert readers() == sorted([office_user.name, leader_user.name])
    notice = Notice.objects.visible_to(leader_user).get()
    assert (notice.title, notice.words, notice.topic) == ("月份关账：2018年8月", "第1版", "months")
    assert notice.url == "/overview/?month=2018-08"
    assert not notice.by_name


def test_the_worker_writes_it_with_the_reaction(happen: Happen, closing, leader_user) -> None:
    happen("progress.month.closed", closing)
    work(NOW + timedelta(minutes=1))
    assert readers() == [leader_user.name]
    assert not Reaction.objects.filter(done_at=None).exists()


def test_who_did_it_does_not_hear_of_it(happen: Happen, closing, office_user, leader_user) -> None:
    write_notices(happen("progress.month.closed", closing, by=office_user))
    assert readers() == [leader_user.name]


def test_who_muted_the_topic_hears_only_what_names_them(
    happen: Happen, closing, leader_user, territory_user, subdistrict
) -> None:
    actions.set_mutes(["months", "reports", "nonsense"], user=leader_user)
    assert set(Mute.objects.values_list("topic", flat=True)) == {"months", "reports"}
    actions.set_mutes(["months", "reports"], user=territory_user)
    write_notices(happen("progress.month.closed", closing))
    assert readers() == []
    project = add_project(subdistrict, "紫光项目")
    write_notices(happen("progress.report.returned", project, changes={"理由": [None, "累计比上月小"]}))
    notice = Notice.objects.get()
    assert notice.reader == territory_user and notice.by_name
    assert (notice.title, notice.words) == ("月报退回：紫光项目", "累计比上月小")


def test_a_bulk_event_is_one_notice_for_each_reader_with_what_concerns_them(
    happen: Happen, territory_user, stranger, subdistrict, other_subdistrict, owner_user
) -> None:
    mine = [add_project(subdistrict, f"第{n}号项目") for n in range(4)]
    theirs = add_project(other_subdistrict, "外面的项目", owner_unit=owner_user.unit)
    rows = [RowChange(project, project.name) for project in [*mine, theirs]]
    write_notices(happen("progress.report.reminded", rows=rows))
    own = Notice.objects.visible_to(territory_user).get()
    assert own.title == "催报月报4件"
    assert own.words == "第0号项目、第1号项目、第2号项目等4件"
    assert own.url == "/progress/mine/"
    for person in (stranger, owner_user):
        other = Notice.objects.visible_to(person).get()
        assert (other.title, other.url) == ("催报月报：外面的项目", f"/projects/{theirs.pk}/")


def test_people_of_units_above_of_successors_and_stand_ins(
    happen: Happen, district, subdistrict, territory_user, leader_user
) -> None:
    below = UnitFactory(name="江浦街道项目办", parent=subdistrict)
    inside = appoint(UserFactory(name="项目办的人"), Role.TERRITORY, unit=below)
    gone = UnitFactory(
        name="旧街道",
        parent=district,
        kind=Unit.Kind.SUBDISTRICT,
        dissolved_on=date(2018, 9, 1),
        successor=below,
    )
    left = appoint(UserFactory(name="离任的人"), Role.TERRITORY, unit=below)
    Appointment.objects.filter(user=left).update(ended_at=NOW)
    appoint(UserFactory(name="停用的人", is_active=False), Role.TERRITORY, unit=below)
    write_notices(happen("progress.report.returned", add_project(gone, "老项目")))
    assert readers() == sorted([inside.name, territory_user.name])


def warned(duty, step: Step, happened=NOW):
    return write_notices(warn_duties([(duty, step)], now=happened))


def test_reminders_go_to_the_holder_then_the_head_then_the_office(
    subdistrict, territory_user, office_user, closing
) -> None:
    head = appoint(UserFactory(name="江浦主任"), Role.TERRITORY, unit=subdistrict)
    Appointment.objects.filter(user=head).update(is_head=True)
    duty = set_duty(
        subject=closing, kind="order.reply", title="倒排工期", number="督办17号", note="紫光项目 · 江浦街道",
        unit=subdistrict, due_at=NOW + timedelta(days=1), url="/supervision/orders/17", now=NOW,
    )  # fmt: skip
    found = warned(duty, Step.SOON)
    assert {notice.reader_id for notice in found} == {territory_user.pk, head.pk}
    assert (found[0].title, found[0].words) == ("快到期：督办17号", "倒排工期 · 紫光项目 · 江浦街道")
    assert found[0].by_name and found[0].url == "/supervision/orders/17"
    duty.refresh_from_db()
    assert {one.title for one in warned(duty, Step.OVERDUE)} == {"已逾期：督办17号"}
    duty.refresh_from_db()
    [told] = warned(duty, Step.HEAD)
    assert (told.reader_id, told.title) == (head.pk, "本单位逾期未办：督办17号")
    duty.refresh_from_db()
    [told] = warned(duty, Step.OFFICE)
    assert (told.reader_id, told.title) == (office_user.pk, "逾期未办：督办17号")


def test_a_duty_that_is_done_reminds_nobody(subdistrict, territory_user, closing) -> None:
    duty = set_duty(subject=closing, kind="x", title="办", unit=subdistrict, due_at=NOW, now=NOW)
    event = warn_duties([(duty, Step.OVERDUE)], now=NOW)
    type(duty).objects.filter(pk=duty.pk).update(done_at=NOW)
    assert write_notices(event) == []


def test_what_is_confidential_stays_with_the_named_person(closing, leader_user, office_user) -> None:
    stand_in = appoint(UserFactory(name="代办的人"), Role.OFFICE, unit=office_user.unit)
    Delegation.objects.create(
        user=leader_user, to=stand_in, first=NOW.date(), last=NOW.date(), reason="出差", made_at=NOW
    )
    open_one = set_duty(subject=closing, kind="a", title="阅反馈", person=leader_user, due_at=NOW, now=NOW)
    assert {one.reader_id for one in warned(open_one, Step.OVERDUE)} == {leader_user.pk, stand_in.pk}
    closed = set_duty(
        subject=closing, kind="b", title="阅密件", person=leader_user, due_at=NOW, now=NOW, confidential=True
    )
    [notice] = warned(closed, Step.OFFICE)
    assert notice.reader_id == leader_user.pk and notice.confidential


def test_reading(happen: Happen, closing, leader_user, office_user) -> None:
    for _ in range(3):
        write_notices(happen("progress.month.closed", closing))
    first, second, third = Notice.objects.visible_to(leader_user).order_by("pk")
    theirs = Notice.objects.visible_to(office_user).first()
    assert selectors.unread_count(leader_user) == 3
    assert actions.mark_read([first.pk, theirs.pk], reader=leader_user, now=NOW) == 1
    assert actions.mark_all_read(reader=leader_user, now=NOW, up_to=second.pk) == 1
    assert list(selectors.unread(leader_user)) == [third]
    assert [one.pk for one in selectors.read(leader_user)] == [second.pk, first.pk]
    assert selectors.unread_count(office_user) == 3


@pytest.mark.parametrize("many", [3, 40])
def test_a_fixed_number_of_queries_however_many_subjects(
    many: int, happen: Happen, territory_user, subdistrict, django_assert_num_queries
) -> None:
    rows = [RowChange(add_project(subdistrict, f"第{n}号"), f"第{n}号") for n in range(many)]
    event = happen("progress.report.reminded", rows=rows)
    with django_assert_num_queries(7):
        write_notices(event)
