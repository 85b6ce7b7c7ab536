"""演示区的第二批问题清单：31项在办，类别与单位的分布照示意图23，事由为示例。"""

from dataclasses import dataclass
from datetime import date

LAND, PLAN, MONEY, BUILD, GREEN = "区国土分局", "区规划分局", "区财政局", "区建设局", "区环保局"
PLACE = ""  # 属地


@dataclass(frozen=True, slots=True)
class Listed:
    """One problem of the second batch: where project is empty one of the difficulty's own is taken."""

    code: str
    lead: str | None
    due_on: date
    person: str
    words: str
    project: str = ""
    difficulty: str = "征地拆迁未完"


def _on(month: int, day: int) -> date:
    return date(2018, month, day)


BLOCKED, RULED, POOR = "征地拆迁未完", "用地规划待批", "融资未到位"
SECOND_BATCH = (
    Listed("demolition-3", LAND, _on(8, 30), "征地科 周工",
           "坟地迁移3座未签，家属要求异地安置。请国土分局会同街道定迁移标准。"),
    Listed("demolition-1", LAND, _on(9, 6), "征地科 周工", "评估异议2户，复核中，住户不认第一次评估。请定复核口径。"),
    Listed("demolition-1", LAND, _on(9, 12), "陈副局长", "4户未腾空，余1户今天会办，无作业面。", "紫光项目"),
    Listed("demolition-2", LAND, _on(9, 18), "征地科 李工", "堤内3处养殖棚未清，汛后才能进场。", "城南河综合整治"),
    Listed("demolition-1", LAND, _on(9, 20), "陈副局长", "二期6户未搬迁，无作业面。请明确过渡安置房源。", "博郡项目"),
    Listed("demolition-1", LAND, _on(9, 25), "权籍科 孙工", "2户房屋权属有争议，需要权籍调查结论。"),
    Listed("demolition-1", LAND, _on(9, 28), "权籍科 孙工", "1户院基未丈量，住户外出未归。"),
    Listed("demolition-4", BUILD, _on(9, 21), "管线科 高工",
           "K2+300处10千伏线杆未迁，二标段路基停了一个月。", difficulty="管线迁改未完"),
    Listed("demolition-1", PLACE, _on(9, 19), "经发办 许主任", "管网1户未拆，管道绕不开。", "汤泉文旅商业街配套"),
    Listed("demolition-5", PLACE, _on(9, 26), "拆迁办 顾主任", "过渡安置房缺12套，已签协议的搬不走。"),
    Listed("demolition-1", PLACE, _on(9, 28), "拆迁办 沈主任", "企业搬迁补偿谈了两轮没有签。"),
    Listed("funds-3", MONEY, _on(9, 7), "金融科 林科长",
           "PPP支出责任没有列进中期规划，社会资本不投。", "桥林新城路网二期"),
    Listed("funds-2", MONEY, _on(9, 19), "金融科 林科长",
           "银行贷款缺资本金证明，放款停了两个月。", "轨道交通装备产业园"),
    Listed("funds-1", MONEY, _on(9, 20), "预算科 罗工", "区级配套资金欠拨一期，垫付额度用完。", "紫光项目"),
    Listed("funds-2", MONEY, _on(9, 21), "金融科 林科长", "融资平台授信到期，没有续上。", difficulty=POOR),
    Listed("funds-4", MONEY, _on(9, 27), "预算科 罗工", "工程款拨付慢，施工单位停了一个班组。", difficulty=POOR),
    Listed("funds-1", PLACE, _on(9, 18), "财政所 马所长", "街道配套部分没有落实来源。", difficulty=POOR),
    Listed("funds-2", PLACE, _on(9, 26), "经发办 许主任", "企业自筹资金缺口，要求分期供地。", difficulty=POOR),
    Listed("planning-1", LAND, _on(9, 20), "利用科 何工", "控规调整与土地规划不一致，报不了件。", difficulty=RULED),
    Listed("planning-1", PLAN, _on(9, 10), "编制科 胡工",
           "汤泉片区控规局部调整没有批，用地许可办不了。", "汤泉文旅体验园"),
    Listed("planning-2", PLAN, _on(9, 14), "审批科 朱工",
           "设计方案第三次退改，容积率意见不一。", "汤泉温泉旅游度假区"),
    Listed("planning-1", PLAN, _on(9, 21), "编制科 胡工", "康养用地性质要调整，等片区规划。", "珍珠泉康养小镇"),
    Listed("planning-3", PLAN, _on(9, 28), "编制科 胡工", "道路红线与高压走廊冲突，要改线位。", difficulty=RULED),
    Listed("land-1", LAND, _on(9, 13), "利用科 何工",
           "供地红线未定，年内用地指标没有安排。", "极光片羽（南京）科技体验园"),
    Listed("land-3", LAND, _on(9, 19), "耕保科 曹工", "补充耕地指标调剂没有落实，报批停在市里。", difficulty=RULED),
    Listed("land-2", LAND, _on(9, 27), "利用科 何工", "划拨目录核对没有结论，出让方案定不下来。", difficulty=RULED),
    Listed("land-4", PLAN, _on(9, 21), "审批科 朱工", "选址压占林地0.6公顷，要先调林保规划。", difficulty=RULED),
    Listed("permits-3", BUILD, _on(9, 20), "审图中心 董工",
           "施工图审查退改两次，消防通道不够。", difficulty="施工图审查中"),
    Listed("permits-2", GREEN, _on(9, 18), "环评科 韩工",
           "环评公众参与没有做完，报告书不受理。", difficulty="环评待批"),
    Listed("permits-2", GREEN, _on(9, 25), "环评科 韩工",
           "卫生防护距离内还有3户，环评批不了。", difficulty="环评待批"),
)  # fmt: skip
LATEST = (
    "statistics-1",
    "桥林新城新能源整车配套缺施工合同备案，入不了库，请统计局说明要补哪些资料。",
    "桥林新能源整车基地",
)
# 第一批：类别、谁主办、怎么说、怎么办结的
FIRST_BATCH = (
    (
        "demolition-1",
        LAND,
        "{n}户没有签征收协议，南侧地块进不了场。",
        "{n}户全部签约腾空，地块已交施工单位。",
    ),
    ("demolition-4", PLACE, "低压线杆和通信光缆未迁，{n}处基坑开不了。", "{n}处杆线已迁改，基坑恢复施工。"),
    ("land-1", LAND, "用地指标缺{n}亩，报批材料退回。", "指标已从区级统筹安排，用地批复下来了。"),
    ("demolition-2", PLACE, "青苗补偿{n}户有异议，村里没有交地。", "{n}户补偿款已付清，土地已交付。"),
    ("land-2", LAND, "出让方案评估价定不下来，挂牌推迟{n}周。", "评估价已集体会审，地块已挂牌成交。"),
    ("funds-4", PLACE, "民工工资专户没有开，{n}家分包不进场。", "专户已开，{n}家分包进场。"),
)
PROJECTS_OF_FIRST, FIRST_COUNT = 74, 110
