"""手机送来的一份记录：一段 JSON 读成一个不变的样子；读不懂的一次说全。

{"base_version": 3, "answers": [{"item": 12, "verdict": "ok|problem|not_looked"}],
 "findings": [{"key": uuid, "item": 12|null, "class": "land", "severity": 2, "words": "…", "unit": 5,
               "due_on": "2018-09-19"}],
 "words": "…", "seen_rate": "0.418"|null, "really_started": true|false|null,
 "started_at": ISO, "ended_at": ISO, "sent_at": ISO,           (the phone's clock, with its offset)
 "place": {"lng": 118.5, "lat": 32.1, "accuracy": 8}|null,     (CGCS2000)
 "signature": {"png": base64|"", "strokes": [[[x, y], …], …], "name": "…", "duty": "…"}|null,   (x, y from 0 to 1)
 "unsigned_reason": "…", "photos": [{"key": uuid, "finding": uuid|null, "kind": "visit|before"}]}

sent_at is no part of the digest: the same entry sent again later is the same entry.
"""

import base64
import binascii
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any
from uuid import UUID

from xushi.inspections.words import FindingClass, PhotoKind, Severity, Verdict
from xushi.registry.checking import Refused, RowProblem

MOST_WORDS, MOST_FINDING, MOST_FINDINGS, MOST_PHOTOS = 2000, 500, 50, 200
MOST_SIGNATURE = 300 * 1024
MOST_STROKES = 400
MOST_DEEP = 12
BIGGEST = 2**62
UNFIT_TEXT = "记录里有送不了的字（空字符或残缺的表情），请删掉再送。"
UNFIT_NUMBER = "记录里有一个数不是数，请重新打开点位再送。"
PNG = b"\x89PNG\r\n\x1a\n"
Place = tuple[Decimal, Decimal, int | None]


@dataclass(frozen=True, slots=True)
class FindingEntry:
    """One finding as recorded on the spot; unit None: the project's responsible unit."""

    key: UUID
    item: int | None
    finding_class: str
    severity: int
    words: str
    unit: int | None
    due_on: date


@dataclass(frozen=True, slots=True)
class PhotoExpected:
    key: UUID
    finding: UUID | None
    kind: str


@dataclass(frozen=True, slots=True)
class SignatureEntry:
    """The site's person: a PNG, or strokes of points from 0 to 1 to be drawn here; neither: named, and did not sign."""

    png: bytes
    strokes: tuple[tuple[tuple[float, float], ...], ...]
    name: str
    duty: str

    @property
    def drawn(self) -> bool:
        return bool(self.png or self.strokes)


@dataclass(frozen=True, slots=True)
class VisitEntry:
    """Everything one person saw at one visit; times are the phone's own. raw is what came, kept whole."""

    base_version: int
    answers: tuple[tuple[int, str], ...]
    findings: tuple[FindingEntry, ...]
    words: str
    seen_rate: Decimal | None
    really_started: bool | None
    started_at: datetime | None
    ended_at: datetime | None
    sent_at: datetime | None
    place: Place | None
    signature: SignatureEntry | None
    unsigned_reason: str
    photos: tuple[PhotoExpected, ...]
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """What makes two entries the same: all they say but when they were sent."""
        told = {name: value for name, value in self.raw.items() if name != "sent_at"}
        return sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def read_entry(data: Any) -> VisitEntry:
    """A VisitEntry from parsed JSON; Refused names whatever cannot be read."""
    if not isinstance(data, Mapping):
        raise Refused([RowProblem(0, "entry", "送来的记录不是一份完整的记录，请重新打开点位再送。")])
    if sentence := unfit(data):
        raise Refused([RowProblem(0, "entry", sentence)])
    reader = _Reader(data)
    entry = VisitEntry(
        base_version=reader.number("base_version", 0, 10**9) or 0,
        answers=tuple(reader.answers()),
        findings=tuple(reader.findings()),
        words=reader.text("words", MOST_WORDS),
        seen_rate=reader.share("seen_rate"),
        really_started=reader.yes_or_no("really_started"),
        started_at=reader.moment("started_at"),
        ended_at=reader.moment("ended_at"),
        sent_at=reader.moment("sent_at"),
        place=reader.place(),
        signature=reader.signature(),
        unsigned_reason=reader.text("unsigned_reason", 120),
        photos=tuple(reader.photos()),
        raw=dict(data),
    )
    if reader.problems:
        raise Refused(reader.problems)
    return entry


