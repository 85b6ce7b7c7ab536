"""附件是不是丢了：上一份备份里有、这一次没有的，多到不像是删的，就要人看过。"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from xushi.operations import sampling
from xushi.operations.files import UPLOADS, Kept, bucket_backed_up
from xushi.operations.moving import STAYS
from xushi.operations.rules import is_loss
from xushi.sites import store
from xushi.sites.models import Snapshot

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Loss:
    """gone: paths that ought to be there; of: how many were looked for; told_by: what named them."""

    gone: list[str]
    of: int
    told_by: str

    @property
    def sentence(self) -> str:
        where = self.gone[0].removeprefix(f"{UPLOADS}/")
        return f"附件少了{len(self.gone)}件：{self.told_by}有{self.of}件，这一次找不到的如{where}"


def found(known: dict[str, Kept] | None, files: list[Kept]) -> Loss | None:
    """The loss, where so many are gone that nobody deletes them like that. known: the list of the newest good backup;
    without one, the newest files that the rows name are looked for."""
    here = {one.path for one in files}
    if known is None:
        before, told_by = _named_by_rows(), "数据库里最近的"
    else:
        before, told_by = [path for path in known if _lasts(path)], "上一份备份里"
    gone = [path for path in before if path not in here]
    if is_loss(len(gone), len(before)):
        gone = list(_unexplained(gone))
    return Loss(gone, len(before), told_by) if is_loss(len(gone), len(before)) else None


def _named_by_rows() -> list[str]:
    if settings.XUSHI_S3 and not bucket_backed_up():
        return []  # they are not in the backup by the setting
    return [f"{UPLOADS}/{path}" for path, _ in sampling.named()]


def _lasts(path: str) -> bool:
    """Whether it is an upload that stays until its row goes: not a piece on its way, nor what is made anew."""
    from xushi.documents import batches, long_drafts
    from xushi.inspections import pieces

    passing = tuple(f"{UPLOADS}/{one.FOLDER}/" for one in (batches, long_drafts, pieces))
    return path.startswith(f"{UPLOADS}/") and not path.startswith(passing) and STAYS not in path


def _unexplained(gone: Iterable[str]) -> Iterable[str]:
    """Without the snapshots that were thinned: their rows went with them, by the thousand where fewer days are kept."""
    cameras = f"{UPLOADS}/{store.FOLDER}/"
    pictures = [path for path in gone if path.startswith(cameras)]
    yield from (path for path in gone if not path.startswith(cameras))
    for start in range(0, len(pictures), AT_ONCE):
        names = [path.removeprefix(f"{UPLOADS}/") for path in pictures[start : start + AT_ONCE]]
        rows = Snapshot.objects.filter(path__in=names).order_by().values_list("path", flat=True)
        yield from (f"{UPLOADS}/{name}" for name in rows)
