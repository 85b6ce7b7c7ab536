"""签发与发送：取号不断不重，文件定住，替换，签收，催，核验，下载有记录。"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests import people
from tests.documents.builders import RIGHT, begin, two_files
from tests.factories import NOW
from xushi.config import clock
from xushi.core.months import Month
from xushi.documents.issuing import issue_paper, submit_paper
from xushi.documents.models import Download, Paper, PaperSerial, Sending
from xushi.documents.selectors import Wanted, named_in_bulletins, page_of, year_of_units
from xushi.documents.sendings import remind_readers, send_paper
from xushi.duties.models import Duty
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.notices.models import Notice
from xushi.notices.recipients import VERBS
from xushi.notices.writing import write_notices
from xushi.registry.checking import Refused
from xushi.units.models import Unit, User

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.MEDIA_ROOT = tmp_path / "uploads"


def url(name: str, *args: Any) -> str:
    return reverse(f"documents:{name}", args=args)


def how(user: User) -> dict[str, Any]:
    return {"actor": Actor(by=user), "now": NOW}


def issued(office: User, **given: Any) -> Paper:
    return issue_paper(begin(office, RIGHT, **given).pk, seen=1, make=two_files, **how(office))


@pytest.mark.django_db
def test_what_is_issued_is_fixed(office_user: User, signed_in: SignIn) -> None:
    paper = issued(office_user)
    client = signed_in(office_user)
    data = f"docx {paper.number}".encode()
    assert paper.files.get(form="docx").sha256 == sha256(data).hexdigest()
    answer = client.get(url("file", paper.pk, "docx"))
    assert answer.content == data and "filename*=UTF-8''" in answer["Content-Disposition"]
    assert client.post(url("edit", paper.pk), {"text": "改", "title": "改", "seen": 1}).status_code == 422
    assert paper.versions.count() == 1
    assert Download.objects.get().by_name == "周敏"
    assert Event.objects.filter(verb="documents.paper.downloaded").count() == 1


@pytest.mark.django_db
def test_a_unit_signs_for_it_by_opening_it(
    office_user: User, territory_user: User, stranger: User, leader_user: User, signed_in: SignIn
) -> None:
    paper = issued(office_user)
    assert signed_in(territory_user).get(url("paper", paper.pk)).status_code == 404
    unit = territory_user.unit
    assert unit is not None
    page = signed_in(office_user).get(url("send", paper.pk)).content.decode()
    assert f'value="{unit.pk}" data-pick checked' in page and 'value="named" selected' in page
    signed_in(office_user).post(url("send", paper.pk), {"units": [unit.pk], f"stance-{unit.pk}": "named"})
    sending = Sending.objects.get()
    assert sending.named and Duty.objects.open().filter(unit=unit).count() == 1
    signed_in(leader_user).get(url("paper", paper.pk))
    sending.refresh_from_db()
    assert sending.read_at is None  # who only looks does not sign
    assert "1份还没签收" in signed_in(territory_user).get(url("papers")).content.decode()
    remind_readers(paper.pk, **how(office_user))
    said = signed_in(territory_user).get(url("paper", paper.pk)).content.decode()
    assert "江浦街道已签收" in said and "谁下载过" not in said
    for inside in ("annotated", "moved", "versions"):
        assert signed_in(territory_user).get(url(inside, paper.pk)).status_code == 404, inside
    sending.refresh_from_db()
    assert sending.read_name == "王街道"
    assert not Duty.objects.open().filter(unit=unit).exists()
    assert signed_in(stranger).get(url("paper", paper.pk)).status_code == 404
    assert signed_in(stranger).get(url("file", paper.pk, "pdf")).status_code == 404
    with pytest.raises(Refused, match="都签收了"):
        remind_readers(paper.pk, **how(office_user))
    with pytest.raises(Refused, match="还没发过"):
        send_paper(paper.pk, [unit], **how(office_user))


@pytest.mark.django_db
def test_the_year_of_a_unit_counts_what_it_was_named_in(office_user: User, territory_user: User) -> None:
    unit = territory_user.unit
    assert unit is not None
    send_paper(issued(office_user).pk, [unit], named=[unit.pk], **how(office_user))
    send_paper(issued(office_user).pk, [unit], praised=[unit.pk], **how(office_user))
    [row] = year_of_units(office_user, 2018)
    assert (row.unit, row.sent, row.named, row.praised, row.unsigned) == ("江浦街道", 2, 1, 1, 2)
    found = page_of(office_user, Wanted.read({"to": str(row.pk), "said": "named", "year": "2018"}))
    assert [one.title for one in found] == ["关于重大项目推进情况的通报"]
    assert len(page_of(office_user, Wanted.read({"to": str(row.pk)})).object_list) == 2
    assert named_in_bulletins(unit, 2018) == {"named": 1, "praised": 1}
    assert named_in_bulletins(unit, 2017) == {"named": 0, "praised": 0}


@pytest.mark.django_db
def test_a_correction_is_a_numbered_replacement(
    office_user: User, territory_user: User, signed_in: SignIn
) -> None:
    old, client = issued(office_user, month=Month(2018, 8)), signed_in(office_user)
    unit = territory_user.unit
    assert unit is not None
    send_paper(old.pk, [unit], **how(office_user))
    client.post(url("replace", old.pk))
    assert "已有一份在替换它" in client.post(url("replace", old.pk), follow=True).content.decode()
    new = Paper.objects.get(replaces=old)
    assert new.month == "2018-08"  # it is held to the same figures
    issue_paper(new.pk, seen=1, make=two_files, **how(office_user))
    old.refresh_from_db()
    assert (old.state, old.number) == ("replaced", "浦重大办〔2018〕1号")
    told = signed_in(territory_user).get(url("paper", old.pk)).content.decode()
    assert "浦重大办〔2018〕2号替换，新的一份还没有发来" in told and url("paper", new.pk) not in told
    assert (
        f'value="{unit.pk}" data-pick checked'
        in signed_in(office_user).get(url("send", new.pk)).content.decode()
    )
    send_paper(new.pk, [unit], **how(office_user))
    assert (
        "浦重大办〔2018〕2号</a>替换" in signed_in(territory_user).get(url("paper", old.pk)).content.decode()
    )
    with pytest.raises(Refused, match="被替换的请发新的"):
        send_paper(old.pk, [unit], **how(office_user))


@pytest.mark.django_db
def test_anybody_may_verify_and_learns_no_more(
    office_user: User, stranger: User, client: Client, signed_in: SignIn
) -> None:
    paper = issued(office_user)
    page = url("verify", paper.code)
    data = f"%PDF {paper.number}".encode()
    good = client.post(page, {"file": SimpleUploadedFile("a.pdf", data)}).content.decode()
    assert "一致：这就是" in good and paper.number not in good and paper.title not in good
    bad = client.post(page, {"file": SimpleUploadedFile("a.pdf", data + b" ")}).content.decode()
    assert "不一致" in bad
    assert paper.number not in signed_in(stranger).get(page).content.decode()
    said = signed_in(office_user).post(page, {"sha256": sha256(data).hexdigest().upper()}).content.decode()
    assert paper.number in said and "有效" in said and "一致：这就是" in said
    draft = begin(office_user)
    assert client.get(url("verify", draft.code)).status_code == 404


@pytest.mark.django_db
def test_no_letterhead_no_number(office_user: User) -> None:
    paper = begin(office_user, RIGHT)
    office_user.unit.letterhead.delete()  # type: ignore[union-attr]
    with pytest.raises(Refused, match="还没有红头"):
        issue_paper(paper.pk, seen=1, make=two_files, **how(office_user))
    assert not PaperSerial.objects.exists()


@pytest.mark.django_db
def test_a_printer_that_fails_gives_the_number_back(office_user: User) -> None:
    paper = begin(office_user, RIGHT)

    def broken(_: Paper) -> dict[str, bytes]:
        raise ValueError("no font")

    with pytest.raises(ValueError, match="no font"):
        issue_paper(paper.pk, seen=1, make=broken, **how(office_user))
    assert issued(office_user).serial == 1


@pytest.mark.slow
@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_many_issue_at_once_without_gap_or_double() -> None:
    root = people.district()
    office = people.person("office_user", root)
    papers = [begin(office, RIGHT, title=f"第{n}份").pk for n in range(8)]
    papers.append(papers[0])  # two issue the same one
    start = Barrier(len(papers))

    def work(pk: int) -> str:
        try:
            start.wait()
            return issue_paper(
                pk, seen=1, make=two_files, actor=Actor(by=User.objects.get(pk=office.pk)), now=NOW
            ).number
        except Refused:
            return ""
        finally:
            connection.close()

    with ThreadPoolExecutor(len(papers)) as pool:
        numbers = list(pool.map(work, papers))
    assert sorted(filter(None, numbers)) == sorted(f"浦重大办〔2018〕{n}号" for n in range(1, 9))
    assert PaperSerial.objects.get(office=Unit.objects.get(name="区重大办"), year=2018).last == 8


@pytest.mark.django_db
def test_who_hears_of_it(
    office_user: User, leader_user: User, territory_user: User, stranger: User, signed_in: SignIn
) -> None:
    paper = begin(office_user, RIGHT)
    unit, other = territory_user.unit, stranger.unit
    assert unit is not None and other is not None
    submit_paper(paper.pk, leader_user, seen=1, **how(office_user))
    issue_paper(paper.pk, seen=1, make=two_files, **how(leader_user))
    send_paper(paper.pk, [unit, other], **how(office_user))
    signed_in(stranger).get(url("paper", paper.pk))  # has signed: is not reminded
    remind_readers(paper.pk, **how(office_user))
    for event in Event.objects.filter(verb__startswith="documents.paper.").order_by("pk"):
        if event.verb in VERBS:
            write_notices(event)
    heard = {
        user: Notice.objects.filter(reader=user).count()
        for user in (leader_user, office_user, territory_user)
    }
    assert heard == {leader_user: 1, office_user: 1, territory_user: 2}
    assert not Notice.objects.filter(reader=stranger).exists()  # signed before anybody told
    assert Notice.objects.filter(reader=territory_user, url=url("paper", paper.pk)).exists()
