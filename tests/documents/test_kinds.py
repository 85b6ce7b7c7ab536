"""由记录印成的公文：写的是那时的名字和存下的话，看得到那一件的才印得到。成批的见 test_batches。"""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.admission.builders import answered, decided, department
from tests.admission.builders import decision as given
from tests.documents.builders import HEAD, words_of
from tests.factories import UserFactory, appoint
from tests.inspections.builders import a_visit, add_round, found
from tests.supervision.world import World, at
from xushi.admission.table import Outcome
from xushi.documents.issuing import set_letterhead
from xushi.documents.kinds import circular
from xushi.documents.kinds.finding import (
    circular_printed,
    decision_printed,
    instruction_printed,
    minutes_printed,
    order_named,
    order_printed,
    orders_seen,
)
from xushi.documents.kinds.order import order_documents
from xushi.documents.models_batches import Batch
from xushi.documents.tree import Document
from xushi.documents.writing import text_of, write_pdf
from xushi.inspections.wanted import FindingsWanted, VisitsWanted
from xushi.inspections.words import RoundState
from xushi.journal.actions import SYSTEM
from xushi.operations.checks_machine import typefaces
from xushi.supervision.actions import withdraw_orders
from xushi.supervision.instructing import InstructionInput, send_instruction
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.models_meetings import Meeting
from xushi.supervision.printing import sheets
from xushi.units.actions_tree import rename_unit
from xushi.units.models import Role, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("printing")]
SignIn = Callable[[User], Client]
NOW = at(12, 8, 30)


def paper(world: World, order: SupervisionOrder, who: str = "clerk") -> Document:
    made = order_printed(world.people[who], order.pk, NOW)
    assert made is not None
    return made.document


def words_in(answer: Any) -> str:
    return words_of(answer.content)


def secret_order(world: World) -> SupervisionOrder:
    """What came of confidential words that the clerk is to read."""
    readers = (world.people["clerk"], world.people["handler"])
    row = InstructionInput(words="请核实后报我。", lead=world.land, confidential=True, readers=readers)
    send_instruction(row, actor=world["leader"], now=at(6))
    return SupervisionOrder.objects.get(confidential=True)


# ---- 督办单


def test_an_order_says_what_was_issued(world: World) -> None:
    order = world.order(demand="9月14日前交付施工作业面。")
    text = text_of(paper(world, order))
    for said in (
        "浦口区重大办", "浦重大督〔2018〕1号", "完成二期4户腾地并交地", "区国土分局", "桥林街道", "2018年9月5日",
        "（10个工作日）", "9月14日前交付施工作业面。", "日常督办件", "（盖章）", "□ 同意办结销号",
        "收到本单后1个工作日内签收",
        "抄送：桥林街道。", "2018年9月5日印发",
    ):  # fmt: skip
        assert said in text
    assert "head" in text  # the head of the lead unit on that day


def test_every_paper_is_signed_as_the_letterhead_says(world: World) -> None:
    """One organ, one name; what was issued before the name was changed keeps the one it had."""
    office = world.people["clerk"]
    order = world.order()
    set_letterhead(world.office, HEAD, actor=SYSTEM, now=at(6))
    department_asked = department(world.root, "区环保局").unit
    assert department_asked is not None
    application = answered(world.town, office, [department_asked])
    held = decided(application, office, given(Outcome.CONDITIONAL))
    meeting = Meeting.objects.create(office=world.office, held_at=at(10), made_at=at(9))
    around = add_round(9, state=RoundState.ENDED, at=at(10))
    full = "浦口区重大项目推进办公室"
    made = (
        paper(world, order), decision_printed(office, held.pk, NOW), minutes_printed(office, meeting.pk, NOW),
        circular_printed(world.people["inspector"], around.pk, NOW),
    )  # fmt: skip
    first, *rest = made
    assert (first.head, first.printed_by) == (full, full)  # type: ignore[union-attr]
    assert [one.document.signed for one in rest] == [full] * 3  # type: ignore[union-attr]
    set_letterhead(world.office, replace(HEAD, signed="浦口区项目办"), actor=SYSTEM, now=at(7))
    assert paper(world, order).head == full
    assert paper(world, world.order(title="以后的一件", now=at(8))).printed_by == "浦口区项目办"


