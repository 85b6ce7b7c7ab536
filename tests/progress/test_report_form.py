"""报进度的表：谁能填、谁只能看；测算、改数、草稿、照片、两人同时、过期；不靠脚本。"""

import io
from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from tests.factories import NOW
from tests.progress.builders import AUGUST, WAN, add_project, given_year
from xushi.alerts.models import ThresholdSet
from xushi.config import clock
from xushi.journal.actions import SYSTEM
from xushi.progress import actions
from xushi.progress.actions import ReportInput
from xushi.progress.models import MonthClosing, MonthlyReport
from xushi.progress.models_reports import ReportDraft, ReportPhoto
from xushi.registry.models import Project
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
SENT = {
    "act": "submit",
    "entered": "month",
    "amount": "2,160",
    "physical_progress": "主体结构封顶",
    "has_difficulty": "no",
    "based_on": "0",
}


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def project(subdistrict: Unit) -> Project:
    return given_year(subdistrict)


@pytest.fixture
def reporter(territory_user: User, signed_in: SignIn) -> Client:
    return signed_in(territory_user)


def url(project: Project, name: str = "report", month: str = "2018-08") -> str:
    return reverse(f"progress:{name}", args=[project.pk, month])


def test_the_form_shows_last_month_beside_each_field(project: Project, reporter: Client) -> None:
    page = reporter.get(url(project)).content.decode()
    assert "上月1,850万元" in page
    assert "上月：主体施工至三层。" in page
    assert "逾7天" in page
    assert "序时66.7%" in page


def test_sending_in_one_tap(project: Project, reporter: Client) -> None:
    sent = reporter.post(url(project), SENT, follow=True)
    assert MonthlyReport.objects.get(month=AUGUST).cumulative == 16_660 * WAN
    assert "2018年8月月报已送审" in sent.content.decode()


def test_the_cumulative_may_be_entered_instead(project: Project, reporter: Client) -> None:
    reporter.post(url(project), SENT | {"entered": "cumulative", "amount": "１６６６０"})
    assert MonthlyReport.objects.get(month=AUGUST).cumulative == 16_660 * WAN


def test_the_other_follows_when_the_switch_is_turned(project: Project, reporter: Client) -> None:
    turned = {"entered": "cumulative", "shown": "month", "amount": "2160"}
    assert 'value="16,660"' in reporter.post(url(project, "switch"), turned).content.decode()
    back = {"entered": "month", "shown": "cumulative", "amount": "16,660"}
    assert 'value="2,160"' in reporter.post(url(project, "switch"), back).content.decode()


def test_the_preview_recalculates_and_writes_nothing(project: Project, reporter: Client) -> None:
    page = reporter.post(url(project, "preview"), {"entered": "month", "amount": "2160"}).content.decode()
    assert "累计16,660万元" in page
    assert "慢8.4个百分点" in page
    assert not ReportDraft.objects.exists()


def test_the_extra_digit_comes_with_two_buttons(project: Project, reporter: Client) -> None:
    page = reporter.post(url(project), SENT | {"amount": "21,600"})
    assert page.status_code == 422
    text = page.content.decode()
    assert "是上月的11.7倍，可能多填了一位。" in text
    assert "若填2,160，累计为16,660万元。" in text
    assert "改为2,160" in text
    assert "数字无误，写说明" in text
    assert not MonthlyReport.objects.filter(month=AUGUST).exists()


def test_the_fix_works_without_script(project: Project, reporter: Client) -> None:
    fixed = SENT | {"amount": "21,600", "fix": "2,160"}
    del fixed["act"]
    page = reporter.post(url(project), fixed, follow=True).content.decode()
    assert 'value="2,160"' in page
    assert "按所填测算" in page


def test_the_explanation_opens_without_script_and_is_enough(project: Project, reporter: Client) -> None:
    asked = SENT | {"amount": "21,600", "explain": "1"}
    del asked["act"]
    answer = reporter.post(url(project), asked)
    assert answer.headers["Location"].endswith("?explain=1#explanation")
    reporter.post(url(project), SENT | {"amount": "21,600", "explanation": "设备款集中支付"})
    assert MonthlyReport.objects.get(month=AUGUST).cumulative == 36_100 * WAN


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"amount": "两千"}, "“两千”不是数，请只填数字，单位是万元，如2,160。"),
        ({"amount": ""}, "还没填完成投资，没有进展请填0。"),
        ({"amount": "-20000"}, "累计完成投资不能是负数"),
        ({"physical_progress": " "}, "写一句形象进度"),
        ({"has_difficulty": "yes"}, "选一类问题"),
        ({"has_difficulty": "yes", "difficulty_kinds": ["land"]}, "写清卡在哪、要谁办。"),
        ({"completed_on": "2018-08-20"}, "还没有开工日期就报竣工"),
    ],
)
def test_each_mistake_has_its_sentence_and_loses_nothing(
    project: Project, reporter: Client, typed: dict[str, object], says: str
) -> None:
    page = reporter.post(url(project), SENT | typed)
    assert page.status_code == 422
    assert says in page.content.decode()
    assert ReportDraft.objects.get().typed["facts" if "facts" in typed else "entered"] == "month"


