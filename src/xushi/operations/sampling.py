"""抽看附件：行里写着的文件在不在，记了散列的对不对。"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from django.apps import apps
from django.db.models import FileField, Model

from xushi.kit import media
from xushi.sites.models import Snapshot

EACH = 20  # the newest of every kind
DIGEST = "sha256"


@dataclass(slots=True)
class Sample:
    looked: int = 0
    hashed: int = 0
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


def sample() -> Sample:
    """The newest files of every kind; those with a digest in their row are read."""
    seen = Sample()
    for path, digest in named():
        seen.looked += 1
        if not media.exists(path):
            seen.missing.append(path)
        elif digest:
            seen.hashed += 1
            if sha256(media.read(path)).hexdigest() != digest:
                seen.changed.append(path)
    return seen


def named() -> Iterator[tuple[str, str]]:
    """The newest files of every kind that rows name, each with its digest or ""."""
    for model in apps.get_models():
        for column in (one for one in model._meta.concrete_fields if isinstance(one, FileField)):
            yield from _of(model, column)
    yield from Snapshot.objects.order_by("-pk").values_list("path", "sha256")[:EACH]


def _of(model: type[Model], column: FileField) -> Iterator[tuple[str, str]]:
    names = {one.name for one in model._meta.concrete_fields}
    digest = DIGEST if column.name == "file" and DIGEST in names else ""
    rows = model._default_manager.exclude(**{column.name: ""}).order_by("-pk")
    for row in rows.values(column.name, *([digest] if digest else []))[:EACH]:
        yield row[column.name], row.get(digest, "") if digest else ""
