"""项目单位：报告点名的用其名，其余是拟的，一个产业项目一家。"""

import random
from collections.abc import Sequence

from xushi.demo.row import Row

KNOWN = {
    "紫光项目": "南京紫光集成电路产业有限公司",
    "台积电晶圆厂一期": "台积电（南京）有限公司",
    "博郡项目": "南京博郡新能源汽车有限公司",
    "欣铨项目": "欣铨（南京）集成电路有限公司",
    "依维柯新能源整车技改": "南京依维柯汽车有限公司",
    "中创为量子": "中创为（南京）量子通信技术有限公司",
}
FIRST, SECOND = "浦桥汤星顶宁泉江老定求珠", "芯拓锐驰源达辰恒屹昱"
TRADES = {
    "集成电路": "半导体", "新能源汽车": "新能源汽车部件", "轨道交通": "轨道装备", "智能制造": "智能装备",
    "生物医药": "生物科技", "科技服务": "科技发展", "文旅健康": "文旅发展", "商贸物流": "供应链",
    "金融服务": "资产管理", "现代农业": "农业科技", "量子信息": "量子科技",
}  # fmt: skip


def owners_of(rows: Sequence[Row], chance: random.Random) -> dict[str, str]:
    """The enterprise of each industrial project, by the project's name; government projects have none."""
    words = [first + second for first in FIRST for second in SECOND]
    chance.shuffle(words)
    owners = {}
    for row, word in zip((row for row in rows if row.industrial), words, strict=False):
        owners[row.name] = KNOWN.get(row.name) or f"南京{word}{TRADES.get(row.chain, '实业')}有限公司"
    return owners
