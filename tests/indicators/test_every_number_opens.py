"""记分牌、各区比较、分解、街园、日历上的每个数，点开的就是它数的那几项、算它的那几步；谁看谁的都一样。"""

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import NOW
from tests.indicators.district import District
from xushi.indicators.actions_targets import TargetInput, hand_down
from xushi.indicators.models import Indicator
from xushi.journal.actions import Actor
from xushi.units.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]
JUDGED = True
SignIn = Callable[[User], Client]
LINK = re.compile(r'<a [^>]*?href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
READERS = ("office_user", "leader_user", "department_user")


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return str(answer.content.decode())


def links(text: str) -> list[tuple[str, str]]:
    """Where each link leads, and its words without marks."""
    main = text[text.index("<main") :]
    return [(html.unescape(href), re.sub(r"<[^>]+>|\s+", "", words)) for href, words in LINK.findall(main)]


def leading_to(text: str, name: str) -> list[tuple[str, str]]:
    address = reverse(f"indicators:{name}")
    return [one for one in links(text) if one[0].partition("?")[0] == address]


def rows(text: str) -> int:
    """The rows of the list of a page, as its foot says them and as they stand there."""
    body = re.findall(r"<tbody>(.*?)</tbody>", text, re.DOTALL)
    return body[0].count("<tr") if body else 0


@pytest.fixture(params=READERS)
def reader(request: pytest.FixtureRequest, users: dict[str, User], signed_in: SignIn) -> Client:
    return signed_in(users[request.param])


def test_the_counts_of_the_scoreboard_open_their_lists(reader: Client) -> None:
    board = page(reader, reverse("indicators:board"))
    opened = 0
    for url, words in leading_to(board, "every"):
        if "system=city" in url and (found := re.search(r"(\d+)项(?:目标|扣分|$|指标与任务)", words)):
            listed = rows(page(reader, url))
            assert listed == int(found[1]), (url, words)
            opened += 1
        if "standing=" in url:
            number = re.search(r"\d+", words)
            assert number is not None
            assert rows(page(reader, url)) == int(number[0]), (url, words)
            opened += 1
    assert opened == 3 + 1 + 1 + 5 + 1  # 扣分和未定的三句，全部97项，其余8项，省里五段和目标不明确的


def test_what_is_left_of_the_deductions_sums_to_what_the_row_says(reader: Client) -> None:
    board = page(reader, reverse("indicators:board"))
    said = re.search(
        r'其余(\d+)项</a>.*?data-label="扣分"><span>([\d.]+)<span class="caption"> 示例', board, re.DOTALL
    )
    assert said is not None
    rest = page(reader, f"{reverse('indicators:every')}?system=city&rest=1")
    lost = re.findall(r'data-label="扣分"><span>([\d.]+)', rest)
    assert len(lost) == int(said[1])
    assert sum(map(float, lost)) == pytest.approx(float(said[2]), abs=0.005 * len(lost))


def test_every_score_of_every_district_opens_what_it_is_made_of(reader: Client) -> None:
    peers = page(reader, reverse("indicators:peers"))
    found = leading_to(peers, "node")
    assert len(found) > 11 * 5
    for url, words in found[:: len(found) // 25]:
        shown = page(reader, url)
        title = re.search(r'conclusion-title">(.*?)</h2>', shown)
        assert title is not None
        assert (f"{words}分" if words != "—" else "没有得分") in title[1], (url, words)
    for url, words in leading_to(page(reader, reverse("indicators:board")), "node"):
        number = re.search(r"\d+\.\d\d", words)
        assert number is not None
        assert f"{number[0]}分" in page(reader, url), url


def test_the_members_of_a_node_sum_to_it_down_to_the_steps(office: Client) -> None:
    top = page(office, f"{reverse('indicators:node')}?system=city&unit=江宁区&node=重点工作任务")
    scores = [float(one) for one in re.findall(r'<td class="num bold" data-label="得分">([\d.]+)</td>', top)]
    said = re.search(r"江宁区11项重点工作任务([\d.]+)分", top)
    assert said is not None and len(scores) == 11
    assert sum(scores) == pytest.approx(float(said[1]), abs=0.06)
    leaf = next(url for url, words in links(top) if words == "“263”专项行动")
    steps = page(office, reverse("indicators:node") + leaf)
    assert "原始扣分" in steps and "得分" in steps
    assert office.get(reverse("indicators:node"), {"unit": "没有区"}).status_code == 404
    assert office.get(reverse("indicators:node"), {"node": "没有"}).status_code == 404
    assert "没有计分" in page(office, f"{reverse('indicators:node')}?node=家庭医生签约率")


def test_the_counts_of_the_ledger_and_of_the_territories_open_their_lists(
    place: District, reader: Client, users: dict[str, User]
) -> None:
    coal = Indicator.objects.get(code="煤炭消费削减量", system__code="city")
    units = [place.people.units[name].pk for name in ("江浦街道", "桥林街道")]
    targets = [TargetInput(one, 10.0) for one in units]
    hand_down(coal, 2018, targets, total=None, actor=Actor(by=users["office_user"]), now=NOW)
    ledger = page(reader, reverse("indicators:handing"))
    states = [(url, words) for url, words in links(ledger) if "state=" in url]
    assert len(states) == 4
    for url, words in states:
        number = re.search(r"\d+$", words)
        assert number is not None
        listed = page(reader, reverse("indicators:handing") + url)
        assert f"{number[0]}项，共" in listed if number[0] != "0" else "没有这样的指标" in listed
    towns = page(reader, reverse("indicators:territories"))
    found = re.findall(
        r'rowlink" href="([^"]+)">(.*?)</a>.*?data-label="得分"><span>(.*?)<.*?data-label="分到">(\d+)项',
        towns,
        re.DOTALL,
    )
    assert len(found) == 9
    for url, name, score, count in found:
        one = page(reader, html.unescape(url))
        assert rows(one) == int(count), name
        assert score in one


def test_a_territory_reaches_nothing_of_others_and_an_owner_nothing_at_all(
    place: District, users: dict[str, User], signed_in: SignIn
) -> None:
    town, owner = signed_in(place.reporter("汤泉街道")), signed_in(users["owner_user"])
    pages = ("board", "every", "peers", "node", "watch", "handing", "tasks", "scenarios", "versions")
    for name in pages:
        assert town.get(reverse(f"indicators:{name}")).status_code == 403, name
        assert owner.get(reverse(f"indicators:{name}")).status_code == 403, name
    for name in ("mine", "territories", "calendar", "calendar_export"):
        assert owner.get(reverse(f"indicators:{name}")).status_code == 403, name
        text = b"".join(town.get(reverse(f"indicators:{name}"))).decode("utf-8", "replace")
        assert "江浦街道" not in text, name
    for url, _ in links(page(town, reverse("indicators:mine"))):
        if url.startswith("/indicators/"):
            assert town.get(url).status_code == 200, url
    calendar = page(town, reverse("indicators:calendar"))
    for url, words in links(calendar):
        if url.startswith("?") and (number := re.fullmatch(r"\D+(\d+)", words)):
            listed = page(town, reverse("indicators:calendar") + url.partition("#")[0])
            assert f'<span class="card-note">{number[1]}项</span>' in listed, url
