"""随程序带来的手续目录：四个阶段和并联办理的各项，时限单位都是工作日，区里可改，改一次发布一版。

法定时限照法条写；法条没有写天数的（征地拆迁、土地供应、招投标、社会稳定风险评估、文物）和所有承诺时限，
都是区里的选择，请核定后发布自己的一版。没有另写的，按行政许可法第四十二条：受理之日起20日内决定；
行政许可以工作日计（第八十二条）。阶段划分照国办发〔2019〕11号。
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xushi.registry.models import Project

APPROVAL, VERIFICATION, FILING = Project.Kind.APPROVAL, Project.Kind.VERIFICATION, Project.Kind.FILING
PLACED = ("feasibility", "verification", "filing")  # 立项：三类各走其一，别的两项不在那个项目的图上
NAME = "前期手续目录"
REASON = "随程序带来，请按本区文件核定后发布新版"


@dataclass(frozen=True, slots=True)
class Standard:
    """One permit of the shipped catalogue. answers: how the department's name ends, the likeliest first."""

    code: str
    name: str
    stage: int
    answers: tuple[str, ...]
    legal: int
    promised: int
    needs: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    for_start: bool = True
    valid_months: int | None = None
    extensions: int = 0


HALL = ("行政审批局", "政务服务局")
REFORM = ("发改局", "发展和改革局", "发改委", "发展和改革委员会")
LAND = ("国土分局", "国土局", "自然资源局", "自然资源和规划局")
PLAN = ("规划分局", "规划局", "自然资源局", "自然资源和规划局")
BUILD = ("建设局", "住建局", "住房和城乡建设局")
GREEN = ("环保局", "生态环境局", "环境保护局")
WATER = ("水务局", "水利局")
WOODS = ("农业局", "林业局", "绿化园林局")
CULTURE = ("文旅局", "文化和旅游局", "文广局")
AIR_RAID = ("人防办", "人防局", "建设局", "住建局")
ARCHIVE = ("档案局", "建设局", "住建局")

