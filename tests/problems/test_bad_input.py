"""坏的输入：交两次、长得没人看、像公式、像网页、带表情和方向符的。"""

import io
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from tests.problems.builders import DUE, Town, given, report
from tests.problems.test_pages import desk, form, reporter, sent
from xushi.problems.models import Problem, ProblemDraft
from xushi.units.models import User

__all__ = ["desk", "reporter"]
pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
ODD = "=cmd|' /C calc'!A1<script>alert(1)</script>😀\u202e反了"


def test_a_report_sent_twice_is_one_problem(town: Town, reporter: Client) -> None:
    """A tap too many, or the page of before sent again."""
    answers = [reporter.post(form(town), sent(token="t1")) for _ in range(2)]
    assert Problem.objects.count() == 1
    assert answers[0]["Location"] == answers[1]["Location"]
    assert not ProblemDraft.objects.exists()
    reporter.post(form(town), sent(token="t2"))
    assert Problem.objects.count() == 2
    assert 'name="token" value="' in reporter.get(form(town, 1)).content.decode()


@pytest.mark.parametrize("verb", ["note", "decline", "send_back", "withdraw", "verify_close", "return"])
def test_more_words_than_anybody_reads_are_refused_with_how_many(
    town: Town, desk: Client, reporter: Client, signed_in: SignIn, verb: str
) -> None:
    problem = given(town.projects[0], town.land) if verb in ("note", "decline") else report(town.projects[0])
    if verb == "withdraw":
        Problem.objects.update(reported_unit=town.place)
    if verb in ("verify_close", "return"):
        Problem.objects.update(state="solved", lead=town.land, due_on=DUE)
    clients = {"decline": signed_in(town.land_user), "withdraw": reporter}
    body = {"words": "长" * 5001, "version": str(problem.version)}
    answer = clients.get(verb, desk).post(reverse("problems:step", args=[problem.pk, verb]), body)
    assert answer.status_code == 422
    assert "写了5001字，最多2000字" in answer.content.decode()


def test_odd_words_are_shown_and_never_run(town: Town, desk: Client) -> None:
    problem = report(town.projects[0], words=ODD)
    Problem.objects.filter(pk=problem.pk).update(title=ODD[:40])
    for page in (
        reverse("problems:problem", args=[problem.pk]),
        reverse("problems:desk"),
        reverse("problems:print"),
    ):
        text = desk.get(page).content.decode()
        assert "<script>alert" not in text and "&lt;script&gt;" in text, page
    book = load_workbook(io.BytesIO(b"".join(desk.get(reverse("problems:export")).streaming_content)))
    cells = [cell for row in book.active.iter_rows(min_row=2) for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or str(cell.value or "").startswith("=")]
    assert any(str(cell.value or "").startswith("'=cmd") for cell in cells)
