"""预置的行业和2018年门槛：投资强度、亩均产出、亩均税收、产值能耗、研发占比，区里可改，改一次留一版。"""

from datetime import datetime, timezone

from django.db import migrations

INDUSTRIES = (
    # 代号、名称、主导产业、五项门槛（万元/亩、万元/亩、万元/亩、吨标煤/万元、%）
    ("integrated_circuits", "集成电路", True, (500, 900, 35, 0.1, 4)),
    ("new_energy_vehicles", "新能源汽车", True, (450, 900, 30, 0.12, 3)),
    ("transport_equipment", "高端交通装备", True, (400, 750, 25, 0.15, 3)),
    ("biomedicine", "生物医药", False, (450, 700, 32, 0.12, 6)),
    ("new_materials", "新材料", False, (400, 700, 25, 0.25, 3)),
    ("smart_manufacturing", "智能制造", False, (380, 650, 22, 0.12, 3)),
    ("software", "软件和信息服务", False, (420, 600, 30, 0.03, 8)),
    ("logistics", "现代物流", False, (300, 400, 15, 0.15, 0.5)),
)
COMPUTED = ("investment_per_mu", "output_per_mu", "tax_per_mu", "energy_per_output", "rnd_share")
JUDGED = (
    ("fit", "属区主导产业或其上下游"),
    ("environment", "符合环境准入清单，不涉禁限"),
    ("breach", "投资、投产、税收写入合同，约定违约责任"),
)
AT = datetime(2018, 1, 1, tzinfo=timezone.utc)


def seed(apps, schema_editor):
    industry_rows = apps.get_model("admission", "Industry").objects
    sets = apps.get_model("admission", "CriterionSet").objects
    criteria = apps.get_model("admission", "Criterion").objects
    for code, name, leading, thresholds in INDUSTRIES:
        industry, made = industry_rows.get_or_create(code=code, defaults={"name": name, "leading": leading})
        if not made:
            continue
        published = sets.create(
            industry=industry, year=2018, version=1, reason="系统预置，请按本区文件核定后发布", by_name="系统", at=AT
        )
        for measure, threshold in zip(COMPUTED, thresholds):
            criteria.create(set=published, measure=measure, threshold=round(threshold * 1000))
        for measure, words in JUDGED:
            criteria.create(set=published, measure=measure, words=words)


class Migration(migrations.Migration):
    dependencies = [("admission", "0001_applications_and_decisions")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
