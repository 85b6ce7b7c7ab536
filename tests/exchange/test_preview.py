"""预览：照图31的来表，逐格看认出、要改、要核，和与库里的差别。"""

from collections.abc import Callable

from tests.exchange.conftest import midyear_workbook
from xushi.exchange.preview import Preview
from xushi.registry.models import Project

Look = Callable[..., Preview]


def by_cell(seen: Preview) -> dict[str, str]:
    return {problem.address: problem.sentence for problem in seen.problems}


def answers_of(seen: Preview, cell: str) -> list[tuple[str, str]]:
    problem = next(problem for problem in seen.problems if problem.address == cell)
    return [(choice.label, choice.answer) for choice in problem.choices]


def test_the_sheet_of_the_picture(look: Look, registry: dict[str, Project]) -> None:
    seen = look(midyear_workbook(), "plans")
    assert seen.found.layout.unit == "万元"
    assert seen.found.layout.title_year == 2018
    assert seen.found.layout.columns == {
        "name": 1, "total_investment": 3, "original_plan": 4, "planned_investment": 5, "start_month": 6,
    }  # fmt: skip
    assert sorted(row + 1 for row in seen.found.skipped) == [1, 2, 3, 4, 5, 12, 13]
    assert seen.rows == 9
    assert set(by_cell(seen)) == {"G9", "F10", "F11", "E12", "B14"}


def test_each_problem_says_what_to_do_and_offers_it(look: Look, registry: dict[str, Project]) -> None:
    seen = look(midyear_workbook(), "plans")
    said = by_cell(seen)
    assert "1月还是10月" in said["G9"]
    assert answers_of(seen, "G9") == [("2018年1月", "2018-01"), ("2018年10月", "2018-10")]
    assert "按式子算是25,600万元" in said["F10"]
    assert answers_of(seen, "F10") == [("用25,600", "25,600")]
    assert "640,000万元超过总投资210,000万元，可能多填了一位" in said["F11"]
    assert [label for label, _ in answers_of(seen, "F11")] == ["改为64,000", "数字无误"]
    assert "桥林新城路网二期" in said["B14"]
    assert answers_of(seen, "B14")[0] == ("就是它", f"!is:{registry['桥林新城路网二期'].pk}")
    assert said["E12"] == "小计683,000，6行相加681,000，差2,000。小计不入库。"
    assert [problem.must for problem in seen.problems if problem.address == "E12"] == [False]


def test_answers_leave_nothing_to_mend(look: Look, registry: dict[str, Project]) -> None:
    answers = {
        "G9": "2018-10",
        "F10": "25,600",
        "F11": "64000",
        "B14": f"!is:{registry['桥林新城路网二期'].pk}",
        "E12": "!ok",
    }
    seen = look(midyear_workbook(), "plans", answers=answers)
    assert seen.problems == []
    assert seen.ready
    changed = {(d.name, d.label): (d.old, d.new) for d in seen.differences if d.label == "年度计划"}
    assert changed == {
        ("博郡项目", "年度计划"): ("180,000", "160,000"),
        ("农创园二期", "年度计划"): ("32,000", "25,600"),
        ("极光片羽科技体验园", "年度计划"): ("60,000", "6"),
    }
    assert seen.totals == [("2018年度计划", 769_000 * 10_000, (769_000 - 20_000 - 6_400 - 59_994) * 10_000)]


def test_what_was_understood_is_counted(look: Look, registry: dict[str, Project]) -> None:
    notes = dict(look(midyear_workbook(), "plans").found.note_groups())
    assert notes["“68亿元”当作680,000万元"] == 1
    assert notes["全角“８５０００”当作85000"] == 1
    assert notes["换行和空格去掉"] == 1


def test_projects_new_changed_unchanged_absent(look: Look, registry: dict[str, Project]) -> None:
    rows = [
        ["项目名称", "类别", "属地", "总投资（亿元）"],
        ["紫光项目", "产业", "桥林街道", 320],
        ["博郡项目", "产业", "开发区", 70],
        ["新材料基地", "产业项目", "汤泉", 12.5],
    ]
    seen = look(rows, "projects")
    assert seen.problems == []
    assert seen.counts == {"new": 1, "changed": 1, "unchanged": 1}
    assert len(seen.absent) == 7
    assert [(d.label, d.old, d.new) for d in seen.differences] == [("总投资", "680,000", "700,000")]
    assert seen.comparison.new_projects[0][1].total_investment == 1_250_000_000


