"""命令行与夜间任务的眼睛：看得到全区，不是任何人。"""

from xushi.units.models import Appointment, Role, Unit, User

WHOLE_DISTRICT = User(username="", name="系统")
_root = Unit(path="0001.", kind=Unit.Kind.DISTRICT, name="")
# never saved: an appointment in memory that makes every scope condition say "everything"
WHOLE_DISTRICT.__dict__["appointments_in_force"] = [
    Appointment(user=WHOLE_DISTRICT, unit=_root, scope=_root, role=Role.OFFICE)
]
