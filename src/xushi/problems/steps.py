"""页上的每一步：要填什么、怎么办、办完说什么。"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict

from xushi.core.text import row_number
from xushi.journal.actions import Actor
from xushi.problems import actions, actions_office, reporting, selectors
from xushi.problems.forms import AssignForm, Pick, day_of
from xushi.problems.models import Batch
from xushi.problems.table import BY_VERB, State, Who, steps_from
from xushi.registry.checking import Refused, RowProblem
from xushi.units.models import User


@dataclass(frozen=True, slots=True)
class Posted:
    """What a form sent for one step."""

    seen: Pick
    data: QueryDict
    files: list[Any]
    actor: Actor
    now: datetime

    @property
    def words(self) -> str:
        return self.data.get("words", "")

    @property
    def how(self) -> dict[str, Any]:
        return {"actor": self.actor, "now": self.now}

    def number(self, name: str) -> int | None:
        return row_number(self.data.get(name, ""))

    def day(self, name: str) -> Any:
        try:
            return day_of(self.data.get(name, ""))
        except ValueError as wrong:
            raise Refused([RowProblem(0, name, str(wrong))]) from wrong


def _assign(posted: Posted) -> None:
    # every one: which are out of reach, the action says in a sentence
    units = [(unit.pk, str(unit)) for unit in selectors.assignable_units(None)]
    form = AssignForm(posted.data, units=units)
    if not form.is_valid():
        raise Refused([RowProblem(0, name, str(found[0])) for name, found in form.errors.items()])
    actions_office.assign(posted.seen, form.assignment(), **posted.how)
    if posted.data.get("also_raise"):
        _raise(Posted(dict.fromkeys(posted.seen), posted.data, posted.files, posted.actor, posted.now))


def _raise(posted: Posted) -> None:
    leader = User.objects.filter(pk=posted.number("leader") or 0).first()
    if leader is None:
        raise Refused([RowProblem(0, "leader", "选一位区领导。")])
    actions_office.raise_to_leader(posted.seen, leader, posted.data.get("raise_words", ""), **posted.how)


def _batch(posted: Posted) -> None:
    if posted.data.get("batch") == "new":
        batch = actions_office.open_batch(title=posted.data.get("batch_title", ""), **posted.how)
    else:
        held = Batch.objects.filter(pk=posted.number("batch") or 0).first()
        if held is None:
            raise Refused([RowProblem(0, "batch", "选一个批次，或选“新开一批”。")])
        batch = held
    actions_office.put_into_batch(posted.seen, batch, **posted.how)


def _merge(posted: Posted) -> None:
    seen = dict(posted.seen)
    if into := posted.number("into"):
        seen.setdefault(into, None)
    actions_office.merge(seen, into=into, **posted.how)


def _return(posted: Posted) -> None:
    actions_office.return_for_rework(posted.seen, posted.words, due_on=posted.day("due_on"), **posted.how)


def _reopen(posted: Posted) -> None:
    day = posted.day("due_on")
    if day is None:
        raise Refused([RowProblem(0, "due_on", "重开要定一个新期限。")])
    actions_office.reopen(posted.seen, posted.words, day, **posted.how)


def _classify(posted: Posted) -> None:
    title = posted.data.get("title", "")
    actions_office.classify(posted.seen, posted.number("problem_class") or 0, title, **posted.how)


DOING: dict[str, Callable[[Posted], Any]] = {
    "assign": _assign,
    "raise": _raise,
    "batch": _batch,
    "merge": _merge,
    "return": _return,
    "reopen": _reopen,
    "classify": _classify,
    "send_back": lambda p: actions_office.send_back(p.seen, p.words, **p.how),
    "verify": lambda p: actions_office.verify(p.seen, words=p.words, **p.how),
    "verify_close": lambda p: actions_office.verify_and_close(p.seen, words=p.words, **p.how),
    "close": lambda p: actions_office.close(p.seen, words=p.words, **p.how),
    "amend": lambda p: reporting.amend(p.seen, p.words, **p.how),
    "withdraw": lambda p: reporting.withdraw(p.seen, p.words, **p.how),
    "note": lambda p: actions.add_note(p.seen, p.words, files=p.files, **p.how),
    "solve": lambda p: actions.solve(p.seen, p.words, files=p.files, **p.how),
    "decline": lambda p: actions.decline(p.seen, p.words, **p.how),
    "read": lambda p: actions.read_raised(p.seen, words=p.words, **p.how),
}
IN_BULK = ("assign", "merge", "batch", "raise", "send_back", "verify_close")
DONE = {
    "assign": "已分办，主办、协办单位马上收到。", "raise": "已提请，领导的待办里有了。", "batch": "已编批次。",
    "merge": "已合并，两边的进展都留着。", "send_back": "已退回报送人。", "return": "已退回重办，期限和提醒从头来过。",
    "verify": "已核实，待销号。", "verify_close": "已核实销号。", "close": "已销号。", "reopen": "已重开。",
    "classify": "类别已改。", "amend": "已补充再报。", "withdraw": "已撤回。", "note": "进展已记下。",
    "solve": "已报办结，区重大办3个工作日内核实。", "decline": "已退回改派。", "read": "已阅。",
}  # fmt: skip
# 先做的在前：按钮条上放前两个
FIRST = ("read", "amend", "verify_close", "solve", "assign", "close", "note", "reopen", "raise")
FIRST_AGAIN = ("read", "solve", "raise", "note", "assign")
LABELS = {"verify_close": "核实销号", "verify": "只核实", "read": "已阅", "return": "退回重办"}
CONSEQUENCE = {
    "assign": "主办、协办单位马上收到；改派的，原单位的待办随即撤下。",
    "solve": "报办结后由区重大办在3个工作日内核实，核实的人不能是报的人。",
    "decline": "退回后由区重大办1个工作日内另行分办。",
    "send_back": "退回后报送人会收到，补充再报时从头计时。",
    "return": "退回后主办单位的期限和提醒从头来过。",
    "merge": "两项都保留，进展都读得到；以后只办留下的那一项。",
    "raise": "提请后进领导的待办，3个工作日内阅。",
    "withdraw": "撤回后不再办理，记录保留。",
    "verify_close": "销号后主办单位的这一项办结；有反复可以重开。",
    "batch": "编进去就有清单号，改批次时在新的一批里另编号。",
}


@dataclass(frozen=True, slots=True)
class Offered:
    """A step as the page offers it to this person."""

    verb: str
    label: str
    needs: tuple[str, ...]
    consequence: str
    optional: bool  # words may be left out

    @property
    def files(self) -> bool:
        return self.verb in ("note", "solve")


def offered(state: State, parts: set[Who]) -> list[Offered]:
    """What this person can do now, the usual first; verifying comes with closing at once beside it."""
    found = [step.verb for step in steps_from(state, parts)]
    if "verify" in found and Who.OFFICE in parts:
        found.insert(0, "verify_close")
    first = FIRST_AGAIN if state == State.ASSIGNED else FIRST
    ranked = sorted(found, key=lambda verb: first.index(verb) if verb in first else len(first))
    return [_offer(verb, state) for verb in ranked]


def _offer(verb: str, state: State) -> Offered:
    step = BY_VERB.get(verb)
    needs = step.needs if step else ()
    label = LABELS.get(verb) or (step.name if step else verb)
    if verb == "assign" and state == State.ASSIGNED:
        label = "改派"
    return Offered(verb, label, needs, CONSEQUENCE.get(verb, ""), optional="words" not in needs)