def test_the_web_pages_sign_as_the_papers_do(world: World, signed_in: SignIn) -> None:
    """The page an order is printed from, and the minutes on the page, with the name of the letterhead of that day."""
    order = world.order()
    meeting = Meeting.objects.create(office=world.office, held_at=at(10), made_at=at(9), ended_at=at(10))
    set_letterhead(world.office, HEAD, actor=SYSTEM, now=at(6))
    set_letterhead(world.office, replace(HEAD, signed="浦口区项目办"), actor=SYSTEM, now=at(11))
    client = signed_in(world.people["clerk"])
    page = client.get(reverse("supervision:print_order", args=[order.pk])).content.decode()
    full = "浦口区重大项目推进办公室"
    assert page.count(full) == 2 and "浦口区重大办" not in page and "浦口区项目办" not in page
    said = client.get(reverse("supervision:meeting_minutes", args=[meeting.pk])).content.decode()
    assert said.count(full) >= 2 and "浦口区重大办" not in said and "区重大办召开" not in said
    order.refresh_from_db()
    assert [sheet.issuer for sheet in sheets([order], None, NOW)] == [paper(world, order).head]


def test_the_paper_keeps_the_name_its_issuer_had(world: World) -> None:
    order = world.order()
    rename_unit(unit=world.office, name="区重点项目服务中心", actor=SYSTEM, now=at(6))
    assert paper(world, order).head == "浦口区重大办"
    assert paper(world, order).printed_by == "浦口区重大办"
    later = world.order(title="以后的一件", now=at(7))
    assert paper(world, later).head == "浦口区重点项目服务中心"


def test_what_was_withdrawn_says_so_on_its_paper(world: World) -> None:
    order = world.order()
    withdraw_orders([order], "重拟", actor=world["clerk"], now=at(6))
    assert paper(world, order).watermark == "已撤回"


def test_the_leaders_words_stand_with_name_and_day(world: World) -> None:
    order = world.order()
    send_instruction(
        InstructionInput(words="请抓紧落实。", on_order=order, lead=world.land),
        actor=world["leader"],
        now=at(6),
    )
    assert "请抓紧落实。\n\tleader　2018年9月6日" in text_of(paper(world, order))


def test_many_papers_cost_the_same_queries(world: World, django_assert_num_queries: Any) -> None:
    user = world.people["clerk"]
    user.appointments_in_force  # noqa: B018 - read once per request
    for number in range(3):
        world.order(title=f"第{number}件")
    for count in (1, 3):
        orders = list(orders_seen(user)[:count])
        with django_assert_num_queries(6):
            order_documents(orders, user, NOW)


@pytest.mark.parametrize(
    ("name", "status"),
    [("clerk", 200), ("leader", 200), ("inspector", 200), ("handler", 200), ("town", 200), ("planner", 404)],
)
@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_who_may_open_the_order_may_have_its_paper(
    world: World, signed_in: SignIn, name: str, status: int, form: str
) -> None:
    order = world.order()
    answer = signed_in(world.people[name]).get(reverse("documents:order_file", args=[order.pk, form]))
    assert answer.status_code == status
    if status == 200 and form == "docx":
        assert "浦重大督〔2018〕1号" in words_in(answer)
        assert quote("浦重大督〔2018〕1号 督办单.docx") in answer["Content-Disposition"]
    if status == 200 and form == "pdf":
        assert len(PdfReader(BytesIO(answer.content)).pages) == 1


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR, None])
def test_administrators_and_passers_by_have_none_of_it(
    world: World, signed_in: SignIn, role: Role | None
) -> None:
    order = world.order()
    kinds = ("order", "instruction", "minutes", "circular", "decision")
    addresses = [reverse(f"documents:{kind}_paper", args=[order.pk]) for kind in kinds]
    addresses += [reverse(f"documents:{kind}_file", args=[order.pk, "docx"]) for kind in kinds]
    addresses += [reverse("documents:batch", args=[1]), reverse("documents:batch_file", args=[1])]
    client = signed_in(appoint(UserFactory(name="三员"), role, unit=world.office)) if role else Client()
    answers = [*map(client.get, addresses), client.post(reverse("documents:new_batch"), {"id": order.pk})]
    answers.append(client.post(reverse("documents:next_piece", args=[1])))
    assert {answer.status_code for answer in answers} == {403 if role else 302}
    assert not Batch.objects.exists()


