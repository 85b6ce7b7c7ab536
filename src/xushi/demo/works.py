"""项目叫什么、通常多大：名字与投资对得上，幼儿园不会有四十亿。金额万元。"""

from dataclasses import dataclass

YI = 10_000


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of project: what follows the place name, how large it usually is (万元), and how many there may be.

    on: "place" a village or quarter, "road" a street.
    """

    name: str
    low: int
    high: int
    weight: int = 3
    on: str = "place"
    chain: str = ""


def _work(name: str, low: float, high: float, weight: int = 3, on: str = "place", chain: str = "") -> Work:
    return Work(name, int(low * YI), int(high * YI), weight, on, chain)


CHIPS, CARS, RAIL, SMART, BIO = "集成电路", "新能源汽车", "轨道交通", "智能制造", "生物医药"
TECH, LEISURE, TRADE, MONEY, FARM = "科技服务", "文旅健康", "商贸物流", "金融服务", "现代农业"
WORKS = {
    "infrastructure": (
        _work("片区路网", 5, 26, 7),
        _work("片区综合管廊", 4, 16, 2),
        _work("片区地块平整及配套", 3, 18, 4),
        _work("快速化改造", 9, 40, 2, "road"),
        _work("改扩建", 0.5, 5, 9, "road"),
        _work("雨污分流改造", 0.2, 1.5, 6, "road"),
        _work("管线迁改", 0.08, 0.8, 4, "road"),
        _work("路灯与绿化提升", 0.06, 0.4, 3, "road"),
        _work("变电站", 0.6, 1.8, 5),
        _work("供水加压站", 0.15, 0.8, 4),
        _work("燃气管线", 0.1, 0.9, 4),
        _work("公交首末站", 0.1, 0.5, 4),
        _work("排涝泵站", 0.2, 1.6, 5),
        _work("公共停车场", 0.1, 0.9, 4),
        _work("通信管网", 0.06, 0.4, 3),
        _work("支路", 0.1, 1.2, 6),
    ),
    "livelihood": (
        _work("安置房", 4, 32, 12),
        _work("保障房", 5, 24, 4),
        _work("小学", 0.9, 2.8, 7),
        _work("初级中学", 1.4, 3.6, 4),
        _work("幼儿园", 0.2, 0.65, 9),
        _work("社区卫生服务中心", 0.3, 1.6, 6),
        _work("养老服务中心", 0.2, 1.5, 6),
        _work("文体中心", 0.5, 3, 4),
        _work("农贸市场改造", 0.05, 0.5, 5),
        _work("老旧小区整治", 0.1, 1.2, 6),
        _work("邻里中心", 0.6, 3, 5),
        _work("派出所业务用房", 0.15, 0.6, 3),
        _work("便民服务中心", 0.1, 0.5, 4),
        _work("标准化菜场", 0.06, 0.3, 2),
    ),
    "environment": (
        _work("片区水环境综合整治", 5, 32, 7),
        _work("河道综合整治", 0.5, 5, 9),
        _work("黑臭水体治理", 0.3, 3, 5),
        _work("湿地修复", 0.4, 4, 4),
        _work("郊野公园", 1, 8, 4),
        _work("污水处理厂提标", 1, 5, 3),
        _work("绿道", 0.2, 2.5, 5),
        _work("矿山复绿", 0.2, 2, 4),
        _work("垃圾分类站", 0.05, 0.4, 3),
        _work("造林绿化", 0.1, 1, 4),
        _work("农村污水治理", 0.2, 2, 4),
    ),
    "advanced_manufacturing": (
        _work("功率器件产线", 0.9, 9, chain=CHIPS),
        _work("芯片测试中心", 0.9, 8, chain=CHIPS),
        _work("晶圆再生线", 0.8, 9, chain=CHIPS),
        _work("电子化学品工厂", 0.8, 6, chain=CHIPS),
        _work("动力电池包工厂", 1, 9, chain=CARS),
        _work("车用电机产线", 0.9, 7, chain=CARS),
        _work("轻量化零部件工厂", 0.8, 6, chain=CARS),
        _work("车载电子产线", 0.8, 5, chain=CARS),
        _work("轨道车辆内饰工厂", 0.8, 5, chain=RAIL),
        _work("牵引变流器产线", 1, 7, chain=RAIL),
        _work("智能机器人基地", 0.9, 9, chain=SMART),
        _work("激光装备厂", 0.8, 6, chain=SMART),
        _work("精密模具厂", 0.8, 3, chain=SMART),
        _work("高端轴承厂", 0.8, 5, chain=SMART),
        _work("传感器产线", 0.8, 5, chain=SMART),
        _work("生物试剂工厂", 0.8, 4, chain=BIO),
        _work("医疗器械产业园", 1, 9, chain=BIO),
    ),
    "modern_services": (
        _work("科创载体", 1, 9, chain=TECH),
        _work("云计算中心", 1, 9, chain=TECH),
        _work("物联网产业园", 1, 9, chain=TECH),
        _work("软件园", 1, 9, chain=TECH),
        _work("检验检测中心", 0.8, 3, chain=TECH),
        _work("商贸综合体", 1.5, 9, chain=TRADE),
        _work("冷链物流中心", 0.8, 6, chain=TRADE),
        _work("颐养社区", 1.5, 9, chain=LEISURE),
        _work("温泉民宿集群", 0.8, 4, chain=LEISURE),
        _work("创意街区", 0.8, 5, chain=LEISURE),
        _work("总部楼宇", 1.5, 9, chain=MONEY),
        _work("农业科技展示园", 0.8, 3, chain=FARM),
    ),
}
# 竣工的民生与基建小项目：一共八亿多，个个不大
SMALL = {
    "infrastructure": ("路灯与绿化提升", "通信管网", "公交首末站", "管线迁改", "公共停车场"),
    "livelihood": ("幼儿园", "农贸市场改造", "标准化菜场", "便民服务中心", "老旧小区整治"),
    "environment": ("垃圾分类站", "造林绿化", "绿道"),
}
