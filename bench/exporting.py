"""How much memory exporting the whole list takes; a process of its own, since a peak never goes down again.

Prints one JSON object: rows, seconds, and the growth of the peak in MB over an export of a few rows.
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from django.contrib.auth.models import AnonymousUser  # noqa: E402
from django.http import HttpResponseBase  # noqa: E402
from django.test import RequestFactory  # noqa: E402

from bench.district import YEAR  # noqa: E402
from xushi.home.views_projects import export  # noqa: E402
from xushi.units.models import User  # noqa: E402

FEW, ALL = f"month={YEAR}-12&level=district&q=第7号", f"month={YEAR}-12&level=district"


def main(username: str) -> None:
    user = User.objects.get(username=username)
    _written(_asked(user, FEW))
    before = _peak_mb()
    began = time.perf_counter()
    size = _written(_asked(user, ALL))
    spent = time.perf_counter() - began
    told = {"seconds": round(spent, 2), "bytes": size, "growth_mb": round(_peak_mb() - before, 1)}
    print(json.dumps(told))


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


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(sys.argv[1])
