"""权限总表：网址表里的每一条，每种角色，读与写，自己看得到的与看不到的，一格一格走一遍。

routes.toml says for every route who may read and who may write. A route that is not in it fails the build. To add one,
`python -m tests.demo.matrix` asks the demonstration district about those that are not in the table yet; after a rule was
changed on purpose, take its line out first. What was written is read in the diff before it is committed.
"""

import os
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("routes.toml")
PEOPLE = (
    "office", "leader", "inspector", "statistics", "department", "territory", "owner", "indicator", "sysadmin",
    "secadmin", "auditor",
)  # fmt: skip
REFUSED = {401, 403, 404}
NOT_SO = 405
BROKEN, NOT_YET = 500, 503  # a film still in the making answers 503
ANYTHING: dict[str, object] = {
    "month": "2018-08", "year": 2018, "number": 2018, "verb": "note", "kind": "xlsx", "digest": "abc", "version": 1,
    "code": "x", "what": "visits", "which": "all", "entry": 1, "package_id": 1, "industry_id": 1, "table": "tag",
    "form": "docx", "slug": "x", "period": "2018-08",
}  # fmt: skip
# 走不得的：退出要丢会话，推进时钟要动全区，大屏凭链接，组件一览只在开发时有；各有自己的测试
LEFT_OUT = {"units:logout", "clock", "home:wall", "kit:components"}
# 哪间房的号是什么东西的号；同一间里另有所指的单列。值是（模型，到它所属对象的路，那个对象的模型）
PROJECT = ("registry.Project", "", "")
SUBJECTS: dict[str, tuple[str, str, str]] = {
    "registry": PROJECT, "api": PROJECT,
    "permits": PROJECT, "home": PROJECT, "progress": PROJECT, "sites:project": PROJECT,
    "sites:new": PROJECT, "guarantees:ask": PROJECT, "problems:report": PROJECT, "problems:draft": PROJECT,
    "problems:photos": PROJECT,
    "permits:step": ("permits.PermitStep", "", ""), "permits:act": ("permits.PermitStep", "", ""),
    "permits:rehearse": ("permits.PermitStep", "", ""), "permits:commit": ("permits.PermitStep", "", ""),
    "permits:rehearsal": ("permits.Rehearsal", "", ""), "permits:check": ("permits.Commitment", "", ""),
    "permits:file": ("permits.StepFile", "step", "permits.PermitStep"),
    "guarantees": ("guarantees.ResourceRequest", "", ""),
    "sites": ("sites.Camera", "", ""), "sites:picture": ("sites.Snapshot", "camera", "sites.Camera"),
    "sites:hold": ("sites.Snapshot", "camera", "sites.Camera"), "sites:repair": ("sites.Outage", "", ""),
    "sites:standstill": ("sites.Standstill", "", ""),
    "problems": ("problems.Problem", "", ""), "problems:photo": ("problems.ProblemPhoto", "problem", "problems.Problem"),
    "signings": ("signings.Signing", "", ""),
    "admission": ("admission.Application", "", ""),
    "admission:file": ("admission.ApplicationFile", "application", "admission.Application"),
    "admission:opine": ("admission.Opinion", "application", "admission.Application"),
    "admission:decision": ("admission.Decision", "application", "admission.Application"),
    "planning": ("planning.Reserve", "", ""), "planning:item": ("planning.ProgrammeItem", "", ""),
    "inspections": ("inspections.Visit", "", ""),
    "inspections:finding": ("inspections.Finding", "", ""), "inspections:act": ("inspections.Finding", "", ""),
    "inspections:photo": ("inspections.Photo", "visit", "inspections.Visit"),
    "inspections:original": ("inspections.Photo", "visit", "inspections.Visit"),
    "supervision": ("supervision.SupervisionOrder", "", ""),
    "supervision:order_photo": ("supervision.OrderPhoto", "order", "supervision.SupervisionOrder"),
    **{
        f"supervision:{name}": ("supervision.Instruction", "", "")
        for name in ("instruction", "route_instruction", "read_instruction", "print_instruction")
    },
    **{
        f"supervision:{name}": ("supervision.Meeting", "", "")
        for name in ("meeting", "meeting_pack", "meeting_minutes", "meeting_docx", "meeting_moving", "meeting_act")
    },
    **{
        f"supervision:{name}": ("supervision.AgendaItem", "meeting", "supervision.Meeting")
        for name in ("meeting_reply", "meeting_decide", "meeting_item")
    },
    **{
        f"supervision:{name}": ("supervision.Decision", "item__meeting", "supervision.Meeting")
        for name in ("change_decision", "drop_decision")
    },
    "progress:return": ("progress.MonthlyReport", "", ""),
    "progress:photo": ("progress.ReportPhoto", "project", "registry.Project"),
    "notices:open": ("notices.Notice", "", ""),
    "documents": ("documents.Paper", "", ""),
    **{
        f"documents:{kind}_{what}": (label, path, parent)
        for what in ("paper", "file")
        for kind, (label, path, parent) in {
            "order": ("supervision.SupervisionOrder", "", ""),
            "instruction": ("supervision.Instruction", "", ""),
            "minutes": ("supervision.Meeting", "", ""),
            "decision": ("admission.Decision", "application", "admission.Application"),
        }.items()
    },
}  # fmt: skip
# 谁看得到这个项目的手续，谁就看得到它的步骤：部门只凭自己办的那一步
WIDER = {"permits": ("permits.PermitStep", "project")}
# 号不归谁看得到看不到，只看角色的：取第一件
COMMON: dict[str, str] = {
    "units": "units.User", "units:unit": "units.Unit", "units:rename_unit": "units.Unit",
    "units:dissolve_unit": "units.Unit", "units:end_appointment": "units.Appointment",
    "units:name_head": "units.Appointment", "journal": "journal.Event", "duties": "duties.Delegation",
    "indicators": "indicators.Indicator", "indicators:version_text": "indicators.Version",
    "indicators:territory": "units.Unit", "indicators:review": "indicators.Observation",
    "indicators:drop_scenario": "indicators.Scenario", "registry:ceremony": "registry.Ceremony",
    "registry:rename": "registry.Tag", "permits:package": "permits.Package",
    "permits:package_retire": "permits.Package", "problems:change_kind": "problems.ProblemClass",
    "signings:event": "signings.SigningEvent", "admission:sitting": "admission.Sitting",
    "admission:settle": "admission.Breach", "admission:meet": "admission.Condition",
    "inspections:round": "inspections.Round", "inspections:route": "inspections.Round",
    "inspections:move": "inspections.Round", "exchange": "exchange.ImportBatch", "channels": "notices.Digest",
    "operations": "journal.Reaction",
    "api:issue": "units.User", "api:rotate": "api.Token", "api:revoke": "api.Token",
    "api:webhook_stop": "api.Webhook", "api:webhook_replay": "api.Webhook", "api:delivery_replay": "api.Delivery",
    "documents:circular_paper": "inspections.Round", "documents:circular_file": "inspections.Round",
    "documents:start_circular": "inspections.Round", "documents:batch": "documents.Batch",
    "documents:next_piece": "documents.Batch", "documents:batch_file": "documents.Batch",
    "documents:pack": "registry.Project",
    "home:change_view": "registry.SavedView", "home:revoke_wall": "home.WallKey",
}  # fmt: skip
NUMBERS = ("pk", "project_id", "key")
LONGEST = 20 * 60  # seconds a walk may take


