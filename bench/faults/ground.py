"""The small district the faults fall upon, and what the people at work there need to know; run as its own process."""

import json
import sys
from typing import Any

PEOPLE = 6
RETURNED = (
    4  # reports of December that are to be sent anew before it can be closed; each reopening returns three
)
WAN = 10_000
CSRF = "f" * 32


def build(count: int) -> dict[str, Any]:
    """Make the district in the configured database; December 2018 is left open. Returns what the clients start from."""
    import django

    django.setup()
    from django.core.management import call_command

    from bench.district import NOW
    from bench.district import _person as person
    from bench.district import build as build_district
    from bench.faults.measured import measure
    from xushi.core.months import Month
    from xushi.journal.actions import Actor
    from xushi.journal.models import Event
    from xushi.problems.models import ProblemClass
    from xushi.progress.actions import return_report
    from xushi.progress.closing import reopen_month
    from xushi.progress.models import MonthlyReport
    from xushi.registry.models import Project
    from xushi.units.models import Role, Unit

    call_command("migrate", verbosity=0)
    people = build_district(count)
    office = Actor(by=people["office"], channel=Event.Channel.WEB)
    reopen_month(Month(2018, 12), "演练", actor=office, now=NOW)
    call_command("worker", once=True, verbosity=0)
    air = measure(people["office"])
    december = {report.project_id: report for report in MonthlyReport.objects.filter(month=Month(2018, 12))}
    started = Project.objects.filter(started_on__isnull=False, listings__year=2018).distinct().order_by("pk")
    towns = list(Unit.objects.filter(kind=Unit.Kind.SUBDISTRICT).order_by("path")[:PEOPLE])
    reporters = [person(f"reporter{n}", Role.TERRITORY, town, town) for n, town in enumerate(towns)]
    town = towns[0]
    asked = MonthlyReport.objects.filter(
        month=Month(2018, 12), project__in=started.filter(territory__in=towns)
    )
    returnable = list(asked.order_by("pk").values_list("pk", flat=True))
    for report in MonthlyReport.objects.filter(pk__in=returnable[:RETURNED]):
        return_report(report, "演练：请重报", actor=office, now=NOW)
    return {
        "returned": returnable,
        "reporters": [
            {
                "session": _session(user),
                "projects": [
                    {"pk": p.pk, "cumulative": december[p.pk].cumulative}
                    for p in started.filter(territory=place)
                ],
            }
            for user, place in zip(reporters, towns, strict=True)
        ],
        "office": _session(people["office"]),
        "leader": _session(people["leader"]),
        "lead": town.pk,
        "town": town.name,
        "kind": _leaf(ProblemClass),
        "air": air,
        "csrf": CSRF,
    }


def _leaf(classes: Any) -> tuple[int, int]:
    """A class of problems and one under it (0 where it has none)."""
    root = classes.objects.filter(parent=None, retired=False).order_by("path").first()
    under = classes.objects.filter(parent=root, retired=False).order_by("path").first()
    return root.pk, under.pk if under else 0


def _session(user: Any) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.set_expiry(24 * 3600)
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    told = json.dumps(build(int(sys.argv[1])))
    print(f"\n{told}", flush=True)  # on a line of its own: what the worker began may still be talking
