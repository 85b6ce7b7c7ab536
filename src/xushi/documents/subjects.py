"""模板写的是谁：一个月之外，还可以写一家单位、一个项目、一次会议。"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from xushi.documents import subject_meeting, subject_project, subject_unit
from xushi.documents.drafting import Subject
from xushi.documents.named import Figures
from xushi.documents.subject_parts import Spec

if TYPE_CHECKING:
    from xushi.units.models import User

Find = Callable[["User", int, Figures], Subject | None]
SUBJECTS: Mapping[str, Spec] = {
    "unit": subject_unit.SPEC, "project": subject_project.SPEC, "meeting": subject_meeting.SPEC,
}  # fmt: skip
FINDERS: Mapping[str, Find] = {
    "unit": subject_unit.of_unit, "project": subject_project.of_project, "meeting": subject_meeting.of_meeting,
}  # fmt: skip


def subject_of(kind: str, user: "User", pk: int, figures: Figures) -> Subject | None:
    """None where there is none that this person may see."""
    return FINDERS[kind](user, pk, figures)
