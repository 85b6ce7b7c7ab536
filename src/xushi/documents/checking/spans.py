"""多长时间：有效期几年到哪一天、为期几天、任职满几年、过了期限几天、五年规划是哪五年。"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from xushi.documents.checking.judging import Claim, Claimed
from xushi.documents.checking.quantities import number_in, numeral
from xushi.documents.checking.reading import Text

_TERM = re.compile(
    r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})日)?[^。；]{0,16}?(?:有效期|租期|期限|合同期|服务期|任期|承包期|试行期)(?:为|限)?(?P<n>\d{1,2}|[一二两三四五六七八九十])年"
    r"[^。；\d]{0,12}?(?:至|到|应于|将于|于)(?P<y2>\d{4})年(?P<m2>\d{1,2})月(?:(?P<d2>\d{1,2})日)?"
)
_PLAN = re.compile(
    r"十(?P<n>[一二三四五])五[”\"]?(?:时期|期间|规划期?)?（(?P<a>\d{4})年?[—\-至到](?P<b>\d{4})年"
)
_DAYS_LONG = re.compile(
    r"\d{1,2}月(?P<a>\d{1,2})日(?:至|到|—|-)(?P<b>\d{1,2})日[^。；]{0,30}?(?:为期|历时|连续)(?P<n>\d{1,2}|[一二两三四五六七八九十]{1,3})(?P<unit>天)"
)
_FULL_YEARS = re.compile(
    r"(?:自|从)?(?P<y>\d{4})年(?P<m>\d{1,2})月[^。；\d]{0,14}，?(?:至|到|截至)(?P<y2>\d{4})年(?P<m2>\d{1,2})月[^。；\d]{0,8}(?P<word>满(?P<n>\d{1,2}|[一二两三四五六七八九十])(?:周)?年)"
)
_TERM_OF = re.compile(
    r"(?:任期|有效期|租期|期限|合同期|服务期|承包期|试行期|建设期)(?:为|限)?(?P<n>\d{1,2}|[一二两三四五六七八九十])年，(?:自|从)(?P<y>\d{4})年(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})日)?(?:起)?(?:至|到)(?P<y2>\d{4})年(?P<m2>\d{1,2})月(?:(?P<d2>\d{1,2})日)?"
)
_DAYS_LATE = re.compile(
    r"(?P<m1>\d{1,2})月(?P<d1>\d{1,2})日(?:之?前)[^。；]{0,40}?(?P<m2>\d{1,2})月(?P<d2>\d{1,2})日[^。；\d]{0,16}(?:逾期|超期|迟报|晚了?|拖延)(?:了)?(?P<n>\d{1,3})[天日]"
)


def terms(text: Text) -> Iterator[Claim]:
    """自2024年6月28日起施行，有效期5年，至2030年6月27日止; 2015年3月签订，租期三年，应于2019年3月到期."""
    for found in (*_TERM.finditer(text.regular), *_TERM_OF.finditer(text.regular)):
        years = int(found["y2"]) - int(found["y"])
        months = years * 12 + int(found["m2"]) - int(found["m"])
        due = number_in(found["n"]) * 12
        held = _ends(found, due) if found["d"] and found["d2"] else months in (due, due - 1)
        if abs(months - due) > 18:
            continue
        begin = found.start("y2")
        stop = found.end()
        yield Claim(
            Claimed.DATE, begin, stop, text.regular[begin:stop], held,
            words=f"自{found['y']}年{found['m']}月起{found['n']}年，应到{int(found['y']) + number_in(found['n'])}年",
        )  # fmt: skip


def _ends(found: "re.Match[str]", months: int) -> bool:
    try:
        first = date(int(found["y"]), int(found["m"]), int(found["d"]))
        last = date(int(found["y2"]), int(found["m2"]), int(found["d2"]))
        due = first.replace(year=first.year + months // 12)
    except ValueError:
        return True
    return abs((last - due).days) <= 1


def five_years(text: Text) -> Iterator[Claim]:
    """“十三五”时期（2016—2021年）: it ended in 2020."""
    for found in _PLAN.finditer(text.regular):
        first = 1996 + int(numeral(found["n"])) * 5 + 5
        held = int(found["a"]) == first and int(found["b"]) == first + 4
        wrong = "b" if int(found["a"]) == first else "a"
        begin, stop = found.start(wrong), found.end(wrong) + (1 if wrong == "b" else 0)
        yield Claim(
            Claimed.DATE, begin, stop, text.regular[begin:stop], held,
            words=f"“十{found['n']}五”是{first}—{first + 4}年",
        )  # fmt: skip


def days_long(text: Text) -> Iterator[Claim]:
    """8月5日至9日，为期6天; 2021年10月产生，至2024年10月已任职满四年."""
    for found in _DAYS_LONG.finditer(text.regular):
        days, said = int(found["b"]) - int(found["a"]) + 1, number_in(found["n"])
        if days > 0 and abs(days - said) <= 5:
            begin, stop = found.start("n"), found.end("unit")
            yield Claim(
                Claimed.DATE, begin, stop, text.regular[begin:stop], said in (days, days - 1), computed=Decimal(days),
                words=f"{found['a']}日至{found['b']}日是{days}天",
            )  # fmt: skip
    for found in _FULL_YEARS.finditer(text.regular):
        months = (int(found["y2"]) - int(found["y"])) * 12 + int(found["m2"]) - int(found["m"])
        said = number_in(found["n"])
        if abs(months - said * 12) <= 24:
            begin, stop = found.start("word"), found.end("word")
            yield Claim(
                Claimed.DATE, begin, stop, text.regular[begin:stop], 0 <= months - said * 12 < 12,
                words=f"到{found['y2']}年{found['m2']}月是{months // 12}年{f'{months % 12}个月' if months % 12 else ''}",
            )  # fmt: skip


def days_late(text: Text) -> Iterator[Claim]:
    """要求9月10日前上报，直至10月8日才上报，逾期18天."""
    for found in _DAYS_LATE.finditer(text.regular):
        try:
            due = date(2018, int(found["m1"]), int(found["d1"]))
            done = date(2018, int(found["m2"]), int(found["d2"]))
        except ValueError:
            continue
        days = (done - due).days
        if days <= 0 or "工作日" in found[0]:
            continue
        begin, stop = found.start("n"), found.end()
        yield Claim(
            Claimed.DATE, begin, stop, text.regular[begin:stop], int(found["n"]) in (days, days + 1),
            computed=Decimal(days), words=f"两个日子相差{days}天",
        )  # fmt: skip