@dataclass(frozen=True, slots=True)
class Route:
    name: str
    takes: tuple[str, ...]

    @property
    def room(self) -> str:
        return self.name.partition(":")[0]


def routes() -> list[Route]:
    from django.urls import URLResolver, get_resolver

    def walk(resolver: Any, spaces: tuple[str, ...]) -> Iterator[Route]:
        for one in resolver.url_patterns:
            if isinstance(one, URLResolver):
                yield from walk(one, (*spaces, one.namespace) if one.namespace else spaces)
            else:
                yield Route(":".join((*spaces, one.name or "?")), tuple(one.pattern.converters))

    return list(walk(get_resolver(), ()))


class Walk:
    """Asks every route as every person; what is not there to be asked for is left out."""

    def __init__(self) -> None:
        from django.apps import apps
        from django.test import Client

        from xushi.config import clock
        from xushi.units.middleware import OPENED, SEEN
        from xushi.units.models import User

        reporting = (
            apps.get_model("indicators.Target")._default_manager.order_by("pk").values_list("unit", flat=True)
        )
        self.values = ANYTHING | {"unit": reporting.first() or 1}
        self.clients = {}
        self.subjects: dict[tuple[Any, ...], tuple[list[Any], list[Any]]] = {}
        for account in PEOPLE:
            user = User.objects.get(username=account)
            client = Client(raise_request_exception=False)
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            # 问一遍退一遍，会话上次动在几时也退回了：先写成往后的，几千次里就不必次次再写
            session, now = client.session, int(clock.real().timestamp())
            session.update({OPENED: now, SEEN: now + LONGEST})
            session.save()
            self.clients[account] = (user, client)

    def may(self, route: Route, method: str) -> tuple[list[str], list[str]]:
        """Who is let in (to what each may see, where the route names one), and what went wrong on the way."""
        let_in, wrong = [], []
        for account, (user, client) in self.clients.items():
            seen, foreign = self._subjects(route, user)
            for subject in (one for one in foreign if one is not None):
                status = self._ask(client, route, method, subject)
                if status not in REFUSED | {NOT_SO} and not self._harmless(route, method, status):
                    wrong.append(f"{method} {route.name}：{account}看不到的那件也答{status}")
            statuses = [self._ask(client, route, method, subject) for subject in seen]
            wrong += [
                f"{method} {route.name}：{account}得到{status}"
                for status in statuses
                if status >= BROKEN and status != NOT_YET
            ]
            if any(status not in REFUSED | {NOT_SO} for status in statuses):
                let_in.append(account)
        return let_in, wrong

    def broken(self, route: Route, rule: dict[str, list[str]]) -> list[str]:
        """Where the product does not answer as the table says: of those who may the first is asked, of the others all."""
        wrong = []
        for method, way in (("get", "read"), ("post", "write")):
            allowed = rule[way]
            for account, (user, client) in self.clients.items():
                seen, foreign = self._subjects(route, user)
                for subject in foreign:
                    status = self._ask(client, route, method, subject)
                    if status not in REFUSED | {NOT_SO} and not self._harmless(route, method, status):
                        wrong.append(f"{method} {route.name}：{account}看不到的那件也答{status}")
                if account in allowed and account != allowed[0]:
                    continue
                statuses = [self._ask(client, route, method, subject) for subject in seen]
                refused = all(status in REFUSED | {NOT_SO} for status in statuses)
                if refused == (account in allowed) and statuses:
                    wrong.append(
                        f"{method} {route.name}：{account}得到{statuses}，表里{'许' if account in allowed else '不许'}"
                    )
                wrong += [
                    f"{method} {route.name}：{account}得到{status}"
                    for status in statuses
                    if status >= BROKEN and status != NOT_YET
                ]
        return wrong

    def closed(self, route: Route, rule: dict[str, list[str]]) -> list[str]:
        """Where the first of those who may does not get in: each page and each form once, which asks every query."""
        wrong = []
        for method, way in (("get", "read"), ("post", "write")):
            for account in rule[way][:1]:
                user, client = self.clients[account]
                statuses = [
                    self._ask(client, route, method, subject) for subject in self._subjects(route, user)[0]
                ]
                if any(status in REFUSED | {NOT_SO} or BROKEN <= status != NOT_YET for status in statuses):
                    wrong.append(f"{method} {route.name}：{account}得到{statuses}")
        return wrong

    def _harmless(self, route: Route, method: str, status: int) -> bool:
        """A step asked for by address is led back to its page, which then refuses; a phone that does not say whose
        it is gets the same answer whatever it asks for."""
        return (method == "get" and status == 302) or (status == 409 and route.room == "inspections")

    def _ask(self, client: Any, route: Route, method: str, subject: Any) -> int:
        from django.db import transaction
        from django.urls import NoReverseMatch, reverse

        values = {name: self.values.get(name, 1) for name in route.takes}
        values |= {name: subject for name in NUMBERS if name in values and subject is not None}
        try:
            address = reverse(route.name, kwargs=values)
        except NoReverseMatch:
            return 404
        with transaction.atomic():
            answer = getattr(client, method)(address)
            transaction.set_rollback(True)
        return int(answer.status_code)

    def _subjects(self, route: Route, user: Any) -> tuple[list[Any], list[Any]]:
        """One this person may see, one this person may not; [None] where the route names none."""
        from django.apps import apps

        number = next((name for name in NUMBERS if name in route.takes), None)
        if number is None:
            return [None], []
        field = "key" if number == "key" else "pk"
        if common := COMMON.get(route.name) or (
            COMMON.get(route.room) if route.name not in SUBJECTS else None
        ):
            return list(apps.get_model(common)._default_manager.values_list(field, flat=True)[:1]), []
        subject = SUBJECTS.get(route.name) or SUBJECTS[route.room]
        # 问一遍退一遍，库不变：同一种东西，同一个人，只查一次
        key = (user.pk, field, subject, subject == PROJECT and WIDER.get(route.room))
        if key not in self.subjects:
            self.subjects[key] = self._looked_up(route, user, field, subject)
        return self.subjects[key]

    def _looked_up(
        self, route: Route, user: Any, field: str, subject: tuple[str, str, str]
    ) -> tuple[list[Any], list[Any]]:
        from django.apps import apps

        label, path, parent = subject
        rows = apps.get_model(label)._default_manager
        scope: Callable[[], Any] = (
            (lambda: rows.filter(**{f"{path}__in": apps.get_model(parent)._default_manager.visible_to(user)}))
            if path
            else (lambda: rows.visible_to(user))
        )
        seen = scope().values_list(field, flat=True)[:1]
        foreign = rows.exclude(pk__in=scope().values("pk"))
        if label == PROJECT[0] and route.room in WIDER:
            wider, to = WIDER[route.room]
            foreign = foreign.exclude(
                pk__in=apps.get_model(wider)._default_manager.visible_to(user).values(to)
            )
        return list(seen), list(foreign.values_list(field, flat=True)[:1])


