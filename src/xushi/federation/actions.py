"""汇交的动作：签报一个关了账的月、登记区和钥匙、收一件。"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.federation import keys
from xushi.federation.composing import Identity, compose
from xushi.federation.models import District, DistrictKey, Received, ReceivedSum, Refusal, Sent
from xushi.federation.rules import (
    Envelope,
    Filing,
    Last,
    RefusedFiling,
    following,
    moved,
    named,
    read,
    written,
)
from xushi.journal.actions import Actor, record
from xushi.kit.bulk import insert_all
from xushi.progress.models import MonthClosing
from xushi.progress.standing import current_closing
from xushi.units.rules import Refused

NO_CODE = "还没有设本区的区划代码（XUSHI_FEDERATION_CODE），请问上级给的是哪个。"
NOTED_AN_HOUR = 60  # 拒收的记录，一小时最多记这么多


@transaction.atomic
def sign_month(
    month: Month,
    *,
    identity: Identity,
    key: Ed25519PrivateKey,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Sent:
    """签报: the closed month as it stands, under the next number; the same closing is never signed twice."""
    if not identity.code:
        raise Refused(NO_CODE)
    closing = current_closing(month)
    if closing is None:
        raise Refused(f"{month.label}还没关账，没有定下的数可报；请先关账（有几个区的，要各区都关）。")
    MonthClosing.objects.select_for_update().get(pk=closing.pk)  # 两人同时签只成一件
    if made := Sent.objects.filter(closing=closing).first():
        return made
    last = Sent.objects.filter(month=month).order_by("-number").first()
    why = (reason.strip() or _reopened_because(closing))[:300] if last else ""
    if last and not why:
        raise Refused(f"{month.label}报过{last.name}，更正要写理由：改了什么、为什么改。")
    filing = compose(
        identity,
        closing,
        number=last.number + 1 if last else 1,
        replaces=last.digest if last else "",
        reason=why,
    )
    body = written(filing)
    public = keys.public_text(key)
    envelope = Envelope(body, keys.key_id(public), keys.sign(key, body))
    made = Sent.objects.create(
        month=month, number=filing.number, closing=closing, body=body, digest=envelope.digest, key=envelope.key,
        signature=envelope.signature, reason=why, made_by=actor.by, made_at=now, not_before=now,
    )  # fmt: skip
    record(
        "federation.month.signed",
        actor=actor,
        now=now,
        subject=made,
        subject_name=month.label,
        summary=f"签报{month.label}{made.name}，据第{closing.version}版关账{f'。理由：{why}' if why else ''}",
    )
    return made


@transaction.atomic
def send_again(
    month: Month, *, identity: Identity, key: Ed25519PrivateKey, actor: Actor, now: datetime
) -> list[Sent]:
    """再送: every number of a month that has not arrived, in order, under the same number and the key of today.

    One that was refused and whose closing is still in force is also written anew, so that a code or a name that was
    mended since goes up; any other keeps its text, by which the next number names it.
    """
    if not identity.code:
        raise Refused(NO_CODE)
    waiting = list(Sent.objects.select_for_update().filter(month=month, delivered_at=None).order_by("number"))
    if not waiting:
        raise Refused(f"{month.label}没有要再送的件：还没签报，或者上级都收到了。")
    closing = current_closing(month)
    for sent in waiting:
        if closing and sent.refused_at and sent.closing_id == closing.pk:
            before = Sent.objects.filter(month=month, number=sent.number - 1).first()
            sent.body = written(
                compose(
                    identity, closing, number=sent.number, replaces=before.digest if before else "", reason=sent.reason
                )
            )  # fmt: skip
        _sign_anew(sent, key, actor, now)
    return waiting


def _sign_anew(sent: Sent, key: Ed25519PrivateKey, actor: Actor, now: datetime) -> None:
    """Due at once, as if it had never been tried; the journal keeps what the level above said before."""
    why = f"；上级先前不收：{sent.answer}" if sent.refused_at else ""
    envelope = Envelope(sent.body, keys.key_id(keys.public_text(key)), keys.sign(key, sent.body))
    sent.digest, sent.key, sent.signature = envelope.digest, envelope.key, envelope.signature
    sent.refused_at, sent.attempts, sent.not_before, sent.answer = None, 0, now, "重新签了，等着再送"
    sent.save(
        update_fields=["body", "digest", "key", "signature", "refused_at", "attempts", "not_before", "answer"]
    )
    record(
        "federation.month.sent_again",
        actor=actor,
        now=now,
        subject=sent,
        subject_name=sent.month.label,
        summary=f"用钥匙{sent.key}重签{sent.month.label}{sent.name}，再送{why}"[:500],
    )


def _reopened_because(closing: MonthClosing) -> str:
    before = MonthClosing.objects.filter(
        month=closing.month, version=closing.version - 1, district=None
    ).first()
    return before.reopen_reason if before else ""


@transaction.atomic
def enrol(*, code: str, name: str, public: str, actor: Actor, now: datetime) -> DistrictKey:
    """登记: a district by its code, or one more key of one that is enrolled; one that left comes back, also with its
    old key.
    """
    code, name = code.strip(), name.strip()
    if not code or not name:
        raise Refused("请写区划代码和区名。")
    mark = keys.key_id(public)
    district = District.objects.select_for_update().filter(code=code).first()
    held = DistrictKey.objects.filter(key=mark).select_related("district").first()
    back = district is not None and district.left_at is not None
    if held and not (back and held.district == district and not held.revoked_at):
        raise Refused(f"这把公钥已登记给{held.district}{'，已作废' if held.revoked_at else ''}。")
    if district is None:
        if District.objects.filter(name=name).exists():
            raise Refused(f"{name}已用别的代码登记，请核对代码{code}。")
        district = District.objects.create(code=code, name=name, enrolled_at=now)
    elif district.name != name:
        raise Refused(f"代码{code}登记的是{district.name}，不是{name}，请核对。")
    elif back:
        district.left_at, district.enrolled_at = None, now
        district.save(update_fields=["left_at", "enrolled_at"])
    made = held or DistrictKey.objects.create(
        district=district, key=mark, public=public.strip(), registered_at=now
    )
    record(
        "federation.key.registered",
        actor=actor,
        now=now,
        subject=district,
        subject_name=name,
        summary=f"登记{name}（{code}）的公钥{mark}{'，重新加入汇交' if back else ''}",
    )
    return made


@transaction.atomic
def leave(code: str, *, actor: Actor, now: datetime) -> District:
    """退出汇交: nothing more is taken of it and nothing more is awaited; the months that it sent stay counted."""
    district = District.objects.select_for_update().filter(code=code.strip()).first()
    if district is None:
        raise Refused(f"没有登记代码为{code.strip()}的区。")
    if district.left_at:
        raise Refused(f"{district}已经退出汇交。")
    district.left_at = now
    district.save(update_fields=["left_at"])
    record(
        "federation.district.left",
        actor=actor,
        now=now,
        subject=district,
        subject_name=district.name,
        summary=f"{district}（{district.code}）退出汇交，它的钥匙签的不再收",
    )
    return district


@transaction.atomic
def revoke(mark: str, *, actor: Actor, now: datetime) -> DistrictKey:
    """作废公钥: what it signed and was taken stays, nothing more is taken of it."""
    key = DistrictKey.objects.select_for_update().select_related("district").filter(key=mark).first()
    if key is None:
        raise Refused(f"没有登记过公钥{mark}。")
    if key.revoked_at:
        raise Refused(f"{key.district}的公钥{mark}已经作废。")
    key.revoked_at = now
    key.save(update_fields=["revoked_at"])
    record(
        "federation.key.revoked",
        actor=actor,
        now=now,
        subject=key.district,
        subject_name=key.district.name,
        summary=f"作废{key.district}的公钥{mark}",
    )
    return key


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an envelope: the filing in force, and whether it had been here already."""

    received: Received
    already: bool = False