STANDARDS = (
    # 企业投资项目核准和备案管理条例（国务院令第673号）：在线赋码；备案在线告知即备案
    Standard("project_code", "项目赋码", 1, HALL, 1, 1),
    Standard("proposal", "项目建议书审批", 1, REFORM, 20, 10, ("project_code",), (APPROVAL,)),
    # 建设项目用地预审管理办法（国土资源部令第68号）：20个工作日
    Standard("pre_examination", "用地预审与选址意见书", 1, LAND, 20, 10, ("project_code",), (APPROVAL, VERIFICATION)),
    Standard("feasibility", "可行性研究报告审批", 1, REFORM, 20, 10,
             ("proposal", "pre_examination", "stability", "energy"), (APPROVAL,)),
    # 第673号令第十二条：受理之日起20个工作日
    Standard("verification", "项目核准", 1, REFORM, 20, 10,
             ("project_code", "pre_examination", "stability"), (VERIFICATION,)),
    Standard("filing", "项目备案", 1, HALL, 3, 1, ("project_code",), (FILING,)),
    # 国土资源部令第39号：公告不少于20日、挂牌不少于10日，成交后再公布；合成45个工作日是区里的选择
    Standard("supply", "土地出让（划拨）", 1, LAND, 60, 45, (*PLACED, "relocation")),
    Standard("land_permit", "建设用地规划许可证", 1, PLAN, 20, 10, ("supply",)),
    Standard("design", "设计方案审查", 2, PLAN, 20, 15, ("land_permit",)),
    Standard("planning_permit", "建设工程规划许可证", 2, PLAN, 20, 10, ("design",)),
    Standard("preliminary", "初步设计与概算审批", 2, REFORM, 20, 15, ("design",), (APPROVAL,)),
    # 施工图设计文件审查管理办法（住建部令第13号）：大型15个工作日
    Standard("drawing", "施工图审查", 3, BUILD, 15, 10, ("design", "preliminary")),
    # 消防监督管理规定（公安部令第119号）：20日；2020年住建部令第51号起15个工作日
    Standard("fire_design", "消防设计审查", 3, BUILD, 20, 15, ("drawing",)),
    # 招标投标法第二十四条：投标期不短于20日；必须招标的看资金来源，备案类默认不列
    Standard("tender", "招投标", 3, BUILD, 30, 25, ("drawing",), (APPROVAL, VERIFICATION)),
    Standard("quality", "质量安全监督", 3, BUILD, 7, 3, ("drawing", "tender")),
    # 建筑工程施工许可管理办法（住建部令第18号）：15日，2018年9月28日起7日；
    # 建筑法第九条：领证三个月内开工，可延期两次，每次不超过三个月
    Standard("construction", "施工许可证", 3, (*HALL, *BUILD), 15, 7,
             ("planning_permit", "fire_design", "tender", "quality", "environment", "energy_firm", "water_soil", "flood",
              "heritage", "forest"), valid_months=3, extensions=2),
    Standard("planning_check", "规划核实", 4, PLAN, 20, 10, ("construction",), for_start=False),
    Standard("fire_acceptance", "消防验收", 4, BUILD, 20, 15, ("construction",), for_start=False),
    Standard("civil_defence", "人防验收", 4, AIR_RAID, 20, 10, ("construction",), for_start=False),
    Standard("archive", "城建档案验收", 4, ARCHIVE, 20, 10, ("construction",), for_start=False),
    # 建设工程质量管理条例第四十九条：验收合格之日起15日内报备案
    Standard("completion", "竣工验收备案", 4, BUILD, 15, 5,
             ("planning_check", "fire_acceptance", "civil_defence", "archive"), for_start=False),
    # 环境影响评价法第二十二条：报告书60日、报告表30日
    Standard("environment", "环评", 0, GREEN, 60, 30, PLACED),
    # 固定资产投资项目节能审查办法（发改委令第44号）：政府投资的在可研前，企业投资的在开工前
    Standard("energy", "节能审查", 0, REFORM, 20, 10, ("project_code",), (APPROVAL,)),
    Standard("energy_firm", "节能审查（企业投资）", 0, REFORM, 20, 10, ("project_code",), (VERIFICATION, FILING)),
    # 水土保持法第二十五条
    Standard("water_soil", "水土保持方案", 0, WATER, 20, 10, PLACED),
    # 防洪法第三十三条
    Standard("flood", "洪水影响评价", 0, WATER, 20, 15, PLACED),
    # 发改投资〔2012〕2492号：没有写天数
    Standard("stability", "社会稳定风险评估", 0, REFORM, 30, 20, ("project_code",), (APPROVAL, VERIFICATION)),
    # 文物保护法第二十九条：大型工程先做考古调查，没有写天数
    Standard("heritage", "文物调查勘探", 0, CULTURE, 40, 30, ("project_code",)),
    # 建设项目使用林地审核审批管理办法（国家林业局令第35号）：20个工作日
    Standard("forest", "使用林地审核", 0, WOODS, 20, 10, PLACED),
    # 土地管理法、国有土地上房屋征收与补偿条例：没有写办结天数
    Standard("relocation", "征地拆迁", 0, LAND, 120, 30, PLACED),
)  # fmt: skip


def write(catalogue: Any, permits: Any, prerequisites: Any, answering: Mapping[str, int]) -> None:
    """The permits and what each needs into an empty catalogue; takes the models, so that a migration may call it."""
    rows = [
        permits(
            catalogue=catalogue, code=one.code, name=one.name, stage=one.stage, department_id=answering.get(one.code),
            legal_days=one.legal, promised_days=one.promised, kinds=[str(kind) for kind in one.kinds],
            needed_for_start=one.for_start, valid_months=one.valid_months, max_extensions=one.extensions, place=place,
        )
        for place, one in enumerate(STANDARDS, 1)
    ]  # fmt: skip
    permits.objects.bulk_create(rows)
    keys = dict(permits.objects.filter(catalogue=catalogue).values_list("code", "pk"))
    prerequisites.objects.bulk_create(
        prerequisites(permit_id=keys[one.code], needs_id=keys[before])
        for one in STANDARDS
        for before in one.needs
    )


def answering(departments: Sequence[tuple[int, str]]) -> dict[str, int]:
    """{code: department} where just one department's name ends as the likeliest that fits; the others stay open."""
    found = {}
    for one in STANDARDS:
        for ending in one.answers:
            fits = [key for key, name in departments if name.endswith(ending)]
            if fits:
                if len(fits) == 1:
                    found[one.code] = fits[0]
                break
    return found
