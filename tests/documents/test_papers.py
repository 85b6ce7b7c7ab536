"""文稿的页与动作：谁看得到，谁能改，别人先存了怎么办，稿次，签发前必须处理。"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.documents.builders import HEAD, RIGHT, TEXT, begin, two_files
from tests.factories import NOW
from xushi.config import clock
from xushi.documents.actions import keep_finding, save_draft
from xushi.documents.actions_findings import mend_finding
from xushi.documents.issuing import issue_paper, return_paper, set_letterhead, submit_paper
from xushi.documents.marking import unwrapped, wrapped
from xushi.documents.models import Paper
from xushi.documents.review import key_of, reviewed
from xushi.documents.sourced import Sourced
from xushi.duties.models import Duty
from xushi.journal.actions import Actor
from xushi.registry.checking import Conflict, Refused
from xushi.units.models import User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.MEDIA_ROOT = tmp_path / "uploads"


def url(name: str, *args: Any) -> str:
    return reverse(f"documents:{name}", args=args)


def how(user: User) -> dict[str, Any]:
    return {"actor": Actor(by=user), "now": NOW}


def test_the_check_page_says_what_is_wrong_and_mends_it(office_user: User, signed_in: SignIn) -> None:
    paper = begin(office_user)
    client = signed_in(office_user)
    page = client.get(url("paper", paper.pk)).content.decode()
    assert "2处率与稿中自己的数对不上，处理完才能送签" in page
    assert "完成率写67.1%，算得58.4%" in page and "改为58.4%，慢8.3个百分点" in page
    key = key_of(reviewed(paper, office_user, NOW).open[0])
    client.post(url("mend", paper.pk, key), {"seen": 1})
    client.post(url("mend", paper.pk, key), {"seen": 1})  # twice: the second finds nothing to do
    paper.refresh_from_db()
    assert paper.version == 2
    assert "58.4%，比序时进度慢8.3个百分点" in paper.versions.get(number=2).text
    assert "67.1%，达超序时进度" in paper.versions.get(number=1).text


def test_what_is_open_forbids_signing_until_it_is_explained(office_user: User, leader_user: User) -> None:
    paper = begin(office_user)
    with pytest.raises(Refused, match="还有2处数对不上"):
        submit_paper(paper.pk, leader_user, seen=1, **how(office_user))
    with pytest.raises(Refused, match="还有2处数对不上"):
        issue_paper(paper.pk, seen=1, make=two_files, **how(office_user))
    assert Paper.objects.get().serial is None
    for one in reviewed(paper, office_user, NOW).open:
        keep_finding(
            paper.pk,
            key_of(one),
            "照原文刊印",
            claimed=one.claimed,
            sentence=one.sentence,
            **how(office_user),
        )
    submit_paper(paper.pk, leader_user, seen=1, **how(office_user))
    duty = Duty.objects.open().get(person=leader_user)
    assert duty.title.startswith("签发通报")
    issued = issue_paper(paper.pk, seen=1, make=two_files, **how(leader_user))
    assert (issued.number, issued.state) == ("浦重大办〔2018〕1号", "issued")
    assert not Duty.objects.open().filter(person=leader_user).exists()


def test_an_explanation_lasts_only_as_long_as_its_sentence(office_user: User) -> None:
    paper = begin(office_user)
    first = reviewed(paper, office_user, NOW).open[0]
    keep_finding(paper.pk, key_of(first), "照原文", claimed=first.claimed, sentence="", **how(office_user))
    assert len(reviewed(paper, office_user, NOW).open) == 1
    save_draft(paper.pk, TEXT.replace("67.1%", "66.1%"), seen=1, **how(office_user))
    assert len(reviewed(Paper.objects.get(), office_user, NOW).open) == 2


def test_keeping_asks_for_words(office_user: User, signed_in: SignIn) -> None:
    paper = begin(office_user)
    key = key_of(reviewed(paper, office_user, NOW).open[0])
    answer = signed_in(office_user).post(url("keep", paper.pk, key), {"words": " "})
    assert answer.status_code == 422
    assert "请写明为什么保留" in answer.content.decode()


def test_who_sees_what(
    office_user: User, leader_user: User, stranger: User, territory_user: User, inspector_user: User,
    system_admin: User, signed_in: SignIn,
) -> None:  # fmt: skip
    paper = begin(office_user)
    seen = {
        user.name: signed_in(user).get(url("paper", paper.pk)).status_code
        for user in (office_user, leader_user, stranger, territory_user, inspector_user, system_admin)
    }
    assert seen == {
        "周敏": 200,
        "陈区长": 200,
        "李外人": 404,
        "王街道": 404,
        "郑督查": 404,
        "系统管理员": 403,
    }
    page = signed_in(leader_user).get(url("paper", paper.pk)).content.decode()
    assert "写说明保留" not in page and "改稿" not in page


WRITING = (
    ("edit", {"text": "改了", "title": "改", "seen": 1}), ("drop", {}), ("reopen", {}), ("month", {"month": "2018-08"}),
    ("submit", {"seen": 1}), ("send", {"units": []}), ("remind", {}), ("replace", {}),
)  # fmt: skip


@pytest.mark.parametrize(("name", "body"), WRITING)
def test_nobody_but_the_office_writes(
    name: str, body: dict[str, Any], office_user: User, leader_user: User, stranger: User, signed_in: SignIn
) -> None:
    paper = begin(office_user)
    assert signed_in(leader_user).post(url(name, paper.pk), body).status_code == 403
    assert signed_in(stranger).post(url(name, paper.pk), body).status_code == 404
    paper.refresh_from_db()
    assert (paper.version, paper.state, paper.month) == (1, "draft", "")


def test_two_people_at_one_draft(office_user: User, signed_in: SignIn) -> None:
    paper = begin(office_user, RIGHT)
    client = signed_in(office_user)
    save_draft(paper.pk, RIGHT + "\n别人添的一句。", seen=1, **how(office_user))
    body = {"text": RIGHT + "\n我添的一句。", "title": paper.title, "seen": 1}
    answer = client.post(url("edit", paper.pk), body)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "别人添的一句。" in page and "我添的一句。" in page and "第2稿" in page
    assert Paper.objects.get().version == 2
    assert client.post(url("edit", paper.pk), body | {"seen": 2}).status_code == 302
    assert [one.number for one in paper.versions.all()] == [3, 2, 1]
    with pytest.raises(Conflict):
        mend_finding_of_old(paper, office_user)


def mend_finding_of_old(paper: Paper, user: User) -> None:
    save_draft(paper.pk, TEXT, seen=3, **how(user))
    mend_finding(paper.pk, key_of(reviewed(Paper.objects.get(), user, NOW).open[0]), seen=3, **how(user))


def test_going_back_is_a_new_draft(office_user: User, signed_in: SignIn) -> None:
    paper = begin(office_user, RIGHT)
    save_draft(paper.pk, "只剩一句。", seen=1, **how(office_user))
    client = signed_in(office_user)
    page = client.get(url("versions", paper.pk)).content.decode()
    assert "只剩一句。" in page and "江浦街道进度滞缓" in page
    client.post(url("restore", paper.pk, 1), {"seen": 2})
    assert paper.versions.get(number=3).text == RIGHT
    assert client.get(url("versions", paper.pk), {"a": 9}).status_code == 404


def test_a_draft_from_a_file_and_from_words(office_user: User, signed_in: SignIn) -> None:
    set_letterhead(office_user.unit, HEAD, **how(office_user))
    client = signed_in(office_user)
    body = {"kind": "report", "text": "关于进展的报告\n一、总的\n开工3个。", "month": "", "token": "t" * 20}
    client.post(url("new"), body)
    client.post(url("new"), body)
    paper = Paper.objects.get()
    assert (paper.title, paper.kind) == ("关于进展的报告", "report")
    assert paper.versions.get().text == "# 一、总的\n开工3个。"
    empty = client.post(url("new"), {"kind": "report"})
    assert empty.status_code == 422 and "把正文粘贴在这里" in empty.content.decode()


def test_the_tool_keeps_nothing(territory_user: User, system_admin: User, signed_in: SignIn) -> None:
    answer = signed_in(territory_user).post(url("check"), {"text": TEXT})
    page = answer.content.decode()
    assert "2处率与稿中自己的数对不上" in page and "存为文稿" not in page
    assert not Paper.objects.exists()
    assert signed_in(system_admin).get(url("check")).status_code == 403


def test_sent_back_with_words(office_user: User, leader_user: User, signed_in: SignIn) -> None:
    paper = begin(office_user, RIGHT)
    submit_paper(paper.pk, leader_user, seen=1, **how(office_user))
    with pytest.raises(Refused, match="请写明要改什么"):
        return_paper(paper.pk, "", **how(leader_user))
    signed_in(leader_user).post(url("return", paper.pk), {"words": "补一段做法"})
    paper.refresh_from_db()
    assert paper.state == "draft"


def test_pages_ask_as_much_of_one_as_of_many(office_user: User, signed_in: SignIn) -> None:
    client = signed_in(office_user)
    begin(office_user)
    client.get(url("papers"))
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(url("papers"))
    for number in range(6):
        begin(office_user, title=f"第{number}份")
    with CaptureQueriesContext(connection) as many:
        assert "第5份" in client.get(url("papers")).content.decode()
    assert len(many) == len(one) <= 16


def test_every_page_is_there(office_user: User, signed_in: SignIn) -> None:
    paper = begin(office_user)
    client = signed_in(office_user)
    for name, args in (
        ("papers", ()), ("new", ()), ("check", ()), ("letterhead", ()), ("record", ()), ("edit", (paper.pk,)),
        ("versions", (paper.pk,)), ("annotated", (paper.pk,)),
    ):  # fmt: skip
        assert client.get(url(name, *args)).status_code == 200, name
    assert client.get(url("papers"), {"tab": "没有"}).status_code == 400
    assert client.get(url("send", paper.pk)).status_code == 404


def test_a_place_still_to_be_filled_forbids_signing(office_user: User) -> None:
    paper = begin(office_user, RIGHT + "\n〔填：下一步的具体要求〕")
    with pytest.raises(Refused, match="还有1处待填：下一步的具体要求"):
        submit_paper(paper.pk, None, seen=1, **how(office_user))
    save_draft(paper.pk, RIGHT, seen=1, **how(office_user))
    assert submit_paper(paper.pk, None, seen=2, **how(office_user)).state == "signing"


def test_numbers_that_a_template_printed_have_their_source(office_user: User) -> None:
    source = Sourced("a", "竣工", "19个", None, "个", "全区", "2018-08", closed=True, rows="/projects/?x=1")
    draft = unwrapped(f"竣工{wrapped('a', '19个')}，签约176.3亿元。")
    paper = begin(office_user, draft=draft, figures={"a": source})
    assert [one.text for one in reviewed(paper, office_user, NOW).checked.unlinked] == ["176.3亿元"]
    assert paper.versions.get().figures["a"]["rows"] == "/projects/?x=1"
