"""演示区的督办单1—21号：1—16号都按期反馈；17号起还在办。日子是2018年的（月、日、时、分）。"""

from dataclasses import dataclass, field

LAND, PLANNING, BUILDING = "区国土分局", "区规划分局", "区建设局"
FINANCE, BRIDGE, ZONE = "区财政局", "桥林街道", "浦口经济开发区"
When = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Order:
    """One order and its life; days counts the working days given, due a named day. Moments that are None did not come."""

    title: str
    project: str
    lead: str
    issued: When
    demand: str = ""
    co: tuple[str, ...] = ()
    urgency: str = "ordinary"
    due: tuple[int, int] | None = None
    signed_for: When | None = None
    plan: tuple[When, str] | None = None
    extended: tuple[When, str, str, tuple[int, int]] | None = None  # 几时申请、已办、理由、延到
    returned: tuple[When, When, str] | None = None  # 先答复、退回、为什么
    reply: tuple[When, str] | None = None
    closed: When | None = None
    grade: str = "good"
    source: str = ""
    helped: tuple[tuple[str, When, str], ...] = field(default=())


ORDERS: tuple[Order, ...] = (
    Order(
        "交付桥林新城安置房一期施工场地",
        "桥林新城安置房一期",
        BRIDGE,
        (3, 14, 10, 20),
        "余3户未腾空，请月内腾清并交场地。",
        signed_for=(3, 14, 15, 5),
        reply=((3, 23, 16, 0), "3户已腾空，场地当日移交施工单位。"),
        closed=(3, 27, 10, 0),
    ),
    Order(
        "核发科学城创新总部园用地规划许可",
        "科学城创新总部园",
        PLANNING,
        (3, 28, 9, 30),
        "材料已齐，请按承诺时限办结。",
        signed_for=(3, 28, 14, 0),
        reply=((4, 9, 15, 30), "许可证已核发，抄送科学城。"),
        closed=(4, 11, 9, 40),
    ),
    Order(
        "确认江浦至星甸快速通道征地边界",
        "江浦至星甸快速通道",
        LAND,
        (4, 11, 10, 0),
        "施工单位待边界放线，请会同江浦街道确认。",
        co=("江浦街道",),
        signed_for=(4, 11, 16, 20),
        extended=((4, 19, 10, 0), "6公里中4公里已放线", "两处权属待街道举证", (5, 4)),
        reply=((5, 3, 11, 0), "全线边界已确认，放线图交施工单位。"),
        closed=(5, 7, 9, 0),
    ),
    Order(
        "接通第三代半导体产业园施工用电",
        "第三代半导体产业园",
        ZONE,
        (4, 18, 14, 10),
        "临电迟迟未接，影响桩基。",
        urgency="urgent",
        signed_for=(4, 18, 15, 0),
        reply=((4, 20, 17, 0), "临电已接通，容量满足三台桩机。"),
        closed=(4, 24, 10, 0),
    ),
    Order(
        "调整汤泉温泉旅游度假区道路红线",
        "汤泉温泉旅游度假区",
        PLANNING,
        (5, 9, 9, 0),
        "红线与现状河道冲突，请复核后调整。",
        co=("汤泉街道",),
        signed_for=(5, 9, 11, 0),
        returned=((5, 18, 16, 0), (5, 22, 10, 30), "没有附调整后的红线图"),
        reply=((5, 23, 15, 0), "调整方案与红线图已报区政府批准。"),
        closed=(5, 25, 9, 30),
        grade="fair",
    ),
    Order(
        "拨付桥林新城基础设施一期二季度进度款",
        "桥林新城基础设施一期",
        FINANCE,
        (5, 16, 10, 0),
        "二季度计量已审定，请按合同拨付。",
        signed_for=(5, 16, 14, 30),
        extended=((5, 25, 9, 30), "审核已完成", "库款月初到位", (6, 6)),
        reply=((6, 5, 16, 0), "进度款1.2亿元已拨付，附拨款凭证。"),
        closed=(6, 7, 10, 0),
    ),
    Order(
        "迁改轨道交通装备产业园北侧管线",
        "轨道交通装备产业园",
        BUILDING,
        (6, 6, 9, 20),
        "燃气、通信两路管线未迁，请牵头迁改。",
        signed_for=(6, 6, 10, 30),
        reply=((6, 15, 17, 30), "两路管线已迁改并验收。"),
        closed=(6, 20, 9, 0),
    ),
    Order(
        "补办珍珠泉康养小镇规划条件",
        "珍珠泉康养小镇",
        PLANNING,
        (6, 20, 15, 0),
        "土地出让前须补办规划条件。",
        signed_for=(6, 21, 9, 0),
        reply=((7, 2, 16, 0), "规划条件已出具。"),
        closed=(7, 4, 9, 0),
    ),
    Order(
        "清退浦口集成电路产业基地东侧租户",
        "浦口集成电路产业基地",
        BRIDGE,
        (7, 11, 10, 0),
        "租期已满仍有2户未退。",
        signed_for=(7, 11, 14, 0),
        reply=((7, 20, 15, 0), "2户已清退，场地围挡完成。"),
        closed=(7, 24, 10, 0),
    ),
    Order(
        "办结高端装备智造园土地移交手续",
        "高端装备智造园",
        LAND,
        (7, 25, 9, 30),
        "请会同开发区办结移交。",
        co=(ZONE,),
        signed_for=(7, 25, 15, 0),
        returned=((8, 2, 16, 0), (8, 3, 10, 0), "移交单缺开发区盖章"),
        reply=((8, 6, 15, 0), "移交单已补章，原件存档。"),
        closed=(8, 8, 9, 0),
        grade="fair",
    ),
    Order(
        "办结规划条件变更",
        "科学城研发载体一期",
        PLANNING,
        (8, 22, 10, 0),
        "容积率变更已经专家论证，请按程序办结。",
        signed_for=(8, 22, 15, 20),
        reply=((9, 3, 16, 10), "变更批复已下达。"),
        closed=(9, 5, 9, 30),
    ),
    Order(
        "补签综合管廊迁改协议",
        "江浦中心小学改扩建",
        BUILDING,
        (8, 22, 16, 0),
        "迁改协议未签，围墙无法施工。",
        signed_for=(8, 23, 9, 0),
        reply=((9, 3, 17, 0), "协议已签，10日进场。"),
        closed=(9, 5, 10, 0),
    ),
    Order(
        "拨付施工便道补偿款",
        "桥林新城路网二期",
        FINANCE,
        (8, 23, 9, 40),
        "补偿款38万元未付，村民阻工。",
        signed_for=(8, 23, 14, 0),
        reply=((9, 4, 11, 0), "补偿款已拨付到街道专户。"),
        closed=(9, 6, 9, 0),
    ),
    Order(
        "签订供地补充协议",
        "科学城研发载体一期",
        LAND,
        (8, 23, 15, 30),
        "二期供地补充协议待签。",
        signed_for=(8, 24, 9, 30),
        reply=((9, 5, 16, 40), "补充协议已签订。"),
        closed=(9, 7, 10, 20),
    ),
    Order(
        "核减重复申报的征地面积",
        "桥林新城路网二期",
        LAND,
        (8, 29, 10, 0),
        "两批次申报重叠12.4亩，请核减后重报。",
        signed_for=(8, 29, 14, 0),
        reply=((9, 10, 15, 0), "已核减12.4亩并重报，附新旧对照表。"),
    ),
    Order(
        "落实施工便道与临电接入",
        "城南河综合整治",
        BUILDING,
        (8, 30, 9, 0),
        "汛后复工在即，便道与临电请先行落实。",
        signed_for=(8, 30, 11, 0),
        reply=((9, 11, 16, 30), "便道铺通，临电报装完成，附现场照片。"),
    ),
    Order(
        "完成紫光项目二期4户腾地并交地",
        "紫光项目",
        LAND,
        (9, 5, 10, 6),
        "4户未腾空致无施工作业面，请限期办结并反馈。",
        co=(BRIDGE,),
        due=(9, 12),
        signed_for=(9, 5, 11, 40),
        plan=((9, 6, 9, 10), "7日前入户2户，10日前全部签约，12日交地。"),
        helped=((BRIDGE, (9, 12, 8, 15), "3户已签约交房，余1户上午10时再谈。"),),
    ),
    Order(
        "逐户会商二期6户搬迁方案",
        "博郡项目",
        LAND,
        (9, 5, 16, 20),
        co=(ZONE,),
        due=(9, 14),
        signed_for=(9, 6, 9, 0),
        source="instruction",
        extended=((9, 12, 7, 50), "6户谈妥4户，余2户等评估复核", "评估复核要到20日才能出结果", (9, 21)),
    ),
    Order(
        "明确用地规划许可办结时间",
        "汤泉文旅体验园",
        PLANNING,
        (9, 10, 16, 0),
        "请明确承诺的办结时间，并逐周报进展。",
        co=(LAND,),
        due=(9, 17),
    ),
    Order(
        "核定一期供地红线",
        "极光片羽（南京）科技体验园",
        LAND,
        (9, 10, 16, 30),
        "红线与汤泉街道实测不符，请核定。",
        co=(PLANNING,),
        due=(9, 20),
    ),
    Order(
        "补充耕地占补平衡材料",
        "农创园二期",
        LAND,
        (9, 10, 17, 0),
        "督查发现占补平衡材料不全，请补齐。",
        co=("农创园",),
        due=(9, 28),
        signed_for=(9, 11, 9, 0),
        plan=((9, 11, 15, 0), "18日前补齐地块图件，25日前报市局。"),
    ),
)
