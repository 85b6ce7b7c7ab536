"""演示区的文字：建设内容与形象进度，按类别和进度拟。"""

from typing import TYPE_CHECKING

from xushi.core.months import Month

if TYPE_CHECKING:
    from xushi.demo.rows import Row

STAGES = {
    "advanced_manufacturing": (
        "桩基施工",
        "厂房主体施工",
        "净化装修与机电安装",
        "设备进场安装",
        "试生产",
    ),
    "modern_services": ("基坑支护", "地下室施工", "主体施工", "外立面与机电安装", "室内精装与室外管网"),
    "infrastructure": (
        "清表与管线迁改",
        "路基与管沟开挖",
        "结构施工",
        "路面与附属施工",
        "扫尾与验收准备",
    ),
    "livelihood": ("场地平整", "基础施工", "主体施工", "外立面与机电安装", "装修与室外管网"),
    "environment": ("清淤与围堰", "驳岸施工", "截污管网铺设", "绿化与步道施工", "调试与验收准备"),
}
PARTS = ("刚开始", "完成约三成", "完成过半", "接近完成")
CONTENT = {
    "advanced_manufacturing": "新建厂房、动力站与研发楼，购置生产与检测设备，建成后形成规模化产能。",
    "modern_services": "新建主楼与配套商业、地下车库，完善内部道路与景观。",
    "infrastructure": "新建及改造道路、桥涵、管线与照明、绿化等附属工程。",
    "livelihood": "新建主体建筑与室外场地，配套设备与信息化系统。",
    "environment": "河道清淤、岸坡整治、截污纳管、生态修复与沿线绿化。",
}


def content_of(row: "Row") -> str:
    return CONTENT[row.category]


def physical_progress(row: "Row", month: Month) -> str:
    """形象进度 of a month, by how much of the total is done."""
    if row.started_on is None or Month.of(row.started_on) > month:
        return f"未开工。{row.difficulty}。" if row.difficulty else "前期手续办理中。"
    if row.completed_on and Month.of(row.completed_on) <= month:
        return "已竣工。"
    invested = row.before + (row.months[month.number - 1] if month.number <= len(row.months) else row.done)
    steps = STAGES[row.category]
    reached = min(invested / row.total, 0.999) * len(steps) if row.total else 0
    step = int(reached)
    return f"{steps[step]}，{PARTS[int((reached - step) * len(PARTS))]}。"
