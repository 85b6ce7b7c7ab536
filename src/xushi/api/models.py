"""接口：服务账号、令牌、已办过的写入。"""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from xushi.journal.models import Event

PERSON = settings.AUTH_USER_MODEL


class ServiceAccount(models.Model):
    """服务账号: an account without a password that another system acts by; its rights are its appointments."""

    user = models.OneToOneField(PERSON, models.PROTECT, related_name="service", verbose_name="账号")
    purpose = models.CharField("做什么用", max_length=200)
    contact = models.CharField("对方联系人", max_length=60)
    opened_at = models.DateTimeField("开通时间")

    class Meta:
        verbose_name = "服务账号"

    def __str__(self) -> str:
        return str(self.user)


class TokenQuerySet(QuerySet["Token"]):
    def in_force(self, now: datetime) -> "TokenQuerySet":
        return self.filter(Q(revoked_at=None) & Q(expires_at__gt=now))


class Token(models.Model):
    """令牌: only its digest is kept. head: its first letters, by which people name it."""

    account = models.ForeignKey(
        ServiceAccount, models.PROTECT, related_name="tokens", verbose_name="服务账号"
    )
    head = models.CharField("开头", max_length=16)
    digest = models.CharField("散列", max_length=64, unique=True)
    scopes = models.JSONField("能做什么", default=list)
    issued_at = models.DateTimeField("发放时间")
    issued_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="发放人")
    expires_at = models.DateTimeField("到期时间")
    revoked_at = models.DateTimeField("作废时间", null=True, blank=True)

    objects: ClassVar[Any] = TokenQuerySet.as_manager()

    class Meta:
        verbose_name = "令牌"
        ordering = ["-issued_at", "-pk"]

    def __str__(self) -> str:
        return self.head


class Handled(models.Model):
    """办过的写入: the answer to a key, written in the same transaction as what it answers for."""

    account = models.ForeignKey(ServiceAccount, models.PROTECT, related_name="+", verbose_name="服务账号")
    key = models.CharField("去重号", max_length=80)
    digest = models.CharField("请求的散列", max_length=64)
    status = models.PositiveSmallIntegerField("状态码", default=200)
    answer = models.JSONField("答复", default=dict)
    at = models.DateTimeField("时间", db_index=True)

    class Meta:
        verbose_name = "办过的写入"
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return self.key


class CalendarKey(models.Model):
    """日历地址: by which a person's deadlines are read without a login; only its digest is kept."""

    user = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name="谁的")
    digest = models.CharField("散列", max_length=64, unique=True)
    made_at = models.DateTimeField("开通时间")
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = "日历地址"
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at=None), name="one_calendar_key_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}的日历"


class Webhook(models.Model):
    """订阅: where to tell which actions. The secret that signs is made from the key of the installation and the nonce.

    after: up to which place of the journal's chain it has been told; the chain is in the order of commits, so that
    nothing that committed late is passed over.
    """

    name = models.CharField("名称", max_length=60)
    url = models.CharField("地址", max_length=300)
    verbs = models.JSONField("订哪些动作", default=list)
    nonce = models.CharField("密钥的来处", max_length=43)
    after = models.BigIntegerField("看到日志的第几条")
    made_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="开通人")
    made_at = models.DateTimeField("开通时间")
    stopped_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = "订阅"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


WAITING = Q(delivered_at=None, dead_at=None)


class Delivery(models.Model):
    """送一件: one event to one subscription, tried until it is taken or given up."""

    webhook = models.ForeignKey(Webhook, models.PROTECT, related_name="deliveries", verbose_name="订阅")
    event = models.ForeignKey(Event, models.PROTECT, related_name="+", verbose_name="事件")
    attempts = models.PositiveSmallIntegerField("送了几次", default=0)
    not_before = models.DateTimeField("不早于")
    delivered_at = models.DateTimeField("送到", null=True, blank=True)
    dead_at = models.DateTimeField("不再送", null=True, blank=True)
    answer = models.CharField("对方的答复", max_length=200, blank=True)

    class Meta:
        verbose_name = "送一件"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["webhook", "event"], name="one_delivery_per_event")]
        indexes = [models.Index(fields=["not_before"], condition=WAITING, name="delivery_waiting")]

    def __str__(self) -> str:
        return f"{self.webhook_id}←{self.event_id}"
