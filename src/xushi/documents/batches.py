"""成批印督办单：一次要五百张也不等在一次请求里，五十张一截地印，印到哪里看得见，断了接着印。"""

import re
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from secrets import token_urlsafe
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile

from django.db import transaction

from xushi.documents.kinds.order import RELATED, order_documents, order_file
from xushi.documents.models_batches import Batch
from xushi.documents.writing import write_docx, write_pdf
from xushi.journal.actions import Actor, record
from xushi.kit import media
from xushi.supervision.models import SupervisionOrder

if TYPE_CHECKING:
    from xushi.units.models import User

FOLDER = "batches"
AT_MOST = 500
PIECE = 50
KEPT = 3  # batches whose files a person keeps


class NothingToPrint(Exception):
    """str() says why."""


@transaction.atomic
def ask_batch(orders: Sequence[int], form: str, *, actor: Actor, now: datetime) -> Batch:
    """要一批: of the orders named, those that the person sees, by number; at most 500, else NothingToPrint says why."""
    if form not in Batch.Form.values:
        raise NothingToPrint("请选 Word 或 PDF。")
    seen = SupervisionOrder.objects.visible_to(actor.by).filter(pk__in=list(orders))
    keys = list(seen.order_by("year", "serial", "pk").values_list("pk", flat=True)[: AT_MOST + 1])
    if not keys:
        raise NothingToPrint("没有选中看得到的督办单，请先勾选。")
    if len(keys) > AT_MOST:
        raise NothingToPrint(f"一批最多印{AT_MOST}张，请先把清单筛小一些。")
    batch = Batch.objects.create(
        form=form, orders=keys, total=len(keys), key=token_urlsafe(16), by=actor.by, asked_at=now
    )
    _tidy(batch)
    record(
        "documents.batch.asked", actor=actor, now=now, subject=batch, summary=f"成批印督办单{batch.total}张"
    )
    return batch


def _tidy(batch: Batch) -> None:
    """The files of a person's older batches are let go once the new one stands."""
    older = list(
        Batch.objects.filter(by=batch.by).order_by("-asked_at", "-pk").values_list("key", flat=True)
    )[KEPT:]
    transaction.on_commit(lambda: _let_go(older))


def _let_go(keys: Sequence[str]) -> None:
    for key in keys:
        media.drop_folder(f"{FOLDER}/{key}")


@transaction.atomic
def print_piece(seen: Batch, *, actor: Actor, now: datetime) -> Batch:
    """接着印一截. Of two who ask at once one prints and the other finds it printed; what is out of sight by now is
    left out and no longer counted."""
    batch = Batch.objects.select_for_update().get(pk=seen.pk)
    if batch.is_done:
        return batch
    keys = batch.orders[batch.done : batch.done + PIECE]
    orders = _orders(keys, actor.by)
    _write(batch, orders, actor.by, now)
    gone = set(keys) - {one.pk for one in orders}
    batch.orders = [key for key in batch.orders if key not in gone]
    batch.total = len(batch.orders)
    batch.done += len(orders)
    if batch.done >= batch.total:
        _finish(batch)
        batch.finished_at = now
        record(
            "documents.batch.printed",
            actor=actor,
            now=now,
            subject=batch,
            summary=f"印好督办单{batch.total}张",
        )
    batch.save(update_fields=["orders", "total", "done", "finished_at"])
    return batch


@transaction.atomic
def note_batch(batch: Batch, *, actor: Actor, now: datetime) -> None:
    """谁下载了印好的一批."""
    summary = f"下载成批印的督办单{batch.total}张（{batch.form}）"
    record("documents.batch.downloaded", actor=actor, now=now, subject=batch, summary=summary)


def _orders(keys: Sequence[int], user: "User") -> list[SupervisionOrder]:
    rows = SupervisionOrder.objects.visible_to(user).filter(pk__in=keys).select_related(*RELATED)
    held = {one.pk: one for one in rows.prefetch_related("helpers__unit")}
    return [held[key] for key in keys if key in held]


def _write(batch: Batch, orders: Sequence[SupervisionOrder], user: "User", now: datetime) -> None:
    """A piece is a file of its own until all are there, so that one written twice is the same file."""
    if not orders:
        return
    documents = order_documents(orders, user, now)
    piece = f"{FOLDER}/{batch.key}/{batch.done:05d}.{batch.form}"
    if batch.form == Batch.Form.PDF:
        media.put(piece, write_pdf(*documents, tagged=False))
        return
    out = BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as packed:
        for order, document in zip(orders, documents, strict=True):
            packed.writestr(f"{order_file(order)}.docx", write_docx(document))
    media.put(piece, out.getvalue())


def _finish(batch: Batch) -> None:
    from pypdf import PdfWriter

    names = media.names_in(f"{FOLDER}/{batch.key}")
    pieces = [name for name in names if re.search(rf"/\d{{5}}\.{batch.form}$", name)]
    whole = BytesIO()
    if batch.form == Batch.Form.PDF:
        with PdfWriter() as joined:
            for piece in pieces:
                joined.append(BytesIO(media.read(piece)))
            joined.write(whole)
    else:
        with ZipFile(whole, "w", ZIP_STORED) as packed:
            for piece in pieces:
                with ZipFile(BytesIO(media.read(piece))) as part:
                    for name in part.namelist():
                        packed.writestr(name, part.read(name))
    media.put(file_of(batch), whole.getvalue())
    media.drop(pieces)


def file_of(batch: Batch) -> str:
    """Its name below the uploads."""
    return f"{FOLDER}/{batch.key}/whole.{'pdf' if batch.form == Batch.Form.PDF else 'zip'}"


def still_seen(batch: Batch, user: "User") -> bool:
    """Whether the person may still see every order that is in the file."""
    return SupervisionOrder.objects.visible_to(user).filter(pk__in=batch.orders).count() == len(batch.orders)