def test_a_name_in_full_width_is_the_same_project(look: Look, registry: dict[str, Project]) -> None:
    Project.objects.filter(pk=registry["紫光项目"].pk).update(name="A1项目", name_key="a1项目")
    seen = look([["项目名称", "总投资"], ["Ａ１　项目", 3_200_000]], "projects")
    assert seen.counts["unchanged"] == 1


def test_line_breaks_leave_no_gap_in_a_chinese_name(look: Look, registry: dict[str, Project]) -> None:
    rows = [
        ["项目名称", "类别", "属地", "总投资"],
        ["新城\n学校", "产业", "桥林", 100],
        ["New\nYork 馆", "产业", "桥林", 100],
    ]
    names = [project.name for _, project in look(rows, "projects").comparison.new_projects]
    assert names == ["新城学校", "New York馆"]


def test_tenfold_totals_are_asked(look: Look, registry: dict[str, Project]) -> None:
    seen = look([["项目名称", "总投资（元）"], ["紫光项目", 3_200_000]], "projects")
    assert "差十倍以上" in by_cell(seen)["B2"]


def test_numbers_keep_phases_apart(look: Look, registry: dict[str, Project]) -> None:
    """三期 is not nearly 二期."""
    rows = [["项目名称", "类别", "属地", "总投资"], ["桥林新城路网三期", "基础设施", "桥林街道", 1000]]
    assert look(rows, "projects").problems == []


def test_unknown_units_offer_the_nearest(look: Look, registry: dict[str, Project]) -> None:
    rows = [["项目名称", "类别", "属地", "总投资"], ["某厂", "产业", "桥林新区街道", 1000]]
    seen = look(rows, "projects")
    assert ("桥林街道", "桥林街道") in answers_of(seen, "C2")


def test_missing_columns_are_one_question(look: Look, registry: dict[str, Project]) -> None:
    rows = [["项目名称", "总投资"], *([f"新厂{i}号", 1000] for i in range(50))]
    seen = look(rows, "projects")
    assert [problem.key for problem in seen.problems] == ["default:category", "default:territory"]
    mended = look(rows, "projects", answers={"default:category": "产业", "default:territory": "桥林街道"})
    assert mended.problems == []
    assert mended.counts["new"] == 50


def test_doubled_rows_are_named(look: Look, registry: dict[str, Project]) -> None:
    seen = look([["项目名称", "总投资"], ["紫光项目", 1], ["紫光 项目", 2]], "projects")
    assert "与第2行是同一个项目" in by_cell(seen)["A3"]


def test_rows_that_are_of_one_year_by_the_title_alone_are_doubles_too(
    look: Look, registry: dict[str, Project]
) -> None:
    head = ["项目名称", "年度", "级别", "阶段"]
    one, other = ["紫光项目", 2018, "区级", "当年实施"], ["紫光项目", None, "区级", "前期"]
    seen = look([["2018年区级重点项目名单"], head, one, other], "listings")
    assert "与第3行是同一个项目" in by_cell(seen)["A4"] and not seen.ready
    reports = [
        ["2018年8月月报"],
        ["项目名称", "月份", "年内累计"],
        ["紫光项目", "2018-08", 1],
        ["紫光项目", None, 2],
    ]
    assert "与第3行是同一个项目" in by_cell(look(reports, "reports"))["A4"]


def test_listings(look: Look, registry: dict[str, Project]) -> None:
    rows = [
        ["2018年区级重点项目名单"],
        ["项目名称", "级别", "阶段"],
        ["紫光项目", "区级", "当年实施"],
        ["博郡项目", "区", "前期"],
    ]
    seen = look(rows, "listings")
    assert seen.problems == []
    assert [(given.year, given.level, given.stage) for _, given in seen.comparison.payload] == [
        (2018, "district", 1),
        (2018, "district", 2),
    ]


def test_the_year_is_asked_where_nothing_says_it(look: Look, registry: dict[str, Project]) -> None:
    rows = [["项目名称", "级别", "阶段"], ["紫光项目", "区级", "当年实施"]]
    assert [problem.key for problem in look(rows, "listings").problems] == ["default:year"]
    assert look(rows, "listings", year=2018).problems == []
