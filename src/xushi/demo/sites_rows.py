"""演示区的摄像头：11个省市重大项目的现场各一路；桥林路网八月中起没有动静，永宁过暗，欣铨早上断了。"""

from dataclasses import dataclass
from datetime import date

FIRST = date(2018, 8, 1)
IDLE_FROM = date(2018, 8, 13)
UNREADABLE = (date(2018, 8, 20), date(2018, 8, 21))  # 台风天，看不清


@dataclass(frozen=True, slots=True)
class Site:
    """One camera: what is drawn, how much of it was built on FIRST and on the demonstration's day."""

    project: str
    name: str
    scene: str
    begun: float
    built: float
    works_at: str = "6:30"  # 今天几点起有人施工
    mode: str = ""  # 模拟摄像头的演法
    idle_from: date | None = None
    light: float = 1.0
    lost_at: str = ""  # 今天几点断的


SITES = (
    Site("博郡项目", "东门塔吊", "tower", 0.18, 0.62, "6:40"),
    Site("紫光项目", "西侧围挡", "houses", 0.10, 0.16, "6:50"),
    Site("科学城研发载体一期", "主楼", "tower", 0.55, 0.78, "6:05"),
    Site("依维柯新能源整车技改", "总装车间", "factory", 0.48, 0.70, "7:10"),
    Site("桥林新城路网二期", "K1+200路面", "road", 0.34, 0.43, mode="still", idle_from=IDLE_FROM),
    Site("城南河综合整治", "护岸", "river", 0.30, 0.56, "6:30"),
    Site("浦口集成电路产业基地", "动力站", "factory", 0.22, 0.40, "7:15"),
    Site("农创园二期", "基坑", "pit", 0.20, 0.66, "7:10"),
    Site("江浦中心小学改扩建", "教学楼", "tower", 0.60, 0.86, "6:25"),
    Site("永宁停车及慢行系统", "路口", "road", 0.04, 0.04, mode="dark", light=0.06),
    Site("欣铨项目", "南门", "factory", 0.80, 0.92, "6:20", mode="half-open", lost_at="6:58"),
)


def idle(project: str, day: date) -> bool:
    """Nobody worked at the site of a project that day."""
    return any(one.project == project and one.idle_from and day >= one.idle_from for one in SITES)