def test_the_paper_is_looked_at_before_it_is_had(world: World, signed_in: SignIn) -> None:
    order = world.order()
    page = (
        signed_in(world.people["clerk"])
        .get(reverse("documents:order_paper", args=[order.pk]))
        .content.decode()
    )
    assert '<article class="official">' in page and "浦重大督〔2018〕1号" in page
    assert reverse("documents:order_file", args=[order.pk, "docx"]) in page
    stranger = signed_in(world.people["planner"]).get(reverse("documents:order_paper", args=[order.pk]))
    assert stranger.status_code == 404


def test_an_unknown_form_is_not_found(world: World, signed_in: SignIn) -> None:
    order = world.order()
    address = reverse("documents:order_file", args=[order.pk, "exe"])
    assert signed_in(world.people["clerk"]).get(address).status_code == 404


def test_a_confidential_order_is_for_its_readers(world: World, signed_in: SignIn) -> None:
    order = secret_order(world)
    address = reverse("documents:order_file", args=[order.pk, "docx"])
    assert signed_in(world.people["chief"]).get(address).status_code == 404
    answer = signed_in(world.people["clerk"]).get(address)
    assert "本单限定阅读，请勿复印、外传。" in words_in(answer)


# ---- 命令行


@pytest.mark.parametrize("word", ["浦重大督〔2018〕1号", "浦重大督[2018]1", "浦重大督 （2018） 1号", "pk"])
def test_an_order_is_found_as_people_write_its_number(world: World, word: str) -> None:
    order = world.order()
    assert order_named(SupervisionOrder.objects.all(), str(order.pk) if word == "pk" else word) == order
    assert order_named(SupervisionOrder.objects.all(), "浦重大督〔2018〕2号") is None


@pytest.mark.parametrize(
    ("ending", "begins"), [("docx", b"PK"), ("pdf", b"%PDF"), ("html", b"<!doctype html>")]
)
def test_the_command_writes_each_form(world: World, tmp_path: Path, ending: str, begins: bytes) -> None:
    order, out = world.order(), tmp_path / f"督办单.{ending}"
    call_command("document", order.number, "--out", str(out))
    assert out.read_bytes().startswith(begins)