def test_a_draft_is_kept_as_typed_and_comes_back(project: Project, reporter: Client) -> None:
    kept = reporter.post(url(project, "draft"), {"amount": "2千1", "physical_progress": "写了一半"})
    assert "草稿存于8:30" in kept.content.decode()
    page = reporter.get(url(project)).content.decode()
    assert 'value="2千1"' in page
    assert "写了一半" in page


def test_an_expired_session_keeps_the_draft(project: Project, reporter: Client, territory_user: User) -> None:
    reporter.post(url(project, "draft"), {"amount": "2160", "physical_progress": "写了一半"})
    page = f"http://testserver{url(project)}"
    reporter.logout()
    late = reporter.post(
        url(project, "draft"), {"amount": "2170"}, headers={"HX-Request": "true", "HX-Current-URL": page}
    )
    assert late.status_code == 401
    assert url(project).replace("/", "%2F") in late.headers["HX-Redirect"]
    reporter.force_login(territory_user, backend="django.contrib.auth.backends.ModelBackend")
    again = reporter.get(url(project)).content.decode()
    assert 'value="2160"' in again
    revision = ReportDraft.objects.get().revision
    assert f'data-draft-key="report-{project.pk}-2018-08-v0" data-draft-rev="{revision}"' in again


def test_two_people_at_once(project: Project, reporter: Client, owner_user: User, signed_in: SignIn) -> None:
    Project.objects.filter(pk=project.pk).update(owner_unit=owner_user.unit)
    second = signed_in(owner_user)
    assert second.get(url(project)).status_code == 200
    reporter.post(url(project), SENT)
    page = second.post(url(project), SENT | {"amount": "2,200", "physical_progress": "外立面"})
    text = page.content.decode()
    assert page.status_code == 422
    assert "9月12日8:30由王街道报过" in text
    assert '<td>16,660万元</td><td class="bold">16,700万元</td>' in text
    assert 'value="2,200"' in text
    assert 'name="based_on" value="1"' in text
    second.post(url(project), SENT | {"amount": "2,200", "based_on": "1"})
    assert MonthlyReport.objects.get(month=AUGUST).cumulative == 16_700 * WAN


def test_a_draft_older_than_a_report_says_so(project: Project, reporter: Client) -> None:
    reporter.post(url(project, "draft"), {"amount": "2200"})
    actions.submit_reports([ReportInput(project.pk, AUGUST, 16_660 * WAN)], actor=SYSTEM, now=NOW)
    assert "你存草稿以后，系统于9月12日8:30报了累计16,660万元" in reporter.get(url(project)).content.decode()


def test_strangers_see_nothing_and_leaders_only_read(
    project: Project, stranger: User, leader_user: User, office_user: User, signed_in: SignIn
) -> None:
    for name in ("report", "draft", "preview", "switch", "photos"):
        assert signed_in(stranger).post(url(project, name), SENT).status_code == 404
        assert signed_in(leader_user).post(url(project, name), SENT).status_code == 403
    assert signed_in(stranger).get(url(project)).status_code == 404
    page = signed_in(leader_user).get(url(project)).content.decode()
    assert "还没有报。" in page
    assert "提交审核" not in page
    actions.submit_reports([ReportInput(project.pk, AUGUST, 16_660 * WAN)], actor=SYSTEM, now=NOW)
    assert "审核通过" in signed_in(office_user).get(url(project)).content.decode()
    assert "审核通过" not in signed_in(leader_user).get(url(project)).content.decode()


def test_closed_future_and_unknown_months(project: Project, reporter: Client) -> None:
    MonthClosing.objects.create(month=AUGUST, closed_at=NOW)
    assert "提交审核" not in reporter.get(url(project)).content.decode()
    assert reporter.post(url(project), SENT).status_code == 403
    assert "提交审核" not in reporter.get(url(project, month="2018-11")).content.decode()
    assert reporter.get(url(project, month="2018-13")).status_code == 404
    assert reporter.get(url(project, month="上个月")).status_code == 404


