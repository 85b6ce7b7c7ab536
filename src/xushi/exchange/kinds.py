"""六种来表：每种有哪些栏，一栏有哪些叫法，怎么读，缺了行不行。"""

from dataclasses import dataclass

PROJECTS, LISTINGS, PLANS, REPORTS, REVISIONS = "projects", "listings", "plans", "reports", "revisions"
PERMITS = "permits"


@dataclass(frozen=True, slots=True)
class Field:
    """One column a sheet may have. read names the reader: text, amount, signed, month, day, integer, choice, unit …"""

    name: str
    label: str
    read: str = "text"
    synonyms: tuple[str, ...] = ()
    required: bool = False
    example: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    most: int = 0

    @property
    def is_amount(self) -> bool:
        return self.read in ("amount", "signed")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of sheet. creates: rows may name projects that the registry does not have yet."""

    key: str
    label: str
    what: str
    fields: tuple[Field, ...]
    creates: bool = False
    key_fields: tuple[str, ...] = ()

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(field.name for field in self.fields)


def _said(words: str) -> tuple[str, ...]:
    """Other names of a column, written with spaces between them."""
    return tuple(words.split())


NAME = Field(
    "name",
    "项目名称",
    synonyms=_said("项目 名称 工程名称 项目名 重大项目名称 projectname"),
    required=True,
    example="桥林新城路网二期",
    most=300,
)
CODE = Field(
    "code",
    "项目代码",
    synonyms=_said("代码 项目编码 赋码 统一代码 投资项目代码 projectcode pid"),
    most=40,
)
INVESTMENT = Field(
    "total_investment",
    "总投资",
    "amount",
    _said("总投资额 计划总投资 项目总投资 投资总额 投资规模 概算总投资 估算总投资 totalinvestment"),
    required=True,
    example="240000",
)
PLANNED_COMPLETION = Field(
    "planned_completion_on",
    "计划竣工日期",
    "day",
    _said("计划竣工 计划竣工时间 预计竣工 预计竣工时间 竣工计划"),
    example="2020-12-31",
)
KIND = Field(
    "kind",
    "办理类型",
    "choice",
    _said("审批类型 项目性质 立项类型"),
    choices=(("approval", "审批类"), ("verification", "核准类"), ("filing", "备案类")),
)
OWNER_KIND = Field(
    "owner_kind",
    "投资主体",
    "choice",
    _said("投资主体性质 主体类型 企业性质 资金来源"),
    choices=(
        ("fortune_500", "世界500强"),
        ("central_soe", "央企"),
        ("state", "国企"),
        ("private", "民企"),
        ("foreign", "外资"),
        ("government", "政府投资"),
    ),
)
CATEGORY = Field(
    "category",
    "类别",
    "category",
    _said("项目类别 项目类型 类型 产业类别 所属类别 领域 category"),
    required=True,
    example="基础设施",
)
TERRITORY = Field(
    "territory",
    "属地",
    "unit",
    _said("所在地 所在街道 街道 所属街道 所属地 属地街道 园区 板块 所属板块 街道园区 所在地区 territory"),
    required=True,
    example="桥林街道",
)
RESPONSIBLE = Field(
    "responsible_unit",
    "责任单位",
    "unit",
    _said("牵头单位 推进单位 服务单位 主管单位 责任主体 牵头责任单位"),
)

_DETAILS = (
    Field(
        "owner_unit",
        "项目单位",
        "unit",
        _said("建设单位 业主 业主单位 投资单位 建设主体 实施单位 企业名称"),
    ),
    RESPONSIBLE,
    Field("responsible_person", "责任人", synonyms=_said("联系人 项目负责人 负责人 责任领导"), most=60),
    Field(
        "leader",
        "挂钩领导",
        "person",
        _said("区领导 挂包领导 联系领导 包干领导 分管领导 挂钩区领导"),
    ),
    Field("chain", "产业链", synonyms=_said("所属产业链 产业"), most=60),
    Field("tags", "标签", "tags", _said("特征 备注标签")),
    KIND,
    OWNER_KIND,
    Field(
        "content",
        "建设内容",
        synonyms=_said(
            "主要建设内容 建设内容及规模 建设规模及内容 项目内容 建设规模及主要内容 项目简介 description"
        ),
    ),
    Field(
        "scale",
        "建设规模",
        synonyms=_said("规模"),
        most=200,
    ),
    Field("address", "地点", synonyms=_said("建设地点 地址 项目地址 项目地点 选址"), most=200),
    Field("permit_on", "施工许可", "day", _said("施工许可日期 施工许可时间 取得施工许可")),
    Field(
        "started_on",
        "开工日期",
        "day",
        _said("实际开工 实际开工日期 实际开工时间 政府认定开工 认定开工"),
    ),
    Field("statistics_entered_on", "统计入库", "day", _said("入统日期 入库日期 统计入库日期 入库时间")),
    PLANNED_COMPLETION,
    Field("completed_on", "竣工日期", "day", _said("实际竣工 实际竣工日期 实际竣工时间")),
    Field("accepted_on", "竣工验收", "day", _said("竣工验收日期 验收日期")),
    Field("production_on", "投产", "day", _said("投产日期 投产时间")),
    Field("capacity_on", "达产", "day", _said("达产日期 达产时间")),
    Field("difficulty", "当前卡点", synonyms=_said("卡点 主要卡点"), most=120),
)
YEAR = Field("year", "年度", "integer", _said("年份 计划年度"))
LEVEL = Field(
    "level",
    "级别",
    "choice",
    _said("项目级别 名单级别 层级"),
    required=True,
    example="区级",
    choices=(("provincial", "省级"), ("municipal", "市级"), ("district", "区级")),
)
STAGE = Field(
    "stage",
    "阶段",
    "choice",
    _said("项目阶段 实施阶段 建设阶段 当年实施或前期"),
    required=True,
    example="当年实施",
    choices=(("1", "当年实施"), ("2", "前期工作")),
)
PLANNED = Field(
    "planned_investment",
    "年度计划",
    "amount",
    _said(
        "年度计划投资 年度投资计划 投资计划 计划投资 计划投资额 年度计划投资额 "
        "本年计划投资 当年计划投资 计划 调整后 调整后计划 调整后年度计划 "
        "投资计划调整后 年度计划调整后 年度投资计划调整后 计划投资调整后"
    ),
    required=True,
    example="58000",
)
STEPS = Kind(
    PERMITS,
    "前期手续",
    "各项目的手续办到哪一步，哪天报件、受理、办结",
    (
        NAME,
        CODE,
        Field(
            "step",
            "手续",
            synonyms=_said("手续名称 事项 审批事项 事项名称 环节 办理环节 手续事项"),
            required=True,
            example="建设用地规划许可证",
            most=60,
        ),
        Field(
            "state",
            "状态",
            "choice",
            _said("办理状态 办理情况 进展状态 当前状态"),
            example="已受理",
            choices=(
                ("planned", "待报件"),
                ("submitted", "已报件"),
                ("accepted", "已受理"),
                ("approved", "已批准"),
                ("refused", "未批准"),
                ("not_needed", "不用办"),
            ),
        ),
        Field(
            "submitted_on", "报件", "day", _said("报件日期 申报日期 报件时间 申请日期"), example="2018-09-03"
        ),
        Field("accepted_on", "受理", "day", _said("受理日期 受理时间"), example="2018-09-05"),
        Field("decided_on", "办结", "day", _said("办结日期 办结时间 批准日期 批复日期 发证日期")),
        Field("reason", "理由", synonyms=_said("说明 备注 原因"), most=300),
    ),
    False,
    ("name", "step"),
)
KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            PROJECTS,
            "项目",
            "新增或修改项目库里的项目",
            (NAME, CODE, CATEGORY, TERRITORY, INVESTMENT, *_DETAILS),
            True,
            ("name",),
        ),
        Kind(
            LISTINGS,
            "名单",
            "把项目列入某年某级名单",
            (NAME, CODE, YEAR, LEVEL, STAGE),
            False,
            ("name", "year", "level"),
        ),
        Kind(
            PLANS,
            "年度计划",
            "下达或调整年度投资计划",
            (
                NAME,
                CODE,
                YEAR,
                PLANNED,
                Field(
                    "original_plan",
                    "原年度计划",
                    "amount",
                    _said(
                        "年初 年初计划 原计划 调整前 投资计划年初 年度计划年初 投资计划调整前 "
                        "年度投资计划年初 计划投资年初"
                    ),
                ),
                Field(
                    "invested_before",
                    "至上年底累计",
                    "amount",
                    _said("上年底累计 截至上年底累计完成 至上年底累计完成投资 开工至上年底累计 以前年度累计"),
                ),
                Field("total_investment", "总投资", "amount", INVESTMENT.synonyms),
                Field(
                    "start_month",
                    "计划开工",
                    "month",
                    _said("开工时间 计划开工时间 计划开工月份 开工月份 拟开工时间 开工计划"),
                    example="2018年8月",
                ),
                Field(
                    "completion_month",
                    "计划竣工",
                    "month",
                    _said("竣工时间 计划竣工时间 计划竣工月份 竣工月份 拟竣工时间"),
                    example="2020年12月",
                ),
                Field(
                    "goals",
                    "年度目标",
                    synonyms=_said("年度建设目标 年度目标任务 形象进度目标 年度工作目标 目标"),
                ),
                Field("reason", "调整理由", synonyms=_said("调整原因 理由"), most=300),
            ),
            False,
            ("name", "year"),
        ),
        Kind(
            REPORTS,
            "月报",
            "各项目当月的完成情况",
            (
                NAME,
                CODE,
                Field("month", "月份", "month", _said("报告月份 填报月份 统计月份"), example="2018年8月"),
                Field(
                    "cumulative",
                    "年内累计完成投资",
                    "amount",
                    _said(
                        "累计完成投资 累计完成 本年累计 累计投资 本年累计完成投资 年度累计完成投资 "
                        "累计完成投资额 完成投资 至当月累计完成"
                    ),
                    required=True,
                    example="39000",
                ),
                Field(
                    "this_month",
                    "当月完成投资",
                    "amount",
                    _said("当月完成 本月完成投资 本月完成 当月投资 本月投资"),
                ),
                Field(
                    "physical_progress",
                    "形象进度",
                    synonyms=_said("工程形象进度 进展情况 目前进展 形象进度描述 进展"),
                    example="主体施工至三层",
                ),
                Field("facts", "当月情况", synonyms=_said("当月工作 本月情况 工作情况")),
                Field("started_on", "开工日期", "day", _said("实际开工 实际开工日期 实际开工时间")),
                Field("completed_on", "竣工日期", "day", _said("实际竣工 实际竣工日期 实际竣工时间")),
                Field("explanation", "说明", synonyms=_said("异常说明 备注 情况说明")),
                Field("difficulty", "问题说明", synonyms=_said("存在问题 主要问题 困难问题 需协调事项 问题")),
            ),
            False,
            ("name", "month"),
        ),
        Kind(
            REVISIONS,
            "投资与工期调整",
            "项目总投资、计划竣工的历次值；库里没有的项目一并新增",
            (
                NAME,
                CODE,
                Field(
                    "as_of",
                    "报告日期",
                    "day",
                    _said("截止日期 日期 填报日期 数据日期"),
                    required=True,
                    example="2018-08-31",
                ),
                Field("total_investment", "总投资", "signed", INVESTMENT.synonyms, example="240000"),
                PLANNED_COMPLETION,
                Field("stated_change", "总投资变动", "signed", _said("投资变动 较上次增减 增减 变动")),
                Field("reason", "理由", synonyms=_said("调整理由 调整原因"), most=300),
                Field("category", "类别", "category", CATEGORY.synonyms),
                Field("territory", "属地", "unit", TERRITORY.synonyms),
                *(f for f in _DETAILS if f.name != "planned_completion_on"),
            ),
            True,
            ("name", "as_of"),
        ),
        STEPS,
    )
}
OFFICE_KINDS = (PROJECTS, LISTINGS, PLANS, REVISIONS)
