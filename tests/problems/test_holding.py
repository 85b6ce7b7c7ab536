"""放行之后还等哪一步手续：一个决定放行的项目里，没开工的还卡在哪。"""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import NOW
from tests.permits import waiting
from tests.permits.waiting import waits
from tests.problems.builders import Town, given
from tests.problems.test_board import built
from xushi.permits.expected import reckon
from xushi.permits.models import Track
from xushi.problems import board as boards
from xushi.problems.holding import held_by, still
from xushi.units.models import User


def test_said_by_the_step_where_most_wait() -> None:
    steps = {1: "环评", 2: "征地拆迁", 3: "征地拆迁", 4: "施工许可", 5: "土地供应"}
    assert still([1, 2, 3, 9], steps) == "2个还等征地拆迁、1个还等环评"
    assert still([1, 2, 3, 4, 5], steps) == "2个还等征地拆迁、1个还等土地供应、2个还等别的手续"
    assert still([9], steps) == ""


@pytest.mark.django_db
def test_a_decision_says_what_its_projects_wait_for_next(
    town: Town, office_user: User, client: Client
) -> None:
    project = town.projects[1]
    tracks = waiting.catalogue(town.land.parent)
    Track.objects.create(project=project, catalogue=tracks.catalogue, moved_at=NOW)
    state, columns = waits(NOW.date())
    tracks.step(project, "relocation", state, **columns)
    reckon(None, now=NOW)
    given(project, town.land)
    board = built(office_user)
    boards.explain(board, office_user)
    assert [cell.still for cell in board.decisions] == ["1个还等征地拆迁"]
    assert held_by([project.pk]) == {project.pk: "征地拆迁"}
    client.force_login(office_user, backend="django.contrib.auth.backends.ModelBackend")
    assert "放行后1个还等征地拆迁" in client.get(reverse("problems:desk")).content.decode()
    behind = client.get(f"{reverse('problems:freed')}?{board.decisions[0].query}").content.decode()
    assert f'href="{reverse("permits:expected", args=[project.pk])}">征地拆迁</a>' in behind
