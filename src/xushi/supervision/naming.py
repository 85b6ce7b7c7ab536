"""督办单、批示、议定上写得了哪些单位：本区的和上级的；管几个区的，范围里的都写得了。"""

from xushi.duties.reach import Reach, beyond, reach_of
from xushi.registry.models import Project
from xushi.supervision.models import SupervisionOrder
from xushi.units.models import Role, User


def reach_for(user: User | None) -> Reach:
    """How far whoever gives out work reaches; one query, none for the system."""
    return reach_of(user, Role.OFFICE, Role.LEADER)


def led(near: Reach, user: User | None, project: Project | None, author: int | None = None) -> Reach:
    """The same with the district of a project that the person, or the author of the words (a primary key), leads.

    A leader of one district may be named to lead a project in another.
    """
    if not near.beside or user is None or project is None or project.leader_id is None:
        return near
    return near.also(project.territory.path) if project.leader_id in (user.pk, author) else near


def reach_on(user: User, order: SupervisionOrder) -> Reach:
    """How far somebody reaches with this order."""
    return led_by_order(reach_for(user), user, order)


def led_by_order(near: Reach, user: User | None, order: SupervisionOrder) -> Reach:
    return led(near, user, order.project, order.instruction.author_id if order.instruction else None)


def not_to_issue(order: SupervisionOrder, user: User | None, near: Reach) -> list[str]:
    """Why this person may not issue an order: units out of their reach and of the drafter's.

    What the system drafted, or somebody with both districts below them, is issued as it stands.
    """
    named = [order.lead, *(helper.unit for helper in order.helpers.all())]
    found = list(beyond(led_by_order(near, user, order), named))
    if not found or order.drafted_by is None:
        return []
    drafter = led_by_order(reach_for(order.drafted_by), order.drafted_by, order)
    return [sentence for unit, sentence in found if not drafter.holds(unit)]
