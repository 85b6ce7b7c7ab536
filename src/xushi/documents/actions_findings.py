"""一处对不上的数怎么了结：照算得的改，改进新的一稿。写说明保留在 actions 里。"""

from datetime import datetime

from django.db import transaction

from xushi.documents.acting import newest
from xushi.documents.actions import save_draft
from xushi.documents.mending import mend_of
from xushi.documents.models import Paper
from xushi.documents.review import key_of, reviewed
from xushi.journal.actions import Actor
from xushi.registry.checking import Refused, RowProblem


@transaction.atomic
def mend_finding(pk: int, key: str, *, actor: Actor, now: datetime, seen: int) -> Paper:
    """改为算得的数, and what leans on it: a new 稿. Refused where it is gone, or where a person must write it."""
    paper: Paper = Paper.objects.get(pk=pk)
    text = newest(paper).text
    found = next((one for one in reviewed(paper, actor.by, now).checked.findings if key_of(one) == key), None)
    if found is None:
        raise Refused([RowProblem(0, "finding", "这一处已经改过，稿里没有它了。")])
    mend = mend_of(text, found)
    if mend is None:
        raise Refused([RowProblem(0, "finding", f"{found.claimed}该是多少要人来定，请到“改稿”里改。")])
    return save_draft(pk, mend.text, actor=actor, now=now, seen=seen, note=mend.note)
