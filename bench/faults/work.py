"""One person at work over HTTP: sends forms, sends them again where the answer was lost, and remembers what was said."""

import io
import random
import re
from collections.abc import Callable
from typing import TypeVar
from uuid import uuid4

import requests
from PIL import Image

from bench.faults.memory import Memory

T = TypeVar("T")
MONTH = "2018-12"
PATIENCE = 20  # seconds a person waits for an answer
AGAIN = 12  # times a form is sent again
ANEW = 0.2  # share of the looks at nothing owed that lead to a report sent anew
SENTENCES = ("数据库暂时没有答复", "服务器的磁盘满了")


class Lost(Exception):
    """No answer, or the sentence that it may not have been kept: nobody knows whether it was written."""


class Refused(Exception):
    """A plain no: nothing was written."""


class Person:
    """A signed-in browser without scripts."""

    def __init__(self, url: str, session: str, csrf: str, memory: Memory, chance: random.Random) -> None:
        self.url, self.csrf, self.memory, self.chance = url, csrf, memory, chance
        self.web = requests.Session()
        self.web.cookies.update({"sessionid": session, "csrftoken": csrf})

    def get(self, path: str) -> str:
        return self._said(lambda: self.web.get(f"{self.url}{path}", timeout=PATIENCE), path).text

    def post(self, path: str, fields: dict[str, object], files: object = None) -> requests.Response:
        data = {"csrfmiddlewaretoken": self.csrf} | fields
        return self._said(
            lambda: self.web.post(
                f"{self.url}{path}", data=data, files=files, timeout=PATIENCE, allow_redirects=False
            ),  # type: ignore[arg-type]
            path,
        )

    def _said(self, ask: object, path: str) -> requests.Response:
        try:
            answer: requests.Response = ask()  # type: ignore[operator]
        except requests.RequestException as problem:
            self.memory.heard("no answer")
            raise Lost(str(problem)) from problem
        if answer.status_code == 503:
            self.memory.heard("503 sentence")
            if not any(words in answer.text for words in SENTENCES):
                self.memory.strange(f"503 without a sentence: {path}")
            raise Lost(answer.text[:80])
        if answer.status_code >= 500:
            self.memory.heard(str(answer.status_code))
            self.memory.strange(f"{answer.status_code} {path}: {answer.text[:120]!r}")
            raise Lost(path)
        if answer.status_code >= 400:
            self.memory.heard(str(answer.status_code))
            raise Refused(f"{answer.status_code} {path} {_words(answer.text)}")
        if answer.headers.get("Location", "").startswith("/login"):
            self.memory.strange(f"登录状态没了：{path}")
            raise Refused(f"login {path}")
        self.memory.heard("answered")
        return answer

    def until_told(
        self, path: str, fields: dict[str, object], photo: bytes = b""
    ) -> requests.Response | None:
        """Send the same form again until there is an answer; None where patience has ended."""
        for _ in range(AGAIN):
            try:
                files = {"photos": ("现场.jpg", photo, "image/jpeg")} if photo else None
                return self.post(path, fields, files)
            except Lost:
                self.wait(0.5)
        return None

    def steady(self, ask: Callable[[], T]) -> T:
        """Asked again until there is an answer: for what may well be done twice. Lost where patience has ended."""
        for _ in range(AGAIN):
            try:
                return ask()
            except Lost:
                self.wait(0.5)
        return ask()

    def wait(self, seconds: float) -> None:
        import time

        time.sleep(seconds * self.chance.uniform(0.5, 1.5))


def report(person: Person, projects: list[dict[str, int]]) -> None:
    """报月报 that are owed, first of all those that came back; now and then one that is in already is sent anew."""
    owed = person.get(f"/progress/mine/?month={MONTH}").partition(">已报</h2>")[0]
    todo = {int(pk) for pk in re.findall(rf"/progress/report/(\d+)/{MONTH}/", owed)}
    mine = [one for one in projects if one["pk"] in todo]
    if not mine and person.chance.random() < ANEW:
        mine = projects
    if mine:
        _report(person, person.chance.choice(mine))


def _report(person: Person, project: dict[str, int]) -> None:
    """Each a little more than the last; one try, since a report sent twice is the same report."""
    held, path = person.memory.reports, f"/progress/report/{project['pk']}/{MONTH}/"
    page = person.get(path)
    found = re.search(r'name="based_on" value="(\d+)"', page)
    if found is None:
        raise Refused("closed")
    project["cumulative"] += 10_000
    held.setdefault(project["pk"], {project["cumulative"] - 10_000})
    fields: dict[str, object] = {
        "act": "submit", "entered": "cumulative", "amount": f"{project['cumulative']}元", "has_difficulty": "no",
        "physical_progress": "主体施工", "explanation": "按实际完成补报", "based_on": found[1],
    }  # fmt: skip
    held[project["pk"]] |= {project["cumulative"]}
    try:
        answer = person.post(path, fields)
    except Refused:
        held[project["pk"]] -= {project["cumulative"]}
        raise
    if "sent=" in answer.headers.get("Location", ""):
        held[project["pk"]] = {project["cumulative"]}
        person.memory.heard("report sent")