def unfit(data: Any) -> str:
    """Why what a phone sent cannot be kept at all, as a sentence: half a character, NUL, NaN, nested without end."""
    waiting = [(data, 0)]
    while waiting:
        value, deep = waiting.pop()
        if deep > MOST_DEEP:
            return "送来的记录看不懂，请重新打开点位再送。"
        if isinstance(value, str) and not fit_text(value):
            return UNFIT_TEXT
        if isinstance(value, float) and not math.isfinite(value):
            return UNFIT_NUMBER
        if isinstance(value, Mapping):
            waiting += [(part, deep + 1) for pair in value.items() for part in pair]
        elif isinstance(value, list | tuple):
            waiting += [(part, deep + 1) for part in value]
    return ""


def fit_text(text: str) -> bool:
    """A text that every database keeps: no NUL, no half of a surrogate pair."""
    return not any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text)


def place_of(data: Any) -> Place | None:
    """A place sent with an entry or a photo; ValueError where it is none on this earth."""
    if data in (None, "", {}):
        return None
    try:
        lng, lat = (Decimal(str(data[name])).quantize(Decimal("0.000001")) for name in ("lng", "lat"))
        accuracy = data.get("accuracy")
        metres = None if accuracy is None else min(max(round(float(accuracy)), 0), 10**6)
    except (TypeError, KeyError, InvalidOperation, ValueError, OverflowError) as wrong:
        raise ValueError("位置看不懂，请重新定位。") from wrong
    if not (lng.is_finite() and lat.is_finite() and abs(lng) <= 180 and abs(lat) <= 90):
        raise ValueError("位置的经纬度不对，请重新定位。")
    return lng, lat, metres


