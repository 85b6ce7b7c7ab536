"""日子：一天从北京时间零点算起。"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


def local_day(moment: datetime) -> date:
    """The Beijing day of an aware moment (its own .date() would be the UTC day)."""
    return moment.astimezone(BEIJING).date()
