"""给行起名、定类别、落属地：地名、路名是浦口的，项目名是拟的。"""

import random
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xushi.demo.rows import Row

# 属地与当年实施的个数；慢的排在前面，滞缓的项目先落到那里
TERRITORIES = (
    ("汤泉街道", 33), ("桥林街道", 54), ("永宁街道", 36), ("农创园", 16), ("科学城", 25),
    ("星甸街道", 29), ("江浦街道", 78), ("顶山街道", 31), ("浦口经济开发区", 62),
)  # fmt: skip
OTHER_CATEGORIES = (("infrastructure", 132), ("livelihood", 98), ("environment", 58))
PLACES = {
    "汤泉街道": ["汤泉", "九龙湖", "泉西", "瓦殿", "陈庄", "龙华"],
    "桥林街道": ["桥林", "乌江", "石桥", "林蒲", "步月", "双垅"],
    "永宁街道": ["永宁", "侯冲", "大埝", "青山", "西葛", "高丽"],
    "农创园": ["农创园", "行知", "后圩", "东葛"],
    "科学城": ["科学城", "龙山", "团结河", "求新"],
    "星甸街道": ["星甸", "九华", "十里", "万寿", "石村"],
    "江浦街道": ["江浦", "珠江", "求雨山", "白马", "公园北", "凤凰", "文德", "新河", "浦乌", "雨山"],
    "顶山街道": ["顶山", "吉庆", "临江", "石佛", "定山"],
    "浦口经济开发区": ["开发区", "秋韵", "百合", "紫峰", "双峰", "丹桂", "凌霄"],
}
WORKS = {
    "advanced_manufacturing": [
        "集成电路封测项目", "晶圆再生项目", "功率器件产线", "新能源电池包工厂", "汽车电子产业园", "智能机器人基地",
        "精密模具厂", "传感器生产线", "激光装备厂", "轻量化零部件项目", "高端轴承项目", "生物试剂工厂",
    ],
    "modern_services": [
        "科创载体", "云计算中心", "物联网产业园", "商贸综合体", "金融服务中心", "颐养社区", "物流枢纽", "创意街区",
        "软件园", "会展中心", "人才公寓", "总部楼宇",
    ],
    "infrastructure": [
        "路网一期", "路网二期", "主干路改造", "跨河桥", "综合管廊", "雨污分流", "停车及慢行系统", "公交首末站",
        "变电站", "供水加压站", "燃气管线", "快速路匝道", "通信管网", "泵站改造", "支路建设", "路灯改造",
    ],
    "livelihood": [
        "中心小学改扩建", "初级中学", "幼儿园", "社区卫生服务中心", "保障房一期", "保障房二期", "养老服务中心",
        "文体中心", "农贸市场改造", "老旧小区整治", "邻里中心", "派出所业务用房", "便民服务中心",
    ],
    "environment": [
        "河道综合整治", "黑臭水体治理", "湿地修复", "郊野公园", "污水处理厂提标", "绿道", "矿山复绿",
        "垃圾分类站", "沿江造林", "水环境提升",
    ],
}  # fmt: skip
CHAINS = {
    "advanced_manufacturing": ["集成电路", "新能源汽车", "轨道交通", "智能制造", "生物医药"],
    "modern_services": ["科技服务", "文旅健康", "商贸物流", "金融服务"],
}
DIFFICULTIES = (
    "征地拆迁未完",
    "用地规划待批",
    "融资未到位",
    "施工图审查中",
    "管线迁改未完",
    "招标未完成",
    "环评待批",
)


class Namer:
    """Gives each row without one its category, territory, name, chain, owner and difficulty; no name twice."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.used: set[str] = set()

    def dress(self, rows: "Sequence[Row]") -> None:
        self.used |= {row.name for row in rows if row.name}
        self._categorise(rows)
        self._settle([row for row in rows if row.stage == 1])
        for row in rows:
            row.territory = row.territory or self.chance.choice(TERRITORIES)[0]
            row.name = row.name or self._name(row)
            row.chain = row.chain or self.chance.choice(CHAINS.get(row.category, [""]))
            row.owner_kind = row.owner_kind or self._owner(row)
            if not row.difficulty and row.stage == 1 and (row.slipping or not row.started):
                row.difficulty = self.chance.choice(DIFFICULTIES)

    def _categorise(self, rows: "Sequence[Row]") -> None:
        kinds = [code for code, count in OTHER_CATEGORIES for _ in range(count)]
        self.chance.shuffle(kinds)
        others = iter(kinds)
        for row in rows:
            if row.category:
                continue
            if row.industrial:
                row.category = self.chance.choice(["advanced_manufacturing", "modern_services"])
            else:
                row.category = next(others, None) or self.chance.choice(OTHER_CATEGORIES)[0]

    def _settle(self, under_way: "Sequence[Row]") -> None:
        """Territories by their counts: the slower a project, the likelier it lies in a slow one."""
        room = dict(TERRITORIES)
        for row in under_way:
            if row.territory:
                room[row.territory] -= 1
        places: Iterator[str] = iter([name for name, _ in TERRITORIES for _ in range(room[name])])
        homeless = [row for row in under_way if not row.territory]
        homeless.sort(key=lambda row: row.rate + self.chance.gauss(0, 0.9) + (0.25 if row.industrial else 0))
        for row, place in zip(homeless, places, strict=True):
            row.territory = place

    def _name(self, row: "Row") -> str:
        for number in ("", "（二期）", "（三期）", "（四期）", "（五期）"):
            for _ in range(40):
                place = self.chance.choice(PLACES[row.territory])
                name = f"{place}{self.chance.choice(WORKS[row.category])}{number}"
                if name not in self.used:
                    self.used.add(name)
                    return name
        raise ValueError("名字不够用了")

    def _owner(self, row: "Row") -> str:
        if not row.industrial:
            return self.chance.choice(["government", "government", "state"])
        return self.chance.choice(
            ["private", "private", "private", "foreign", "state", "central_soe", "fortune_500"]
        )