class _Reader:
    """Reads one entry and gathers what is wrong with it."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.problems: list[RowProblem] = []

    def wrong(self, name: str, sentence: str, row: int = 0) -> None:
        self.problems.append(RowProblem(row, name, sentence))

    def text(self, name: str, most: int, data: Mapping[str, Any] | None = None) -> str:
        value = str((self.data if data is None else data).get(name) or "").strip()
        if len(value) > most:
            self.wrong(name, f"“{value[:10]}…”写了{len(value)}字，最多{most}字，请精简。")
        return value[:most]

    def number(self, name: str, least: int, most: int, data: Mapping[str, Any] | None = None) -> int | None:
        value = (self.data if data is None else data).get(name)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.wrong(name, f"“{str(value)[:20]}”不是这里该有的数，请重新打开点位再送。")
        return None

    def yes_or_no(self, name: str) -> bool | None:
        value = self.data.get(name)
        return value if isinstance(value, bool) else None

    def share(self, name: str) -> Decimal | None:
        value = self.data.get(name)
        if value in (None, ""):
            return None
        try:
            found = Decimal(str(value))
        except InvalidOperation:
            found = Decimal(-1)
        if not found.is_finite() or not 0 <= found <= 10:
            self.wrong(name, "现场完成率要在0%到1000%之间，看不准就不填。")
            return None
        return found.quantize(Decimal("0.0001"))

    def moment(self, name: str) -> datetime | None:
        value = self.data.get(name)
        if not value:
            return None
        try:
            found = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
        except ValueError:
            found = datetime.min  # noqa: DTZ901 - naive on purpose: refused below
        if found.tzinfo is None or not 1990 <= found.year <= 2080:
            self.wrong(name, f"时间“{str(value)[:30]}”看不懂，要带时区。")
            return None
        return found

    def rows(self, name: str, most: int) -> Sequence[Mapping[str, Any]]:
        value = self.data.get(name) or []
        if not isinstance(value, list) or len(value) > most or not all(isinstance(x, dict) for x in value):
            self.wrong(name, f"“{name}”不是一列记录，或多于{most}条，请重新打开点位再送。")
            return []
        return value

    def key(self, data: Mapping[str, Any], name: str) -> UUID | None:
        try:
            return UUID(str(data[name]))
        except (KeyError, ValueError):
            return None

    def answers(self) -> Iterator[tuple[int, str]]:
        seen: set[int] = set()
        for row in self.rows("answers", 200):
            item, verdict = row.get("item"), row.get("verdict")
            if (
                type(item) is not int
                or not 0 < item < BIGGEST
                or verdict not in Verdict.values
                or item in seen
            ):
                self.wrong("answers", "检查单有一项看不懂或填了两次，请重新打开点位再送。")
                continue
            seen.add(item)
            yield item, str(verdict)

    def findings(self) -> Iterator[FindingEntry]:
        keys: set[UUID] = set()
        for i, row in enumerate(self.rows("findings", MOST_FINDINGS)):
            key, due_on = self.key(row, "key"), self._day(row)
            words = self.text("words", MOST_FINDING, row)
            group, severity = row.get("class"), row.get("severity")
            if key is None or key in keys:
                self.wrong("findings", "有一条发现没有标识或重了，请重新打开点位再送。", i)
            elif group not in FindingClass.values or severity not in Severity.values:
                self.wrong("findings", f"第{i + 1}条发现的类别或严重程度看不懂，请重选。", i)
            elif not words:
                self.wrong("findings", f"第{i + 1}条发现没写问题，请写一句看到了什么。", i)
            elif due_on is None:
                self.wrong("findings", f"第{i + 1}条发现没有整改期限，请选3天、7天或一个日子。", i)
            else:
                keys.add(key)
                item, unit = (self.number(name, 1, BIGGEST, row) for name in ("item", "unit"))
                yield FindingEntry(key, item, str(group), int(severity), words, unit, due_on)

    def _day(self, row: Mapping[str, Any]) -> date | None:
        try:
            found = date.fromisoformat(str(row.get("due_on")))
        except ValueError:
            return None
        return found if 2000 <= found.year <= 2200 else None

    def place(self) -> Place | None:
        try:
            return place_of(self.data.get("place"))
        except ValueError as wrong:
            self.wrong("place", str(wrong))
            return None

    def photos(self) -> Iterator[PhotoExpected]:
        for row in self.rows("photos", MOST_PHOTOS):
            key, kind = self.key(row, "key"), row.get("kind") or PhotoKind.VISIT
            if key is None or kind not in PhotoKind.values:
                self.wrong("photos", "有一张照片没有标识，请重新打开点位再送。")
                continue
            yield PhotoExpected(key, self.key(row, "finding"), str(kind))

    def signature(self) -> SignatureEntry | None:
        data = self.data.get("signature")
        if not isinstance(data, dict) or not any(data.get(part) for part in ("png", "strokes", "name")):
            return None
        sent = str(data.get("png") or "")
        try:
            png = base64.b64decode(sent.partition("base64,")[2] or sent)
        except (binascii.Error, ValueError):
            png = b"?"
        if len(png) > MOST_SIGNATURE or (png and not png.startswith(PNG)):
            self.wrong("signature", "签名的图看不懂或太大，请重签。")
            return None
        name = self.text("name", 60, data)
        if not name:
            self.wrong("signature", "签了名还要写现场负责人的姓名。")
        return SignatureEntry(png, tuple(self._strokes(data)), name, self.text("duty", 60, data))

    def _strokes(self, data: Mapping[str, Any]) -> Iterator[tuple[tuple[float, float], ...]]:
        strokes = data.get("strokes") or []
        try:
            for stroke in list(strokes)[:MOST_STROKES]:
                yield tuple((_part(x), _part(y)) for x, y in stroke[:2000])
        except (TypeError, ValueError, KeyError, OverflowError):
            self.wrong("signature", "签名的笔画看不懂，请重签。")


def _part(value: Any) -> float:
    """Where on the pad, from 0 to 1; ValueError where it is no number."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("not a place on the pad")
    return min(max(number, 0), 1)
