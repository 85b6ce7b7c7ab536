"""督查和现场的数：开展几次、看过几个、督促开工几个、发现几项；几个现场装了监控。"""

from collections.abc import Mapping
from functools import partial

from django.db.models import Exists, OuterRef

from xushi.calendars.selectors import calendar
from xushi.documents.named_scope import Asked, Name, Part, address, number, of_figure
from xushi.documents.sourced import Sourced
from xushi.inspections.figures import strip
from xushi.inspections.wanted import FindingsWanted
from xushi.inspections.words import FindingState
from xushi.problems.rules import Horizon
from xushi.registry.models import Listing, ListLevel
from xushi.sites.models import Camera

NAMES = (
    Name("rounds", "联合督查", "本年到这个月已经结束的联合督查。"),
    Name("seen", "看过项目", "本年到这个月看过的项目，一个只计一次。"),
    Name("urged", "督促开工", "看的时候没有开工、看后60天内开工的项目。"),
    Name("found", "发现问题", "本年到这个月发现、没有撤回的问题。"),
    Name("verified", "整改销号", "本年到这个月发现的问题里，复核过、已经销号的。"),
    Name("late", "整改逾期", "现在过了期限还没有改好的问题。"),
)
SITES = (
    Name("projects", "装监控的项目", "现场装有在用摄像头的项目。"),
    Name("joint", "装监控的省市重大项目", "装有在用摄像头、列入当年省或市重大项目名单的项目。"),
    Name("cameras", "摄像头", "在用的摄像头。"),
)
JOINT = (ListLevel.PROVINCIAL, ListLevel.MUNICIPAL)


def _inspections(asked: Asked) -> Mapping[str, Sourced]:
    horizon = Horizon.at(asked.now, calendar())
    made = {}
    names = {name.name: name for name in NAMES}
    for one in strip(asked.user, asked.month, horizon, None):
        if one.figure.name == "late" and not asked.latest:
            continue
        key = f"inspections.{one.figure.name}"
        made[key] = of_figure(
            asked,
            key,
            names[one.figure.name],
            one.figure,
            rows=one.url,
            unit=one.unit,
            scope="联合督查",
            by_month=True,
        )
    wanted = FindingsWanted(state=FindingState.VERIFIED, year=asked.year, until=str(asked.month))
    made["inspections.verified"] = number(
        asked, "inspections.verified", names["verified"], wanted.rows(asked.user, horizon.late_before).count(), unit="项",
        scope="联合督查", as_of=str(asked.month), rows=address("inspections:findings", wanted.query()),
    )  # fmt: skip
    return made


def _sites(asked: Asked) -> Mapping[str, Sourced]:
    """As they are in use now: what was taken out of use since is not counted for an earlier month."""
    cameras = Camera.objects.in_use().visible_to(asked.user).filter(added_at__lte=asked.until).order_by()
    listed = Listing.objects.filter(project=OuterRef("project"), year=asked.year, level__in=JOINT)
    values = {
        "projects": cameras.values("project").distinct().count(),
        "joint": cameras.filter(Exists(listed)).values("project").distinct().count(),
        "cameras": cameras.count(),
    }
    one = partial(number, asked, scope="视频监控")
    wall = address("sites:wall")
    return {
        f"sites.{name.name}": one(
            f"sites.{name.name}", name, values[name.name], unit="路" if name.name == "cameras" else "个",
            rows="" if name.name == "joint" else wall,
        )
        for name in SITES
    }  # fmt: skip


PARTS = (Part("inspections", "现场督查", NAMES, _inspections), Part("sites", "视频监控", SITES, _sites))
