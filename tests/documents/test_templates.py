"""模板的动作与页：谁改谁看，一版一版地留，别人先存了怎么办，没存的不丢，样稿写得对。"""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from tests.factories import NOW
from tests.progress.district import build
from xushi.config import clock
from xushi.core.months import Month
from xushi.documents.actions_templates import (
    VersionInput,
    add_template,
    go_back,
    keep_draft,
    preload,
    save_version,
)
from xushi.documents.builtin import SHIPPED
from xushi.documents.drafting import NoTemplate, draft_of, newest_version
from xushi.documents.language import problems_of
from xushi.documents.models_templates import Template, TemplateDraft, TemplateVersion
from xushi.documents.named import OpenMonth
from xushi.documents.template_names import groups, known_to, offered
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.models import Event
from xushi.registry.checking import Conflict, Refused
from xushi.units.models import User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
SOURCE = "# 一、总体进展\n当年实施{{ figures.district.under_way }}。"


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def bulletin(db: None) -> Template:
    found: Template = Template.objects.get(code="bulletin")
    return found


def url(name: str, *args: Any) -> str:
    return reverse(f"documents:{name}", args=args)


def save(
    template: Template, by: User, source: str = SOURCE, reason: str = "改短", base: int = 0
) -> TemplateVersion:
    row = VersionInput(source, reason, base or newest_version(template).number)
    return save_version(template, row, known_to(template), actor=Actor(by=by), now=NOW)


def test_what_is_shipped_is_version_one_and_right(db: None) -> None:
    for one in SHIPPED:
        template = Template.objects.get(code=one.code)
        assert newest_version(template).source == one.source
        assert problems_of(one.source, known_to(template)) == []


def test_what_is_shipped_otherwise_replaces_only_what_nobody_changed(office_user: User) -> None:
    assert preload(actor=SYSTEM, now=NOW) == []
    TemplateVersion.objects.filter(template__code="site-brief").update(source="旧的")
    changed = Template.objects.get(code="bulletin")
    save(changed, office_user)
    (made,) = preload(actor=SYSTEM, now=NOW)
    assert (made.template.code, made.number, made.reason) == ("site-brief", 2, "随程序更新")
    assert newest_version(changed).source == SOURCE


def test_saving_makes_the_next_version_and_a_line_in_the_journal(
    bulletin: Template, office_user: User
) -> None:
    before = newest_version(bulletin).source
    made = save(bulletin, office_user, SOURCE + "\r\n\ue000", "照新格式")
    assert (made.number, made.source, made.reason, made.by) == (2, SOURCE + "\n", "照新格式", office_user)
    assert bulletin.versions.get(number=1).source == before
    event = Event.objects.get(verb="documents.template.changed")
    assert event.changes == {"版本": [1, 2]} and "照新格式" in event.summary


