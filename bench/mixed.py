"""Fifty mixed requests a second upon a running installation: python -m bench.mixed [--rate 50] [--seconds 60]

Builds a province (or takes the one in --home), starts `xushi serve` as an operator does, and sends requests at moments
drawn beforehand (Poisson), whether or not those before them were answered: who waits is seen in the times, as with
people. Prints one JSON object: times per page, errors, processor time of the server, load of the machine.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from bench.apart import ROOT, environment_of

NOW = "2019-01-12T08:30"
PATIENCE = 30.0  # seconds; a request not answered by then is an error
OPEN = "2018-12"  # the month being reported
# how often, who, what
READS = (
    (14, "leader", "首页", "/"),
    (8, "territory", "首页（属地）", "/"),
    (8, "office", "总览", "/overview/"),
    (2, "province", "总览（省）", "/overview/"),
    (12, "office", "清单", "/projects/?level=district&stage=under_way&sort=gap"),
    (6, "territory", "清单（属地）", "/projects/"),
    (14, "leader", "项目页", "/projects/{project}/"),
    (12, "office", "待办", "/duties/"),
    (6, "leader", "预警", "/alerts/"),
    (5, "office", "督办", "/supervision/orders/"),
    (5, "territory", "月报表单", "/progress/report/{project}/" + OPEN + "/"),
)
WRITES = ((4, "territory", "报月报，开表并送出"), (2, "territory", "存问题草稿"), (2, "leader", "盯办"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", help="a province built before, else one is built and thrown away")
    parser.add_argument("--districts", type=int, default=100)
    parser.add_argument("--projects", type=int, default=1000)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--database", default="sqlite", choices=("sqlite", "postgres"))
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--warm", type=int, default=120, help="seconds of use before what is measured")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--inside", action="store_true", help="build in the environment's database, then say who"
    )
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(ready(options)))
        return
    with ExitStack() as stack:
        environment = stack.enter_context(environment_of(options.database, NOW))
        if options.home:
            environment["XUSHI_HOME"] = options.home
        told = _inside(environment, options)
        print(json.dumps(measured(environment, told, options), ensure_ascii=False, indent=1))


def _inside(environment: dict[str, str], options: argparse.Namespace) -> dict[str, Any]:
    """The people and projects of the run, from a process that had the database to itself."""
    command = [sys.executable, "-m", "bench.mixed", "--inside", "--districts", str(options.districts),
               "--projects", str(options.projects), "--people", str(options.people)]  # fmt: skip
    done = subprocess.run(command, env=environment, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def ready(options: argparse.Namespace) -> dict[str, Any]:
    """Build what is missing, leave December open with half of it to be reported, and sign people of 24 districts in."""
    import django

    django.setup()
    from django.core.management import call_command

    from bench import district
    from bench.faults.ground import _session
    from bench.province import build
    from xushi.core.months import Month
    from xushi.journal.actions import SYSTEM
    from xushi.progress.closing import reopen_month
    from xushi.progress.models import MonthlyReport
    from xushi.progress.standing import current_closing
    from xushi.registry.models import Project
    from xushi.units.models import Role, Unit, User

    call_command("migrate", verbosity=0)
    if not Unit.objects.exists():
        build(options.districts, options.projects, options.people)
    if current_closing(Month.parse(OPEN)):
        reopen_month(Month.parse(OPEN), "补报", actor=SYSTEM, now=district.NOW)
    people: dict[str, list[dict[str, Any]]] = defaultdict(list)
    districts = Unit.objects.filter(children__kind=Unit.Kind.SUBDISTRICT).distinct().order_by("path")[:24]
    for one in districts:
        for role in (Role.LEADER, Role.OFFICE, Role.TERRITORY):
            held = {"appointments__role": role, "appointments__scope__path__startswith": one.path}
            user = User.objects.filter(**held).order_by("pk").first()
            projects = Project.objects.visible_to(user).filter(started_on__isnull=False) if user else []
            own = list(projects.order_by("pk").values_list("pk", flat=True)[:40]) if user else []
            if user and own:
                people[role].append({"session": _session(user), "projects": own})
    root = User.objects.filter(appointments__scope__parent=None, appointments__role=Role.LEADER).first()
    people["province"] = [{"session": _session(root), "projects": []}]
    reporting = [pk for person in people[Role.TERRITORY] for pk in person["projects"]]
    of_month = MonthlyReport.objects.filter(month=Month.parse(OPEN), project__in=reporting)
    of_month.update(state=MonthlyReport.State.RETURNED)
    return {"people": people, "done": dict(of_month.values_list("project_id", "cumulative"))}


def measured(
    environment: dict[str, str], told: dict[str, Any], options: argparse.Namespace
) -> dict[str, Any]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("xushi")), "serve", "--port", str(port),
               "--workers", str(options.workers)]  # fmt: skip
    log = Path(environment["XUSHI_HOME"]) / "mixed.log"
    with log.open("w") as out:
        server = subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True)
        try:
            run = Run(port, told, random.Random(2018))
            asyncio.run(run.warm(server, min(10.0, options.rate), options.warm))
            before, began, database = _cpu(server.pid), time.monotonic(), _cpu_of_postgres()
            asyncio.run(run.all(options.rate, options.seconds))
            spent, of_database = _cpu(server.pid) - before, _cpu_of_postgres() - database
            return run.told() | {
                "database_ms_per_request": round(of_database * 1000 / max(1, run.sent), 1),
                "rate": options.rate,
                "seconds": round(time.monotonic() - began, 1),
                "server_cores": round(spent / (time.monotonic() - began), 2),
                "server_ms_per_request": round(spent * 1000 / max(1, run.sent), 1),
                "load": [round(one, 1) for one in os.getloadavg()],
            }
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


class Run:
    """The requests of one run and what became of them."""

    def __init__(self, port: int, told: dict[str, Any], chance: random.Random) -> None:
        self.port, self.people, self.done, self.chance = port, told["people"], told["done"], chance
        self.times: dict[str, list[float]] = defaultdict(list)  # milliseconds, from the moment it was due
        self.wrong: Counter[str] = Counter()
        self.sent = 0

    async def warm(self, server: subprocess.Popen[bytes], rate: float, seconds: int) -> None:
        """Wait for the installation, then let it be used as in the run: it is one that has been running."""
        for _ in range(240):
            if server.poll() is not None:
                raise SystemExit("xushi serve 没有起来，看状态目录里的 mixed.log。")
            try:
                if (await self._ask("GET", "/healthz", None))[0] == 200:
                    break
            except OSError:
                pass
            await asyncio.sleep(0.5)
        for _, who, _, path in READS:
            person = self.chance.choice(self.people[who])
            await self._ask("GET", self._path(path, person), person, patience=10 * PATIENCE)
        await self.all(rate, seconds)
        self.times.clear()
        self.wrong.clear()
        self.sent = 0

    async def all(self, rate: float, seconds: int) -> None:
        """Start each request at its own moment; then wait for those under way."""
        loop = asyncio.get_running_loop()
        began, due, tasks = loop.time(), 0.0, []
        while (due := due + self.chance.expovariate(rate)) < seconds:
            await asyncio.sleep(max(0.0, began + due - loop.time()))
            tasks.append(asyncio.create_task(self._one(began + due)))
        await asyncio.gather(*tasks)

    async def _one(self, due: float) -> None:
        choices = [*READS, *WRITES]
        chosen = self.chance.choices(choices, [one[0] for one in choices])[0]
        person = self.chance.choice(self.people[chosen[1]])
        name = chosen[2]
        try:
            if len(chosen) == 4:
                status, _ = await self._ask("GET", self._path(chosen[3], person), person)
            else:
                status = await self._write(name, person)
        except (TimeoutError, OSError) as problem:
            status = type(problem).__name__
        self.sent += 1
        self.times[name].append((asyncio.get_running_loop().time() - due) * 1000)
        if status not in (200, 204, 302):
            self.wrong[f"{name} {status}"] += 1

    async def _write(self, name: str, person: dict[str, Any]) -> int:
        project = self.chance.choice(person["projects"])
        if name == "盯办":
            return (await self._post(f"/projects/{project}/watch", person, watch=self.chance.choice("01")))[0]
        if name == "存问题草稿":
            return (
                await self._post(f"/problems/new/{project}/draft/", person, words=f"写到一半{uuid4().hex}")
            )[0]
        self.done[str(project)] = self.done.get(str(project), 0) + 10_000
        based_on = await self._base(project, person)
        fields = {
            "act": "submit", "entered": "cumulative", "amount": f"{self.done[str(project)]}元", "has_difficulty": "no",
            "physical_progress": "主体施工", "explanation": "按实际完成补报", "based_on": based_on,
        }  # fmt: skip
        return (await self._post(f"/progress/report/{project}/{OPEN}/", person, **fields))[0]

    async def _base(self, project: int, person: dict[str, Any]) -> str:
        """The version the form was drawn from, as its page says; a person has that page open already."""
        _, page = await self._ask("GET", f"/progress/report/{project}/{OPEN}/", person)
        _, _, after = page.partition('name="based_on" value="')
        return after.partition('"')[0] or "0"

    def _path(self, path: str, person: dict[str, Any]) -> str:
        return path.format(project=self.chance.choice(person["projects"] or [0]))

    async def _post(self, path: str, person: dict[str, Any], **fields: str) -> tuple[int, str]:
        return await self._ask("POST", path, person, urlencode({"csrfmiddlewaretoken": "f" * 32} | fields))

    async def _ask(
        self,
        method: str,
        path: str,
        person: dict[str, Any] | None,
        body: str = "",
        patience: float = PATIENCE,
    ) -> tuple[int, str]:
        """One request on a connection of its own."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        cookies = f"Cookie: sessionid={person['session']}; csrftoken={'f' * 32}\r\n" if person else ""
        form = (
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            if body
            else ""
        )
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n{cookies}{form}\r\n"
        try:
            writer.write(f"{head}{body}".encode())
            answer = await asyncio.wait_for(reader.read(-1), patience)
        finally:
            writer.close()
        return (int(answer[9:12]) if answer[:5] == b"HTTP/" else 0), answer.decode("utf-8", "replace")

    def told(self) -> dict[str, Any]:
        every = [one for times in self.times.values() for one in times]
        return {
            "requests": self.sent,
            "errors": dict(self.wrong),
            "all": _said(every),
            "pages": {name: _said(times) for name, times in sorted(self.times.items())},
        }


def _said(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    at = {name: ordered[min(len(ordered) - 1, int(len(ordered) * share))]
          for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))}  # fmt: skip
    return {"n": len(ordered)} | {name: round(value, 1) for name, value in at.items()}


def _cpu(pid: int) -> float:
    """Processor seconds of a process and all below it."""
    parents, spent = {}, {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        number = int(entry.parent.name)
        parents[number], spent[number] = int(fields[1]), int(fields[11]) + int(fields[12])
    total, found = 0, [pid]
    while found:
        one = found.pop()
        total += spent.get(one, 0)
        found += [child for child, parent in parents.items() if parent == one]
    return total / os.sysconf("SC_CLK_TCK")


def _cpu_of_postgres() -> float:
    """Processor seconds of every PostgreSQL of this machine, with the connections that have ended; 0 on SQLite."""
    total = 0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = entry.read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue
        if name == "postgres":
            fields = rest.split()
            total += sum(map(int, fields[11:15]))
    return total / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
