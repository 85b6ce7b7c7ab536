"""为企服务的规矩：套餐里有什么、模拟意见写没写、承诺到哪天核查。不碰数据库。"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

from xushi.permits.rules import LONGEST_WORDS
from xushi.registry.rules import Problem

LONGEST_OPINION = 500
LONGEST_CHECK = 366  # days after the signature by which a commitment is to be checked
REHEARSE_IN = 5  # working days that a department has to look at a rehearsal
FEWEST = 2


def problems_of_package(name: str, codes: Sequence[str], known: Collection[str]) -> Iterator[Problem]:
    """套餐: a name, at least two permits, all of them in the catalogue in force."""
    if not name.strip():
        yield Problem("name", "填套餐名称，如“拿地即开工”。")
    elif len(name.strip()) > 60:
        yield Problem("name", f"名称写了{len(name.strip())}字，最多60字。")
    if len(set(codes)) < FEWEST:
        yield Problem("codes", "套餐至少两项手续，一项的直接报件。")
    gone = [code for code in codes if code not in known]
    if gone:
        yield Problem("codes", f"现行目录里没有{'、'.join(gone)}，刷新后重选。")


def problems_of_opinion(state: str, opinion: str) -> Iterator[Problem]:
    """模拟意见: what has been looked at, or what is lacking, one a line."""
    said = opinion.strip()
    if state not in ("ok", "lacking"):
        yield Problem("state", "选“看过可行”或“还缺材料”。")
    if not said:
        missing = (
            "还缺哪几样，一样一行，项目单位照着补。"
            if state == "lacking"
            else "写清看过哪几样、以什么为准，转正式受理时照它核。"
        )
        yield Problem("opinion", missing)
    elif len(said) > LONGEST_OPINION:
        yield Problem("opinion", f"写了{len(said)}字，最多{LONGEST_OPINION}字，请精简。")


def problems_of_commitment(signer: str, words: str, check_by: date | None, on: date) -> Iterator[Problem]:
    """信用承诺: who signed what, and by when it is checked."""
    if not signer.strip():
        yield Problem("signer", "填承诺人，签字的法定代表人或被授权人。")
    elif len(signer.strip()) > 60:
        yield Problem("signer", "承诺人最多60字。")
    if not words.strip():
        yield Problem("words", "写清承诺了什么，如“水土保持方案按报批稿施工，防护先行”。")
    elif len(words.strip()) > LONGEST_WORDS:
        yield Problem("words", f"写了{len(words.strip())}字，最多{LONGEST_WORDS}字，请精简。")
    latest = on + timedelta(days=LONGEST_CHECK)
    if check_by is None:
        yield Problem("check_by", "定一个核查的日子，到期没核查会提醒部门。")
    elif check_by <= on:
        yield Problem("check_by", f"{check_by}不晚于签字的{on}，核查要在签字以后。")
    elif check_by > latest:
        yield Problem("check_by", f"核查最迟在签字一年内，请填{latest}以前的日子。")


def lacking_of(opinion: str) -> list[str]:
    """还缺的, one a line."""
    return [line.strip() for line in opinion.splitlines() if line.strip()]