@pytest.mark.parametrize(
    ("source", "reason", "words"),
    [
        (SOURCE, " ", "为什么改"),
        ("  \n", "改", "模板是空的"),
        ("{{ figures.district.under_wa }}", "改", "是不是“figures.district.under_way”"),
        ("甲\n{% if %}", "改", "第2行"),
        ("{{ ''.__class__ }}", "改", "下划线"),
        ("字" * 200_001, "改", "200,001个字"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_and_nothing_saved(
    bulletin: Template, office_user: User, source: str, reason: str, words: str
) -> None:
    with pytest.raises(Refused, match=words.replace("(", r"\(")):
        save(bulletin, office_user, source, reason)
    assert bulletin.versions.count() == 1


def test_the_same_text_is_no_new_version(bulletin: Template, office_user: User) -> None:
    with pytest.raises(Refused, match="没有改动"):
        save(bulletin, office_user, newest_version(bulletin).source)


def test_who_was_slower_is_told_and_nothing_is_overwritten(bulletin: Template, office_user: User) -> None:
    save(bulletin, office_user)
    with pytest.raises(Conflict, match="刚存了第2版"):
        save(bulletin, office_user, SOURCE + "后来的", base=1)
    assert bulletin.versions.count() == 2


def test_going_back_copies_the_old_version(bulletin: Template, office_user: User) -> None:
    first = newest_version(bulletin).source
    save(bulletin, office_user)
    made = go_back(bulletin, 1, base=2, actor=Actor(by=office_user), now=NOW)
    assert (made.number, made.source, made.reason) == (3, first, "回到第1版")
    assert bulletin.versions.get(number=2).source == SOURCE
    with pytest.raises(Refused, match="没有可以回去的第9版"):
        go_back(bulletin, 9, base=3, actor=Actor(by=office_user), now=NOW)
    with pytest.raises(Conflict):
        go_back(bulletin, 1, base=2, actor=Actor(by=office_user), now=NOW)


def test_another_template_begins_as_a_copy(bulletin: Template, office_user: User) -> None:
    made = add_template(bulletin, " 产业项目通报 ", actor=Actor(by=office_user), now=NOW)
    assert (made.name, made.kind, made.subject) == ("产业项目通报", "bulletin", "month")
    assert newest_version(made).source == newest_version(bulletin).source
    with pytest.raises(Refused, match="已有一份"):
        add_template(bulletin, "产业项目通报", actor=Actor(by=office_user), now=NOW)


def test_only_the_office_writes(bulletin: Template, leader_user: User, territory_user: User) -> None:
    for user in (leader_user, territory_user):
        with pytest.raises(PermissionDenied):
            save(bulletin, user)
        with pytest.raises(PermissionDenied):
            go_back(bulletin, 1, base=1, actor=Actor(by=user), now=NOW)
        with pytest.raises(PermissionDenied):
            add_template(bulletin, "别的", actor=Actor(by=user), now=NOW)
        with pytest.raises(PermissionDenied):
            keep_draft(bulletin, user, VersionInput(SOURCE, "", 1), now=NOW)
    assert TemplateVersion.objects.filter(template=bulletin).count() == 1


# ---- 页


PAGES = ("templates", "template", "template_names", "template_versions")


def address(name: str) -> str:
    return url(name) if name == "templates" else url(name, "bulletin")


def test_who_reads_the_pages(
    office_user: User, leader_user: User, stranger: User, owner_user: User, auditor: User, signed_in: SignIn
) -> None:
    for name in PAGES:
        wanted = address(name) + ("?group=district" if name == "template_names" else "")
        assert signed_in(office_user).get(wanted).status_code == 200, name
        assert signed_in(leader_user).get(wanted).status_code == 200, name
        for user in (stranger, owner_user, auditor):
            assert signed_in(user).get(wanted).status_code in (302, 403), name
    assert Client().get(address("template")).status_code == 302


def test_a_leader_and_a_stranger_can_post_nothing(
    leader_user: User, stranger: User, signed_in: SignIn
) -> None:
    body = {"source": SOURCE, "reason": "改", "base": "1", "name": "别的"}
    for user in (leader_user, stranger):
        client = signed_in(user)
        for wanted in (
            url("template", "bulletin"), url("template_drop", "bulletin"), url("template_copy", "bulletin"),
            url("template_restore", "bulletin", 1),
        ):  # fmt: skip
            assert client.post(wanted, body).status_code == 403, wanted
    assert TemplateVersion.objects.count() == len(SHIPPED)
    assert not TemplateDraft.objects.exists()


def test_a_refused_form_keeps_what_was_typed(office_user: User, signed_in: SignIn) -> None:
    client = signed_in(office_user)
    answer = client.post(
        url("template", "bulletin"), {"source": "{{ nothing }}我写的字", "reason": "改", "base": "1"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "没有叫“nothing”的名字" in page and "我写的字" in page


def test_a_reason_is_asked_for_and_what_was_typed_stays(office_user: User, signed_in: SignIn) -> None:
    answer = signed_in(office_user).post(
        url("template", "bulletin"), {"source": "我写的字", "reason": " ", "base": "1"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "写一句为什么改" in page and "我写的字" in page


def test_an_overtaken_form_keeps_what_was_typed_and_can_be_saved_again(
    bulletin: Template, office_user: User, signed_in: SignIn
) -> None:
    client = signed_in(office_user)
    save(bulletin, office_user)
    answer = client.post(url("template", "bulletin"), {"source": "我写的字", "reason": "改", "base": "1"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "刚存了第2版" in page and "我写的字" in page and 'name="base" value="2"' in page
    assert (
        client.post(
            url("template", "bulletin"), {"source": "我写的字", "reason": "改", "base": "2"}
        ).status_code
        == 302
    )
    assert newest_version(bulletin).source == "我写的字"


def test_what_is_typed_is_kept_while_it_is_previewed(
    bulletin: Template, office_user: User, signed_in: SignIn
) -> None:
    build()
    client = signed_in(office_user)
    body = {"source": SOURCE + "没存的字", "reason": "", "base": "1", "month": "2018-02"}
    page = client.post(
        url("template_preview", "bulletin"), body, headers={"HX-Request": "true"}
    ).content.decode()
    assert "没存的字" in page and "样稿" in page
    assert "没存的字" in client.get(url("template", "bulletin")).content.decode()
    client.post(url("template_drop", "bulletin"))
    assert "没存的字" not in client.get(url("template", "bulletin")).content.decode()
    unchanged = {**body, "source": newest_version(bulletin).source}
    client.post(url("template_preview", "bulletin"), unchanged)
    assert not TemplateDraft.objects.exists()


def test_a_preview_is_written_from_the_closed_month(office_user: User, signed_in: SignIn) -> None:
    build()
    client = signed_in(office_user)
    body = {"source": SOURCE, "reason": "", "base": "1"}
    page = client.post(url("template_preview", "bulletin"), {**body, "month": "2018-02"}).content.decode()
    assert "当年实施" in page and "10个" in page and "level=district" in page
    for month, words in (("2018-03", "还没有关账"), ("x", "看不懂月份")):
        assert (
            words
            in client.post(url("template_preview", "bulletin"), {**body, "month": month}).content.decode()
        )
    wrong = client.post(
        url("template_preview", "bulletin"), {**body, "source": "甲\n{{ figures.no }}"}
    ).content.decode()
    assert 'data-line="2"' in wrong and "figures.no" in wrong


def test_a_preview_without_a_closed_month_says_so(office_user: User, signed_in: SignIn) -> None:
    body = {"source": SOURCE, "reason": "", "base": "1"}
    assert (
        "还没有关了账的月份"
        in signed_in(office_user).post(url("template_preview", "bulletin"), body).content.decode()
    )


def test_every_group_of_names_opens(office_user: User, signed_in: SignIn) -> None:
    build()
    client = signed_in(office_user)
    for template in Template.objects.all():
        for group in groups(template):
            page = client.get(
                url("template_names", template.code), {"group": group.code}, headers={"HX-Request": "true"}
            )
            assert page.status_code == 200, group
            assert page.content.decode().count("data-insert=") == group.count, (template, group)
    assert client.get(url("template_names", "bulletin"), {"group": "none"}).status_code == 404


def test_what_the_panel_offers_can_be_written(db: None) -> None:
    """Each name that a tap inserts is right in that template."""
    for template in Template.objects.all():
        for group in groups(template):
            if group.code == "writing":
                continue
            for one in offered(template, group.code, None):
                assert problems_of(one.words, known_to(template)) == [], one.words


def test_versions_are_compared_side_by_side(bulletin: Template, office_user: User, signed_in: SignIn) -> None:
    save(bulletin, office_user, "甲\n乙")
    save(bulletin, office_user, "甲\n丙")
    page = signed_in(office_user).get(url("template_versions", "bulletin")).content.decode()
    assert "<del>乙</del>" in page and "<ins>丙</ins>" in page
    odd = signed_in(office_user).get(url("template_versions", "bulletin"), {"a": "x", "b": "99"})
    assert odd.status_code == 200


def test_the_pages_cost_the_same_whatever_they_hold(
    bulletin: Template, office_user: User, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(office_user)
    for n in range(12):
        add_template(bulletin, f"第{n}种通报", actor=Actor(by=office_user), now=NOW)
        save(bulletin, office_user, f"{SOURCE}{n}")
    for name in ("templates", "template", "template_versions"):
        with django_assert_max_num_queries(25):
            assert client.get(address(name)).status_code == 200


# ---- 起稿


def test_a_draft_carries_every_figure_with_its_source(bulletin: Template, office_user: User) -> None:
    build()
    draft = draft_of("bulletin", office_user, Month(2018, 2), now=NOW)
    assert draft.title == "关于2018年2月份全区重大项目推进情况的通报"
    assert {mark.key for mark in draft.text.marks} == set(draft.figures)
    shown = draft.figures["district.under_way"]
    assert (shown.printed, shown.closed, shown.as_of) == ("10个", True, "2018-02")
    assert "当年实施10个" in draft.text.text and draft.version == newest_version(bulletin)


def test_a_draft_uses_the_version_in_force(bulletin: Template, office_user: User) -> None:
    build()
    save(bulletin, office_user)
    assert (
        draft_of("bulletin", office_user, Month(2018, 2), now=NOW).text.text
        == "# 一、总体进展\n当年实施10个。"
    )


def test_no_draft_of_an_open_month_nor_for_a_stranger(office_user: User, stranger: User) -> None:
    build()
    with pytest.raises(OpenMonth, match="还没有关账"):
        draft_of("bulletin", office_user, Month(2018, 3), now=NOW)
    with pytest.raises(NoTemplate):
        draft_of("bulletin", stranger, Month(2018, 2), now=NOW)
    with pytest.raises(NoTemplate):
        draft_of("none", office_user, Month(2018, 2), now=NOW)