@transaction.atomic
def receive(envelope: Envelope, *, actor: Actor, now: datetime) -> Taken:
    """收件: verified, in order, adding up; a correction ends the number before it. RefusedFiling otherwise."""
    key = _verified(envelope)
    filing = read(envelope.body)
    district = District.objects.select_for_update().get(pk=key.district_id)  # 同一个区的件一件一件收
    _of_this_district(filing, district)
    _over(filing, now)
    last = Received.objects.filter(district=district, month=filing.month).order_by("-number").first()
    if last and last.digest == envelope.digest:
        return Taken(last, already=True)
    following(
        filing, envelope.digest, Last(last.number, last.digest, last.closing_version) if last else Last()
    )
    old = last.sums.get(level="district", category="").cumulative if last else 0
    if last:
        Received.objects.filter(pk=last.pk).update(replaced_at=now)
    made = _keep(filing, envelope, key, actor, now)
    what = f"收到{district}{filing.month.label}{made.name}"
    if last:
        what += f"：{filing.reason}；区级完成{moved(old, filing.whole('district').values['cumulative'])}"
    record(
        "federation.filing.received",
        actor=actor,
        now=now,
        subject=made,
        subject_name=f"{district}{filing.month.label}",
        summary=what,
    )
    return Taken(made)


def _verified(envelope: Envelope) -> DistrictKey:
    """The key that signed this text; nothing of the text is believed before."""
    key = DistrictKey.objects.select_related("district").filter(key=envelope.key).first()
    if key is None:
        raise RefusedFiling(
            "unknown_key", "签名用的钥匙没有登记过，请把 xushi federation keys 印出的公钥交本级登记。", 403
        )
    if not keys.is_signed(key.public, envelope.body, envelope.signature):
        raise RefusedFiling(
            "signature", "签名与内容对不上：件被改过，或不是这把钥匙签的；请重新导出，原样送来。", 403
        )
    if key.revoked_at:
        raise RefusedFiling("revoked_key", f"{key.district}的这把钥匙已作废，请用新钥匙签。", 403)
    if key.district.left_at:
        raise RefusedFiling("left", f"{key.district}已退出汇交，不再收它的件。", 403)
    return key