def test_a_folder_of_typefaces_that_is_not_there_is_said_once(
    world: World, tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    order = world.order()
    for folder, said in ((tmp_path / "没有", "这个文件夹不在"), (tmp_path, "没有字体文件")):
        settings.XUSHI_FONTS = str(folder)
        call_command("document", order.number, "--out", str(tmp_path / "督办单.pdf"))
        told = capsys.readouterr().err
        assert told.count("XUSHI_FONTS") == 1 and said in told and "改用系统里的字体" in told
        assert (found := typefaces(NOW)).grade != "ok" and said in str(found)


def test_the_command_says_what_is_wrong(world: World, tmp_path: Path) -> None:
    order = world.order()
    for word, name, said in (
        ("浦重大督〔2018〕9号", "a.docx", "没有"),
        (order.number, "a.txt", "结尾"),
        (order.number, "没有/a.docx", "写不进"),
    ):  # fmt: skip
        with pytest.raises(CommandError, match=said):
            call_command("document", word, "--out", str(tmp_path / name))
    secret = secret_order(world)
    with pytest.raises(CommandError, match="限定阅读"):
        call_command("document", secret.number, "--out", str(tmp_path / "a.docx"))


# ---- 批示件、督查通报、会审决定


def test_an_instruction_is_printed_for_who_reads_it(world: World, signed_in: SignIn) -> None:
    held = send_instruction(
        InstructionInput(words="请国土分局三日内报方案。", lead=world.land),
        actor=world["leader"],
        now=at(6),
    )
    made = instruction_printed(world.people["leader"], held.pk, NOW)
    assert made is not None and made.name.startswith("leader20180906批示")
    text = text_of(made.document)
    assert "请国土分局三日内报方案。" in text and "（签名）" in text and "2018年9月6日" in text
    address = reverse("documents:instruction_file", args=[held.pk, "docx"])
    assert signed_in(world.people["handler"]).get(address).status_code == 200
    assert signed_in(world.people["planner"]).get(address).status_code == 404


def test_a_round_is_told_with_its_counts_and_their_lists(world: World, signed_in: SignIn) -> None:
    inspector = world.people["inspector"]
    held = add_round(9, state=RoundState.ENDED, at=at(10))
    seen = a_visit(world.town, "紫光项目", held=held)
    a_visit(world.town, "没去的项目", held=held, state="skipped", skip_reason="道路不通")
    found(seen, inspector, "西侧4户未腾空。")
    made = circular_printed(inspector, held.pk, NOW)
    assert made is not None
    text = text_of(made.document)
    assert "排定点位2个，看了1个，没去1个" in text and "没去的项目没去：道路不通。" in text
    assert "西侧4户未腾空。" in text and "〔填：通报单位的要求〕" in text
    figure = made.document.figures["inspection.done"]
    assert (figure.printed, figure.closed, f"round={held.pk}" in figure.rows) == ("1个", True, True)
    for one in made.document.figures.values():
        told = dict(parse_qsl(urlsplit(one.rows).query))
        if "/visits/" in one.rows:
            rows = VisitsWanted.read(told).rows(inspector)
        else:
            rows = FindingsWanted.read(told).rows(inspector, NOW.date())
        assert rows.count() == one.value, one.key
    listed = signed_in(inspector).get(figure.rows)
    assert listed.status_code == 200 and "紫光项目" in listed.content.decode()
    shown = signed_in(inspector).get(reverse("documents:circular_paper", args=[held.pk])).content.decode()
    assert f'data-figure="inspection.done" href="/inspections/visits/?round={held.pk}' in shown
    address = reverse("documents:circular_file", args=[held.pk, "docx"])
    statuses = {
        name: signed_in(world.people[name]).get(address).status_code for name in ("clerk", "leader", "town")
    }
    assert statuses == {"clerk": 200, "leader": 200, "town": 403}


@pytest.mark.parametrize("words", ["与月报相符", "没有真开工"])
def test_what_was_concluded_of_a_site_stands_in_one_line(
    world: World, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    held = add_round(9, state=RoundState.ENDED, at=at(10))
    a_visit(world.town, "科学城研发载体一期", held=held, state="done", done_at=at(10))
    monkeypatch.setattr(circular, "state_of", lambda *_: ("", words))
    made = circular_printed(world.people["inspector"], held.pk, NOW)
    assert made is not None
    text = PdfReader(BytesIO(write_pdf(made.document))).pages[0].extract_text()
    assert words in text and "科学城研发载体一期" in text


def test_a_refusal_says_its_reason_once(world: World) -> None:
    office = world.people["clerk"]
    application = answered(world.town, office, [department(world.root, "区环保局").unit])
    held = decided(application, office, given(Outcome.REFUSED, reasons="用地规划没调。"))
    made = decision_printed(office, held.pk, NOW)
    assert made is not None
    lines = text_of(made.document).splitlines()
    assert lines[lines.index("四、理由") + 1] == "用地规划没调。"


def test_a_decision_is_printed_from_what_was_known(world: World, signed_in: SignIn) -> None:
    office = world.people["clerk"]
    units = [department(world.root, name).unit for name in ("区环保局", "区经信局")]
    application = answered(world.town, office, [one for one in units if one])
    held = decided(application, office, given(Outcome.CONDITIONAL))
    before = decision_printed(office, held.pk, NOW)
    assert before is not None
    text = text_of(before.document)
    for said in (
        "附条件准入",
        "宁芯先进封测基地",
        "三、部门意见",
        "区环保局",
        "五、条件",
        "浦口区重大办（盖章）",
    ):
        assert said in text
    opening, code = text.splitlines()[3:5]
    assert "统一社会信用代码" not in opening and code.startswith("企业统一社会信用代码：91")
    assert "1. 用地由100亩核减为88亩。" in text and text.count("理由：核减用地后达标。") == 1
    *_, last, _blank, _room, _organ, _day = text.splitlines()
    assert last.endswith("。")
    type(application).objects.filter(pk=application.pk).update(name="改了的名字", investment=1)
    after = decision_printed(office, held.pk, NOW)
    assert after is not None and text_of(after.document) == text
    address = reverse("documents:decision_file", args=[held.pk, "docx"])
    assert signed_in(world.people["town"]).get(address).status_code == 200
    assert signed_in(world.people["planner"]).get(address).status_code == 404
