"""备份：太久没有好的，说给系统管理员，也说给重大办。"""

from collections.abc import Iterator

from xushi.journal.models import Event
from xushi.notices.matters import Matter
from xushi.notices.people import Directory
from xushi.notices.recipients import Who
from xushi.units.models import Role


def matters(event: Event, directory: Directory) -> Iterator[Matter]:
    yield Matter(
        kind="operations.backuprun", pk=0, called="备份", about=event.summary, url="",
        people={
            Who.OPERATORS: directory.in_role(Role.SYSTEM_ADMIN), Who.OFFICE: directory.in_role(Role.OFFICE),
        },
    )  # fmt: skip
