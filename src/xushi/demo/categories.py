"""类别树：区里年度计划用的四大类。"""

from xushi.registry.models import Category

TREE = (
    ("industrial", "产业", (("advanced_manufacturing", "先进制造业"), ("modern_services", "现代服务业"))),
    ("infrastructure", "基础设施", ()),
    ("livelihood", "民生社会事业", ()),
    ("environment", "环境整治", ()),
)


def plant_categories() -> None:
    """Plant the tree; the codes are those that commands and exports speak of."""
    for number, (code, name, children) in enumerate(TREE, 1):
        top = Category.objects.create(code=code, name=name, path=f"{number:04d}.")
        for place, (child, label) in enumerate(children, 1):
            Category.objects.create(code=child, name=label, parent=top, path=f"{top.path}{place:04d}.")
