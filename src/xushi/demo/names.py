"""地名与路名是浦口的，项目名是拟的：哪里、什么、多大，三样对得上；一个名字只用一次。"""

import math
import random
from collections.abc import Sequence

from xushi.demo.row import Row
from xushi.demo.works import SMALL, WORKS, Work

# 属地、当年实施的个数、到八月的完成率（%）、应开未开、进度滞缓、产业项目大约几个；由慢到快，取自示意图
SHAPE = (
    ("汤泉街道", 33, 58.3, 4, 6, 4),
    ("桥林街道", 54, 63.5, 5, 7, 16),
    ("永宁街道", 36, 66.0, 3, 4, 3),
    ("农创园", 16, 66.3, 1, 2, 4),
    ("科学城", 25, 67.9, 1, 4, 12),
    ("星甸街道", 29, 68.5, 2, 3, 4),
    ("江浦街道", 78, 68.5, 3, 5, 7),
    ("顶山街道", 31, 69.7, 1, 3, 6),
    ("浦口经济开发区", 62, 71.4, 2, 4, 20),
)
# 已经有大项目竣工的几处，完成率够高了，其余竣工的产业项目落在别处
COMPLETED_IN = ("桥林街道", "永宁街道", "星甸街道", "顶山街道")
TERRITORIES = tuple((name, count) for name, count, *_ in SHAPE)
# 村、社区、片区
PLACES = {
    "汤泉街道": ("汤泉", "九龙湖", "泉西", "泉东", "瓦殿", "陈庄", "高华", "新金", "龙井", "三泉"),
    "桥林街道": ("桥林", "乌江", "石桥", "林浦圩", "西山", "勤丰", "周营", "福音", "茶棚", "刘公", "林山", "双垅"),
    "永宁街道": ("永宁", "侯冲", "大埝", "青山", "友联", "西葛", "高丽", "联合", "永丰"),
    "农创园": ("农创园", "行知", "后圩", "东葛"),
    "科学城": ("科学城", "龙山", "团结河", "浦滨"),
    "星甸街道": ("星甸", "九华", "十里", "万隆", "石村", "王村", "双山"),
    "江浦街道": (
        "江浦", "求雨山", "白马", "西门", "南门", "新河", "巩固", "凤凰", "烈士塔", "同心", "象山", "五里", "高旺",
        "华光", "墨香", "雨山",
    ),
    "顶山街道": ("顶山", "吉庆", "临江", "石佛", "大新", "七里", "金汤", "珍珠泉", "定山"),
    "浦口经济开发区": ("开发区北片", "开发区南片", "桥林新城东片", "桥林新城西片", "林蒲"),
}  # fmt: skip
ROADS = {
    "汤泉街道": ("汤泉西路", "温泉路", "泉乐路", "圣汤路"),
    "桥林街道": ("步月路", "兰溪路", "滨河路", "林溪路", "桥星大道", "石碛路"),
    "永宁街道": ("永新路", "永宁大街", "侯冲路", "友谊路"),
    "农创园": ("行知路", "农科路"),
    "科学城": ("龙山北路", "求真路", "科创大道", "团结路"),
    "星甸街道": ("星甸大街", "九华路", "星桥路"),
    "江浦街道": (
        "文德路", "象贤路", "公园北路", "珍珠街", "凤凰大街", "雨山西路", "龙华路", "新马路", "江山大街", "雨合路",
        "仁山路", "康安路", "白马东路",
    ),
    "顶山街道": ("吉庆路", "临江路", "浦珠路", "七里河大街"),
    "浦口经济开发区": (
        "丹桂路", "凌霄路", "百合路", "紫峰路", "双峰路", "秋韵路", "云杉路", "银杏路", "龙港路", "浦乌路",
    ),
}  # fmt: skip
DIFFICULTIES = (
    *("征地拆迁未完",) * 4,
    *("用地规划待批",) * 3,
    "融资未到位",
    "施工图审查中",
    "管线迁改未完",
    "招标未完成",
    "环评待批",
)


class Namer:
    """Names rows that have a category and a territory, and says how large such a thing usually is."""

    def __init__(self, chance: random.Random, taken: Sequence[Row]) -> None:
        self.chance = chance
        self.used = {row.name for row in taken}
        self.counts: dict[tuple[str, str], int] = {}

    def name(self, row: Row, works: Sequence[Work]) -> Work:
        """Give the row a name and return what kind of work it is; kinds much used already come up less."""
        for _ in range(400):
            work = self._choose(works, row.territory)
            places = ROADS if work.on == "road" else PLACES
            name = f"{self.chance.choice(places[row.territory])}{work.name}{self._phase(work)}".replace(
                "片片区", "片"
            )
            if name not in self.used:
                self.used.add(name)
                self.counts[row.territory, work.name] = self.counts.get((row.territory, work.name), 0) + 1
                row.name, row.chain = name, work.chain
                return work
        raise ValueError(f"{row.territory}的名字不够用了")

    def _choose(self, works: Sequence[Work], territory: str) -> Work:
        weights = [work.weight / (1 + self.counts.get((territory, work.name), 0)) for work in works]
        return self.chance.choices(works, weights)[0]

    def _phase(self, work: Work) -> str:
        """Large ones come in phases."""
        return self.chance.choice(("一期", "二期", "")) if work.high >= 150_000 and work.on == "place" else ""

    def usual(self, work: Work) -> int:
        """万元: small ones are commoner than large ones, whatever the range."""
        return round(math.exp(self.chance.uniform(math.log(work.low), math.log(work.high))))


def small_works(category: str) -> list[Work]:
    return [work for work in WORKS[category] if work.name in SMALL[category]]


def waiting_works(category: str, at_most: int) -> list[Work]:
    """Kinds that may be as small as at_most 万元."""
    return [work for work in WORKS[category] if work.low <= at_most]


__all__ = [
    "COMPLETED_IN",
    "DIFFICULTIES",
    "PLACES",
    "ROADS",
    "SHAPE",
    "TERRITORIES",
    "Namer",
    "small_works",
    "waiting_works",
]
