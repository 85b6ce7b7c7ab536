"""How much memory exporting the whole list takes; a process of its own, since a peak never goes down again.

Prints one JSON object: seconds, and how far in MB the whole list's export rises above one of a few rows: own memory
(without the pages of the database file that SQLite maps, which the system takes back when it likes) and the peak of
all that was resident.
"""

import json
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from django.contrib.auth.models import AnonymousUser  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpResponseBase  # noqa: E402
from django.test import RequestFactory  # noqa: E402

from bench.district import YEAR  # noqa: E402
from xushi.home.views_projects import export  # noqa: E402
from xushi.units.models import User  # noqa: E402

FEW, ALL = f"month={YEAR}-12&level=district&q=第7号", f"month={YEAR}-12&level=district"


def main(username: str) -> None:
    user = User.objects.get(username=username)
    if connection.vendor == "sqlite":
        # its page cache has a fixed size, filled by any long reading; here the export itself is looked at
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size=0")
            cursor.execute("PRAGMA cache_size=-4000")
    own, _ = _own_peak(user, FEW)
    resident = _resident_mb()
    began = time.perf_counter()
    risen, size = _own_peak(user, ALL)
    told = {
        "seconds": round(time.perf_counter() - began, 2),
        "bytes": size,
        "own_mb": round(risen - own, 1),
        "resident_mb": round(_resident_mb() - resident, 1),
    }
    print(json.dumps(told))


def _own_peak(user: User, query: str) -> tuple[float, int]:
    """The most own memory seen while exporting, looked at every few milliseconds, in MB; and the file's bytes."""
    seen, done = [_own_mb()], threading.Event()

    def look() -> None:
        while not done.wait(0.005):
            seen.append(_own_mb())

    looker = threading.Thread(target=look)
    looker.start()
    try:
        size = _written(_asked(user, query))
    finally:
        done.set()
        looker.join()
    return max(seen), size


def _own_mb() -> float:
    _, resident, shared, *_ = Path("/proc/self/statm").read_text().split()
    return (int(resident) - int(shared)) * resource.getpagesize() / 2**20


def _asked(user: User | AnonymousUser, query: str) -> HttpResponseBase:
    request: Any = RequestFactory().get(f"/projects/export.xlsx?{query}")
    request.user = user
    return export(request, "xlsx")


def _written(answer: Any) -> int:
    """Write the answer to a file piece by piece, as a server would send it."""
    if answer.status_code != 200:
        sys.exit(f"导出答了{answer.status_code}")
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "list.xlsx").open("wb") as target:
        for piece in answer.streaming_content:
            target.write(piece)
        return target.tell()


def _resident_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(sys.argv[1])
