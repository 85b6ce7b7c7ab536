"""几台机器的测试用的小区，造在设好的库里：十二个项目，二月已关账，三月报齐；印出各人的登录。"""

import json
import sys
from typing import Any


def build() -> dict[str, Any]:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.e2e.town import build as build_town
    from xushi.progress.models import MonthlyReport
    from xushi.registry.models import Project

    town = build_town(settings)
    territory = town.late.territory
    return {
        "late": [town.late.pk, town.late.name],
        "own": list(Project.objects.filter(territory=territory).order_by("pk").values_list("pk", flat=True)),
        "territory": [territory.pk, territory.name],
        "reports": MonthlyReport.objects.count(),
        "sessions": {user.username: session(user) for user in (town.reporter, town.office, town.leader)},
    }


def session(user: Any) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    made = SessionStore()
    made[SESSION_KEY] = str(user.pk)
    made[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    made[HASH_SESSION_KEY] = user.get_session_auth_hash()
    made.set_expiry(24 * 3600)
    made.create()
    return str(made.session_key)


if __name__ == "__main__":
    told = json.dumps(build())
    sys.stdout.write(f"\n{told}\n")  # a line of its own, whatever else is said there