def photo_file(**save: object) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "grey").save(out, "JPEG", **save)
    return SimpleUploadedFile("现场.jpg", out.getvalue(), "image/jpeg")


def test_a_photo_loses_its_hidden_place_and_is_served_only_to_those_who_see_the_project(
    project: Project, reporter: Client, stranger: User, leader_user: User, signed_in: SignIn
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "phone"
    exif.get_ifd(0x8825)[1] = "N"
    strip = reporter.post(url(project, "photos"), {"photos": photo_file(exif=exif)})
    photo = ReportPhoto.objects.get()
    address = reverse("progress:photo", args=[photo.pk])
    assert address in strip.content.decode()
    served = signed_in(leader_user).get(address)
    assert served.headers["Content-Type"] == "image/jpeg"
    assert not Image.open(io.BytesIO(b"".join(served))).getexif()
    assert signed_in(stranger).get(address).status_code == 404
    reporter.post(url(project, "photos"), {"remove_photo": str(photo.pk)})
    assert not ReportPhoto.objects.exists()


def test_what_is_no_photo_is_refused_with_a_sentence(project: Project, reporter: Client) -> None:
    fake = SimpleUploadedFile("病毒.jpg", b"<script>alert(1)</script>", "image/jpeg")
    page = reporter.post(url(project, "photos"), {"photos": fake}).content.decode()
    assert "“病毒.jpg”不是照片或已损坏" in page
    large = SimpleUploadedFile("大.jpg", b"0" * (10 * 1024 * 1024 + 1), "image/jpeg")
    page = reporter.post(url(project, "photos"), {"photos": large}).content.decode()
    assert "超过10MB" in page
    assert not ReportPhoto.objects.exists()


def test_photos_go_with_the_form_without_script(project: Project, reporter: Client) -> None:
    reporter.post(url(project), SENT | {"photos": [photo_file()]})
    assert ReportPhoto.objects.get().month == AUGUST
    assert MonthlyReport.objects.filter(month=AUGUST).exists()


def test_my_list_says_what_to_do_first(
    project: Project, subdistrict: Unit, reporter: Client, office_user: User
) -> None:
    actor = actions.Actor(by=office_user)
    back, late = given_year(subdistrict, "退回的"), add_project(subdistrict, "催过的")
    [report] = actions.submit_reports([ReportInput(back.pk, AUGUST, 16_000 * WAN)], actor=SYSTEM, now=NOW)
    actions.return_report(report, "外立面完成量不对", actor=actor, now=NOW)
    actions.remind_reporters([late], AUGUST, actor=actor, now=NOW)
    page = reporter.get(reverse("progress:mine"), {"month": "2018-08"}).content.decode()
    assert "8月还有3个项目没报，其中1个退回要改" in page
    assert "退回：外立面完成量不对" in page
    assert "9月12日重大办催报" in page
    assert page.index("退回的") < page.index("催过的") < page.index(project.name)


def test_only_reporters_have_a_list(
    leader_user: User, office_user: User, stranger: User, signed_in: SignIn
) -> None:
    address = reverse("progress:mine")
    assert signed_in(leader_user).get(address).status_code == 403
    assert signed_in(office_user).get(address).status_code == 403
    assert "没有要报的项目" in signed_in(stranger).get(address).content.decode()


def test_a_returned_report_opens_with_its_reason_and_its_words(
    project: Project, reporter: Client, office_user: User
) -> None:
    reporter.post(url(project), SENT | {"started_on": "2018-08-06"})
    report = MonthlyReport.objects.get(month=AUGUST)
    actions.return_report(report, "开工日期核错", actor=actions.Actor(by=office_user), now=NOW)
    page = reporter.get(url(project)).content.decode()
    assert "开工日期核错" in page
    assert 'value="2,160"' in page
    assert 'value="2018-08-06"' in page
    reporter.post(url(project), SENT | {"started_on": "2018-08-08", "based_on": "1"})
    report.refresh_from_db()
    assert (report.state, report.started_on) == ("submitted", date(2018, 8, 8))


def test_the_district_sets_the_due_day_and_the_tolerance(project: Project, reporter: Client) -> None:
    ThresholdSet.objects.create(
        effective_at=NOW, values={"report_due_day": 15, "anomaly_factor": "12"}, reason="区里另定"
    )
    assert "还剩3天" in reporter.get(url(project)).content.decode()
    reporter.post(url(project), SENT | {"amount": "21,600"})
    assert MonthlyReport.objects.get(month=AUGUST).cumulative == 36_100 * WAN