def table() -> dict[str, dict[str, list[str]]]:
    read: dict[str, dict[str, list[str]]] = tomllib.loads(TABLE.read_text("utf-8"))
    return read


def found(known: dict[str, dict[str, list[str]]]) -> tuple[dict[str, dict[str, list[str]]], list[str]]:
    """The table with what the product answers of the new routes, and what is wrong with them whatever a table says."""
    walk, wrong = Walk(), []
    told: dict[str, dict[str, list[str]]] = {}
    for route in routes():
        if route.name in LEFT_OUT or route.name in known:
            told |= {route.name: known[route.name]} if route.name in known else {}
            continue
        readers, bad = walk.may(route, "get")
        writers, worse = walk.may(route, "post")
        told[route.name] = {"read": readers, "write": writers}
        wrong += bad + worse
    return told, wrong


def written(told: dict[str, dict[str, list[str]]]) -> str:
    lines = ["# 谁能读、谁能写：每条网址一行。怎么来的、怎么改，见 matrix.py", ""]
    for name, rule in told.items():
        said = ", ".join(f"{way} = [{', '.join(f'{one!r}' for one in who)}]" for way, who in rule.items())
        lines.append(f'"{name}" = {{ {said} }}'.replace("'", '"'))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xushi.config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core import signals
    from django.db import close_old_connections

    settings.ALLOWED_HOSTS = ["*"]
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    answers, bad = found(table() if TABLE.exists() else {})
    TABLE.write_text(written(answers), "utf-8")
    sys.stdout.write("\n".join([*bad, f"{len(answers)}条网址写进{TABLE.name}"]) + "\n")
