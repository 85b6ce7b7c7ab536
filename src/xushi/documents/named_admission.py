"""准入会审的数：开了几次会、通过几个、不准入几个、在审几个；向上申报了几个。"""

from collections.abc import Mapping
from functools import partial

from django.db.models import Count

from xushi.admission.models import Application, Sitting
from xushi.admission.models_decisions import Decision
from xushi.admission.selectors import tab_counts
from xushi.admission.table import Outcome
from xushi.documents.named_scope import Asked, Name, Part, address, number
from xushi.documents.sourced import Sourced
from xushi.planning.models import Declaration

NAMES = (
    Name("passed", "通过会审", "本年会审决定准入和附条件准入的项目。"),
    Name("conditional", "附条件准入", "本年会审决定附条件准入的项目。"),
    Name("refused", "不准入", "本年会审决定不准入的项目。"),
    Name("deferred", "缓议", "本年会审决定缓议、还没有再定的项目。"),
    Name("sittings", "会审次数", "本年到这一天已经开过的会审。"),
    Name("waiting", "在审", "现在等受理或会审的申请。"),
)
SENT = (Declaration.State.SENT, Declaration.State.ACCEPTED, Declaration.State.REFUSED)
DECLARED = (
    Name("provincial", "申报省重大项目", "本年已上报、申报列入省重大项目名单的项目。"),
    Name("municipal", "申报市重大项目", "本年已上报、申报列入市重大项目名单的项目。"),
)


def _read(asked: Asked) -> Mapping[str, Sourced]:
    seen = Application.objects.visible_to(asked.user)
    decided = Decision.objects.filter(
        application__in=seen.values("pk"), at__gte=asked.first_moment, at__lte=asked.until
    )
    counted = dict(decided.order_by().values_list("outcome").annotate(n=Count("application", distinct=True)))
    deferred = decided.filter(outcome=Outcome.DEFERRED).exclude(
        application__in=decided.exclude(outcome=Outcome.DEFERRED).values("application")
    )
    tabs = tab_counts(asked.user)
    values = {
        "passed": counted.get(Outcome.ADMITTED, 0) + counted.get(Outcome.CONDITIONAL, 0),
        "conditional": counted.get(Outcome.CONDITIONAL, 0),
        "refused": counted.get(Outcome.REFUSED, 0),
        "deferred": deferred.order_by().values("application").distinct().count(),
        "sittings": _sittings(asked),
        "waiting": tabs["waiting"] if asked.latest else None,
    }
    behind = {"passed": "in", "refused": "refused", "deferred": "deferred", "waiting": "waiting"}
    made = {}
    for name in NAMES:
        tab = behind.get(name.name, "")
        same = (
            tab and tabs[tab] == values[name.name]
        )  # the tab holds every year's: offered where that is the same
        made[f"admission.{name.name}"] = number(
            asked, f"admission.{name.name}", name, values[name.name], scope="准入会审",
            unit="次" if name.name == "sittings" else "个", rows=address("admission:desk", f"tab={tab}") if same else "",
        )  # fmt: skip
    return made


def _sittings(asked: Asked) -> int:
    seen = Sitting.objects.visible_to(asked.user)
    return int(seen.filter(at__gte=asked.first_moment, at__lte=asked.until).count())


def _declared(asked: Asked) -> Mapping[str, Sourced]:
    seen = Declaration.objects.visible_to(asked.user).filter(
        year=asked.year, sent_on__lte=asked.day, state__in=SENT
    )
    counted = dict(seen.order_by().values_list("level").annotate(n=Count("pk")))
    one = partial(number, asked, unit="个", scope="申报", rows=address("planning:declarations"))
    return {
        f"declared.{name.name}": one(f"declared.{name.name}", name, counted.get(name.name, 0))
        for name in DECLARED
    }


PARTS = (Part("admission", "准入会审", NAMES, _read), Part("declared", "向上申报", DECLARED, _declared))
