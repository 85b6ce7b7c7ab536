"""两种库答得一样的：第二遍（PostgreSQL）不再跑一次的测试文件，和为什么一样。

没有写在这里的，两遍都跑。留在两遍的是库自己说了算的：约束、锁、并发、次序、求和、文本的长短和怪字、成批写入、迁移、进出、
备份。每一页、每一处能写的，PostgreSQL 上在演示区里由办得了的人走一遍（demo/test_builder.py），所以每一句查询都问过。
tests/config/test_alike.py 看住这张单子。
"""

from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.pure import OPTION, leave_out

HERE = Path(__file__).parent
ALIKE = {
    "谁进得去、谁写得进，是规则判的，一个地址一个人地走": (
        "*/test_refusals.py", "config/test_refusals_acting.py", "documents/test_paper_refusals.py",
        "home/test_who_sees.py",
    ),
    "页上写什么、给谁看、表单没脚本也能用，是模板和视图的事": (
        "admission/test_pages.py", "alerts/test_views.py", "api/test_calendar.py", "calendars/test_views.py",
        "documents/test_batches.py", "documents/test_kinds.py", "documents/test_papers.py", "documents/test_templates.py",
        "duties/test_views.py",
        "exchange/test_pages.py", "federation/test_pages.py", "guarantees/test_pages.py", "home/test_acts.py",
        "home/test_empty.py", "home/test_pages.py", "home/test_regions.py", "indicators/test_every_number_opens.py",
        "indicators/test_product_pages.py", "inspections/test_pages.py", "inspections/test_phone.py",
        "inspections/test_tiles.py", "journal/test_pages.py", "notices/test_views.py", "operations/test_pages.py",
        "permits/test_*_pages.py", "planning/test_beside.py", "planning/test_pages.py", "problems/test_pages.py",
        "progress/test_closing_pages.py", "progress/test_report_form.py", "progress/test_report_inbox.py",
        "registry/test_plan_revisions.py", "registry/test_views.py", "signings/test_pages.py", "sites/test_pages.py",
        "sites/test_wall.py", "supervision/test_instruction_pages.py", "supervision/test_meeting_pages.py",
        "supervision/test_order_drafts.py", "supervision/test_order_pages.py", "supervision/test_order_steps.py",
    ),
    "登录、口令、响应头、限次的页，库里只是存一行取一行": (
        "config/test_clock.py", "config/test_limits.py", "config/test_logs.py", "config/test_middleware.py",
        "units/test_gates.py", "units/test_login.py", "units/test_look.py", "units/test_passwords.py",
        "units/test_second_step.py", "units/test_sessions.py",
    ),
    "画面、片子、摄像头的话，是文件和协议的事": (
        "sites/test_activity.py", "sites/test_sources.py", "sites/test_timelapse.py",
    ),
}  # fmt: skip
PATTERNS = tuple(pattern for patterns in ALIKE.values() for pattern in patterns)


def runs_once(file: Path) -> bool:
    name = file.relative_to(HERE).as_posix()
    return any(fnmatch(name, pattern) for pattern in PATTERNS)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption(OPTION):
        leave_out(config, items, [item for item in items if runs_once(item.path)], "两种库答得一样")
