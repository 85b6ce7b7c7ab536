"""体系的版本：一份体系说明和一版的行是一个意思，来回都不差一个字；起草、启用、抄到新一年、两版比较。"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.indicators import policy
from xushi.indicators.models import Indicator, Node, System, Version
from xushi.indicators.reading import spec_of, tree_of
from xushi.indicators.refusals import refuse
from xushi.indicators.spec import Spec
from xushi.journal.actions import Actor, record
from xushi.units.districts import denied


def written(spec: Spec) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    """What a specification says: its head, and its nodes in their order."""
    tree = spec.model_dump(mode="json", exclude_unset=True)
    return {key: value for key, value in tree.items() if key != "nodes"}, list(tree["nodes"].items())


def digest_of(spec: Spec) -> str:
    """SHA-256 of what it says; the order of keys does not count, the order of nodes does."""
    said = json.dumps(written(spec), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def spec_of_version(version: Version) -> Spec:
    """The specification that the rows of a version say; one query."""
    nodes = dict(version.nodes.order_by("place").values_list("code", "body"))
    return spec_of({**version.head, "nodes": nodes})


@transaction.atomic
def draft_version(
    system: System, year: int, text: str, *, source: str, actor: Actor, now: datetime, note: str = ""
) -> Version:
    """起草一版 from the text of a specification; Refused names every path that is wrong."""
    _ask_keeper(actor)
    spec = spec_of(tree_of(text))
    if not source.strip():
        raise refuse("source", "写明依据，如市里下达办法的文号。")
    return _keep(system, year, spec, source, note, actor, now)


@transaction.atomic
def copy_version(version: Version, year: int, *, actor: Actor, now: datetime) -> Version:
    """抄到新一年: the same nodes and rules; targets of the old year are pending until somebody gives the new ones."""
    _ask_keeper(actor)
    if not version.year < year <= version.year + 5:
        raise refuse("year", f"只能抄到{version.year}年以后五年内。")
    tree = spec_of_version(version).model_dump(mode="json", exclude_unset=True)
    for body in tree["nodes"].values():
        if body.get("references"):
            _owed(body)
    tree.pop("period", None)
    tree["name"] = str(tree["name"]).replace(str(version.year), str(year))
    return _keep(
        version.system, year, spec_of(tree), version.source, f"抄自{version}，目标值待定", actor, now
    )


def _owed(body: dict[str, Any]) -> None:
    """The references wait for the new year's; where the old ones came from says nothing of them."""
    if isinstance(body.get("source"), dict):
        body["source"] = {
            what: said for what, said in body["source"].items() if what not in body["references"]
        }
    body["references"] = {name: {"pending": "上级下达"} for name in body["references"]}


@transaction.atomic
def adopt_version(version: Version, *, actor: Actor, now: datetime) -> Version:
    """启用: from now on nothing in it changes; scores are worked out by it."""
    _ask_keeper(actor)
    held = Version.objects.select_for_update().get(pk=version.pk)
    if held.used_at is None:
        held.used_at = now
        held.save(update_fields=["used_at"])
        record("indicators.version.adopted", actor=actor, now=now, subject=held, summary=f"启用{held}")
    return held


@transaction.atomic
def discard_version(version: Version, *, actor: Actor, now: datetime) -> None:
    """放弃草稿: only one that was never used."""
    _ask_keeper(actor)
    held = Version.objects.select_for_update().get(pk=version.pk)
    if held.used_at is not None:
        raise refuse("", f"{held}已经启用，不能放弃；要改请抄一版。")
    record("indicators.version.discarded", actor=actor, now=now, subject=held, summary=f"放弃{held}")
    held.delete()


def _keep(
    system: System, year: int, spec: Spec, source: str, note: str, actor: Actor, now: datetime
) -> Version:
    head, nodes = written(spec)
    last = system.versions.select_for_update().filter(year=year).order_by("-number").first()
    version = Version.objects.create(
        system=system, year=year, number=last.number + 1 if last else 1, head=head, digest=digest_of(spec),
        source=source.strip()[:200], note=note[:200], by=actor.by, at=now,
    )  # fmt: skip
    parents = {body.get("parent") for _, body in nodes}
    Node.objects.bulk_create(
        Node(
            version=version, place=place, code=code, parent=body.get("parent") or "", body=body,
            data="" if code in parents else body.get("data") or code,
        )
        for place, (code, body) in enumerate(nodes)
    )  # fmt: skip
    _register_indicators(system, version)
    record("indicators.version.drafted", actor=actor, now=now, subject=version, summary=f"起草{version}")
    return version


def _register_indicators(system: System, version: Version) -> None:
    """Every indicator the version asks a figure of has a row; what is known of it already stays."""
    wanted = {node.data: node for node in version.nodes.exclude(data="")}
    known = set(system.indicators.values_list("code", flat=True))
    Indicator.objects.bulk_create(
        Indicator(system=system, code=code, name=node.body.get("name") or code)
        for code, node in wanted.items()
        if code not in known
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """What one path says in two versions; None where it is not there."""

    path: str
    before: Any
    after: Any


def differences(before: Spec, after: Spec) -> list[Difference]:
    """两版比较: every path that is there in one only or says something else."""
    old = dict(_leaves(before.model_dump(mode="json", exclude_unset=True)))
    new = dict(_leaves(after.model_dump(mode="json", exclude_unset=True)))
    paths = [*old, *(path for path in new if path not in old)]
    return [
        Difference(path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path)
    ]


def _leaves(tree: Any, path: str = "") -> list[tuple[str, Any]]:
    if isinstance(tree, dict):
        return [
            one for key, value in tree.items() for one in _leaves(value, f"{path}.{key}" if path else key)
        ]
    return [(path, tree)]


def _ask_keeper(actor: Actor) -> None:
    if actor.by is not None and not policy.can_keep(actor.by):
        raise PermissionDenied(denied(actor.by, "考核体系由区重大办管，您的角色可以查看。"))
