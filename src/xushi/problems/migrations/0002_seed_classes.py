from django.db import migrations

# (code, name, short name, subclasses)
CLASSES = (
    ("demolition", "征地拆迁", "拆迁", ("房屋征收", "土地征收", "坟墓迁移", "杆线迁改", "过渡安置")),
    ("funds", "资金", "", ("财政资金", "融资贷款", "PPP支出", "工程款拨付")),
    ("planning", "规划", "", ("控规调整", "方案审查", "选址选线")),
    ("land", "土地", "", ("用地指标", "土地出让划拨", "占补平衡", "林地占用")),
    ("permits", "手续", "", ("立项核准备案", "环评", "施工图审查", "施工许可")),
    ("statistics", "入统", "", ("入库资料", "统计口径")),
    ("energy", "能源", "", ("供电", "供水", "供气")),
    ("other", "其他", "", ()),
)


def seed(apps, schema_editor):
    problem_class = apps.get_model("problems", "ProblemClass")
    for n, (code, name, short, subs) in enumerate(CLASSES, 1):
        root = problem_class.objects.create(code=code, name=name, short_name=short, path=f"{n:04d}.")
        problem_class.objects.bulk_create(
            problem_class(code=f"{code}-{m}", name=sub, parent=root, path=f"{root.path}{m:04d}.")
            for m, sub in enumerate(subs, 1)
        )


class Migration(migrations.Migration):
    dependencies = [("problems", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