def problem(person: Person, project: int, kind: tuple[int, int]) -> None:
    """报问题 with a photo, under a token."""
    token, path = uuid4().hex, f"/problems/new/{project}/"
    fields: dict[str, object] = {
        "act": "submit", "token": token, "kind": kind[0], "sub": kind[1], "words": f"演练里报的问题{token}，请协调。",
    }  # fmt: skip
    person.memory.problems[token] = person.memory.photos[token] = False
    answer = person.until_told(path, fields, photo(person.chance))
    if answer is not None and "sent=1" in answer.headers.get("Location", ""):
        person.memory.problems[token] = person.memory.photos[token] = True


def draft(person: Person, project: int) -> None:
    """存草稿: what is acknowledged last must be there."""
    words, path = f"写到一半{uuid4().hex}", f"/problems/new/{project}/draft/"
    may = person.memory.drafts.setdefault(project, [""])  # none, until one is acknowledged
    may.append(words)
    answer = person.post(path, {"words": words})
    if answer.status_code == 200:  # a way to another page is no word that it is kept
        person.memory.drafts[project] = [words]
    else:
        person.memory.heard(f"draft led to {answer.headers.get('Location', '')[:40]}")


def observe(person: Person, indicator: int) -> None:
    """报指标数: the same month anew; the last that was acknowledged stands, and the scores follow from it."""
    held, value = person.memory.values, round(person.chance.uniform(50, 75), 3)
    held.append(value)
    fields: dict[str, object] = {
        "period": "2018-06", "value": f"{value}", "source": "演练", "explanation": "演练：重报", "evidence": "",
    }  # fmt: skip
    try:
        answer = person.post(f"/indicators/{indicator}/report/", fields)
    except Refused:
        held.remove(value)
        raise
    if answer.status_code == 302:
        held[:] = [value]
        person.memory.heard("value kept")


def score(person: Person) -> None:
    """打分: the board scores anew whatever stands."""
    page = person.get("/indicators/")
    if not re.search(r"得[\d.]+分", page):
        person.memory.strange(f"得分页没有得分：{_words(page)}")


def order(person: Person, lead: int) -> None:
    """拟督办单并签发, with the token of its form."""
    page = person.get("/supervision/orders/new")
    token = re.search(r'name="token" value="([0-9a-f]+)"', page)
    if token is None:
        raise Refused("no form")
    title = f"演练督办{uuid4().hex}"
    person.memory.orders[title] = False
    fields: dict[str, object] = {
        "act": "issue", "token": token[1], "title": title, "lead": lead, "demand": "报送凭据", "urgency": "ordinary",
    }  # fmt: skip
    urgency = re.search(r'name="urgency" value="(\w+)"', page)
    answer = person.until_told("/supervision/orders/new", fields | {"urgency": urgency[1] if urgency else ""})
    if answer is not None and "issued=1" in answer.headers.get("Location", ""):
        person.memory.orders[title] = True


def bring_in(person: Person, town: str) -> None:
    """导入一张表: hand it in, look, commit; whether it is in is asked afterwards where the answer was lost."""
    name = f"演练导入工程{uuid4().hex}"
    person.memory.imports[name] = False
    sheet = f"项目名称,类别,属地,总投资（万元）\n{name},infrastructure,{town},24000\n".encode("utf-8-sig")
    handed = person.post(
        "/exchange/", {"kind": "projects"}, {"file": ("演练.csv", io.BytesIO(sheet), "text/csv")}
    )
    where = handed.headers.get("Location", "")
    for _ in range(AGAIN):
        try:
            page = person.get(where)
            seen = re.search(r'name="seen" value="([^"]+)"', page)
            if seen is None:
                person.memory.imports[name] = "undo" in page
                return
            person.post(f"{where}commit/", {"seen": seen[1]})
        except Lost:
            person.wait(0.5)


def read(person: Person) -> None:
    """The pages people open most, and the figures."""
    person.get(person.chance.choice(["/", "/overview/", "/projects/", "/supervision/orders/", "/problems/"]))


def jump(person: Person) -> None:
    """拨钟: a day on."""
    person.post("/clock/", {"by": "day"})


def photo(chance: random.Random) -> bytes:
    """A small JPEG unlike any other."""
    out = io.BytesIO()
    Image.effect_noise((64, 48), chance.uniform(20, 90)).save(out, "JPEG")
    return out.getvalue()


def _words(page: str) -> str:
    found = re.search(r"<h1[^>]*>([^<]*)", page)
    errors = re.findall(r'role="alert"[^>]*>((?:(?!</p>).)*)</p>', page, re.DOTALL)
    said = [re.sub(r"<[^>]+>|\s+", "", sentence) for sentence in errors]
    return f"{found[1] if found else ''} {said}"