def _of_this_district(filing: Filing, district: District) -> None:
    if filing.district == district.code:
        return
    claimed = District.objects.filter(code=filing.district).first()
    if claimed is None:
        raise RefusedFiling(
            "unknown_district", f"没有登记代码为{filing.district}的区（{filing.name}），请先登记。", 403
        )
    raise RefusedFiling("wrong_key", f"件是{claimed}的，签名的钥匙却是{district}的，没有收。", 403)


def _over(filing: Filing, now: datetime) -> None:
    if local_day(now) <= filing.month.last_day:
        raise RefusedFiling("open_month", f"{filing.month.label}还没过完，不收；请等月份过完、关账后再报。")
    if filing.closed_at > now + timedelta(days=1):
        raise RefusedFiling("future", "件上的关账时间比现在还晚，请核对两边的钟。")


def _keep(filing: Filing, envelope: Envelope, key: DistrictKey, actor: Actor, now: datetime) -> Received:
    made = Received.objects.create(
        district_id=key.district_id, month=filing.month, number=filing.number, body=envelope.body,
        digest=envelope.digest, key=key, signature=envelope.signature, reason=filing.reason,
        closing_version=filing.closing_version, closed_at=filing.closed_at, overdue_starts=filing.overdue_starts,
        slipping=filing.slipping, rows_level=filing.rows_level, received_at=now, received_by=actor.by,
    )  # fmt: skip
    insert_all(
        [
            ReceivedSum(received=made, level=one.level, category=one.category, label=one.label, **one.values)
            for one in filing.sums
        ]
    )
    return made


def take_in(text: str | bytes, *, actor: Actor, now: datetime) -> Taken:
    """Read and receive; what is refused is noted, and refused all the same."""
    envelope: Envelope | None = None
    try:
        envelope = Envelope.read(text)
        return receive(envelope, actor=actor, now=now)
    except RefusedFiling as refused:
        _note(refused, envelope, actor, now)
        raise


@transaction.atomic
def _note(refused: RefusedFiling, envelope: Envelope | None, actor: Actor, now: datetime) -> None:
    """拒收 is written down, but nobody can fill the disk with it."""
    if Refusal.objects.filter(at__gt=now - timedelta(hours=1)).count() >= NOTED_AN_HOUR:
        return
    made = Refusal.objects.create(
        at=now,
        code=refused.code,
        sentence=refused.sentence[:300],
        claimed=_claimed(envelope),
        digest=envelope.digest if envelope else "",
        address=actor.address[:60],
    )
    record(
        "federation.filing.refused",
        actor=actor,
        now=now,
        subject=made,
        subject_name=made.claimed or "来路不明的件",
        summary=f"拒收：{refused.sentence}",
    )


def _claimed(envelope: Envelope | None) -> str:
    """Whose it says it is; believed by nobody."""
    if envelope is None:
        return ""
    try:
        filing = read(envelope.body)
    except RefusedFiling:
        return ""
    return f"{filing.name}{filing.month.label}{named(filing.number)}"[:60]
