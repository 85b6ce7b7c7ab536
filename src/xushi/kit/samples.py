"""组件页上的样例：照设计图的字，只供核对样子，不是数据。"""

from decimal import Decimal

SWATCHES = (
    ("底", "canvas"),
    ("面", "surface"),
    ("凹", "sunken"),
    ("墨", "ink"),
    ("靛", "accent"),
    ("朱浅", "red-soft"),
    ("赭浅", "amber-soft"),
    ("松浅", "green-soft"),
    ("绛浅", "pi-soft"),
    ("朱", "red-fill"),
    ("赭", "amber-fill"),
    ("松", "green-fill"),
    ("绛", "pi"),
    ("量条", "bar"),
    ("控件线", "line2"),
    ("靛浅", "accent-soft"),
)

DUE = Decimal(2) / 3

SHEET: dict[str, object] = {
    "swatches": SWATCHES,
    "states": ("overdue_start", "slipping", "on_schedule", "not_due", "completed"),
    "stages": ("pending", "working", "closed", "overdue", "disputed"),
    "kinds": ("资金", "拆迁", "规划", "土地"),
    "due": DUE,
    "ahead": DUE + Decimal("0.057"),
    "behind": DUE - Decimal("0.15"),
    "overdue": Decimal("0.119"),
    "rows": (
        ("紫光项目", "overdue_start", "桥林街道", 2_600_000_000, 310_000_000),
        ("博郡项目", "slipping", "浦口经济开发区", 1_800_000_000, 930_000_000),
        ("依维柯新能源整车技改", "on_schedule", "浦口经济开发区", 640_000_000, 431_000_000),
        ("永宁停车及慢行系统", "not_due", "永宁街道", 60_000_000, 0),
    ),
    "rolling": (
        {"due": "今天17:00到期", "number": "督办17号", "name": "紫光项目", "url": "#"},
        {"due": "还剩2天", "number": "督办18号", "name": "博郡项目", "url": "#"},
    ),
    "chart": {
        "grid": {"left": 40, "right": 64, "top": 24, "bottom": 24},
        "xAxis": {
            "type": "category",
            "boundaryGap": False,
            "data": [f"{month}月" for month in range(13)],
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": "var(--line)"}},
        },
        "yAxis": {
            "type": "value",
            "max": 640,
            "interval": 160,
            "splitLine": {"lineStyle": {"color": "var(--line)"}},
        },
        "series": [
            {
                "type": "line",
                "data": [round(612.8 * month / 12, 1) for month in range(13)],
                "showSymbol": False,
                "lineStyle": {"type": "dashed", "width": 1.5, "color": "var(--ink3)"},
                "endLabel": {"show": True, "formatter": "计划612.8", "color": "var(--ink2)"},
            },
            {
                "type": "line",
                "data": [0, 26, 52, 106, 158, 212, 280, 344, 412.0],
                "showSymbol": False,
                "lineStyle": {"width": 2.75, "color": "var(--ink)"},
                "endLabel": {
                    "show": True,
                    "formatter": "实际412.0",
                    "color": "var(--ink)",
                    "fontWeight": "bold",
                },
            },
        ],
    },
}
