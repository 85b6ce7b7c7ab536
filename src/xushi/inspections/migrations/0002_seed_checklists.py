from django.db import migrations

# kind → (what to look at, what passes, class of a finding, usual severity)
CHECKLISTS = {
    "start": (
        ("开工条件具备", "三通一平到位，影响施工的户、杆线、苗木已腾清", "land", 2),
        ("施工许可公示", "施工许可证在有效期内，公示牌与证一致", "permit", 2),
        ("机械设备进场", "桩机、塔吊、土方机械等到场并在作业", "start", 2),
        ("人员到岗", "项目经理、总监在岗，工人数与施工内容相称", "start", 1),
        ("永久工程施工", "桩基、基础、路基等永久工程已动工，不是只做围挡或临建", "start", 3),
        ("扬尘与围挡", "围挡连续，裸土覆盖，出入口有冲洗", "dust", 1),
    ),
    "progress": (
        ("形象进度与月报一致", "看到的部位、标段与最近一次月报相符", "progress", 2),
        ("关键节点按计划", "节点计划上墙，滞后的有赶工措施", "progress", 2),
        ("投入与进度匹配", "人员、机械、材料够得上计划进度", "progress", 1),
        ("设备与材料到场", "已付款的主要设备、材料在现场", "funds", 2),
        ("堵点已交办", "影响施工的事项都有单位、有期限", "land", 1),
        ("施工安全", "临边防护、起重机械、临时用电符合要求", "safety", 2),
        ("扬尘与围挡", "围挡连续，裸土覆盖，出入口有冲洗", "dust", 1),
    ),
    "completion": (
        ("合同内容完成", "批准的建设内容全部完成，没有甩项", "progress", 2),
        ("规划核实", "已核实，或已申请并受理", "permit", 2),
        ("消防验收", "已验收，或已申请并受理", "permit", 2),
        ("质量验收", "分部分项验收齐全，遗留问题已整改", "quality", 2),
        ("竣工档案", "档案预验收已过", "permit", 1),
        ("场地清理", "临建拆除，道路、绿化恢复", "dust", 1),
    ),
    "quality": (
        ("实体质量", "混凝土、砌体、钢筋抽查无明显缺陷", "quality", 2),
        ("材料检验", "进场材料有合格证和复试报告", "quality", 2),
        ("质量安全监督手续", "已办理，监督记录里的问题已闭合", "permit", 1),
        ("临边与高处防护", "洞口、临边、脚手架防护到位", "safety", 3),
        ("起重机械", "备案、检测、维保记录齐全", "safety", 3),
        ("临时用电", "三级配电、两级保护", "safety", 2),
        ("扬尘与围挡", "围挡连续，裸土覆盖，出入口有冲洗", "dust", 1),
    ),
}


def seed(apps, schema_editor):
    checklist = apps.get_model("inspections", "Checklist")
    item = apps.get_model("inspections", "CheckItem")
    for kind, rows in CHECKLISTS.items():
        held = checklist.objects.create(kind=kind)
        item.objects.bulk_create(
            item(checklist=held, order=n, name=name, hint=hint, finding_class=group, severity=severity)
            for n, (name, hint, group, severity) in enumerate(rows, 1)
        )


class Migration(migrations.Migration):
    dependencies = [("inspections", "0001_rounds_visits_findings")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
