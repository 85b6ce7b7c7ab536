"""视频监控：摄像头、它通不通、中断、快照、一天的动静、谁看过、像是停工。"""

from datetime import time
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, QuerySet

from xushi.registry.models import Project
from xushi.sites.rules import Cause, Hours, Kind, Standing, State, Verdict
from xushi.units.models import Role
from xushi.units.policy import scoped

if TYPE_CHECKING:
    from xushi.units.models import User

PERSON = settings.AUTH_USER_MODEL
WATCHERS = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.DEPARTMENT, Role.TERRITORY, Role.OWNER)
EVERY_DAY = "1234567"


def watched_by(user: "User", prefix: str = "project__") -> Q:
    """The sites this person may look at: those of the projects they see; statistics and administrators none."""
    return scoped(user, prefix) if user.has_role(*WATCHERS) else Q(pk__in=[])


class CameraQuerySet(QuerySet["Camera"]):
    def in_use(self) -> "CameraQuerySet":
        return self.filter(active=True)

    def visible_to(self, user: "User") -> "CameraQuerySet":
        return self.filter(watched_by(user))


class Camera(models.Model):
    """摄像头. host and port are of the camera itself, or of the WVP platform that knows device and channel."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="cameras", verbose_name="项目")
    name = models.CharField("名称", max_length=40, help_text="如东门塔吊")
    place = models.CharField("装在哪", max_length=120, blank=True)
    kind = models.CharField("接入方式", max_length=10, choices=Kind.choices(), default=Kind.RTSP)
    host = models.CharField("地址", max_length=255)
    port = models.PositiveIntegerField(
        "端口", default=554, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    https = models.BooleanField("用https", default=False, help_text="ONVIF和WVP平台")
    main_path = models.CharField(
        "主码流路径", max_length=300, blank=True, help_text="如/Streaming/Channels/101"
    )
    sub_path = models.CharField("子码流路径", max_length=300, blank=True)
    device = models.CharField("国标设备编号", max_length=40, blank=True)
    channel = models.CharField("国标通道编号", max_length=40, blank=True)
    user = models.CharField("用户名", max_length=60, blank=True)
    password_sealed = models.TextField("密码（密文）", blank=True, editable=False)
    works_from = models.TimeField("施工时段自", default=time(6))
    works_to = models.TimeField("施工时段至", default=time(18))
    weekdays = models.CharField("星期几施工", max_length=7, default=EVERY_DAY, help_text="1是周一，7是周日")
    masked = models.JSONField("遮挡区", default=list, blank=True, help_text="多边形，点是宽高的份额0–1")
    snapshot_minutes = models.PositiveSmallIntegerField("几分钟一张快照", default=5)
    keep_days = models.PositiveSmallIntegerField("全部快照留几天", default=30)
    active = models.BooleanField("在用", default=True)
    longitude = models.DecimalField("经度（CGCS2000）", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度（CGCS2000）", max_digits=9, decimal_places=6, null=True, blank=True)
    added_at = models.DateTimeField("添加时间")
    added_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="添加人")
    version = models.PositiveIntegerField("版本", default=1)

    objects: ClassVar[Any] = CameraQuerySet.as_manager()

    class Meta:
        verbose_name = "摄像头"
        ordering = ["project", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="camera_named_once_on_site"),
            models.CheckConstraint(condition=Q(works_from__lt=F("works_to")), name="camera_hours_in_order"),
            models.CheckConstraint(
                condition=Q(snapshot_minutes__gte=1, snapshot_minutes__lte=60), name="camera_minutes_1_to_60"
            ),
            models.CheckConstraint(condition=Q(keep_days__gte=1), name="camera_keeps_a_day"),
        ]
        indexes = [models.Index(fields=["project"], condition=Q(active=True), name="camera_in_use")]

    def __str__(self) -> str:
        return f"{self.project.name} {self.name}"

    @property
    def of_kind(self) -> Kind:
        return Kind(self.kind)

    @property
    def hours(self) -> Hours:
        return Hours(self.works_from, self.works_to, frozenset(map(int, self.weekdays)))


class Snapshot(models.Model):
    """快照: a JPEG below MEDIA_ROOT. activity, verdict and why are filled once it has been looked at.

    keeper: what stays of its day. held_at: put by as evidence; neither is ever thinned out.
    """

    camera = models.ForeignKey(Camera, models.PROTECT, related_name="snapshots", verbose_name="摄像头")
    taken_at = models.DateTimeField("拍摄时间")
    day = models.DateField("哪天（北京）")
    path = models.CharField("文件", max_length=200, unique=True, help_text="MEDIA_ROOT 之下")
    sha256 = models.CharField("SHA-256", max_length=64)
    bytes = models.PositiveIntegerField("字节")
    width = models.PositiveIntegerField("宽")
    height = models.PositiveIntegerField("高")
    keeper = models.BooleanField("当天留存", default=False)
    activity = models.FloatField("动静分", null=True, blank=True)
    verdict = models.CharField("动静", max_length=10, choices=Verdict.choices(), blank=True)
    why = models.CharField("为什么", max_length=120, blank=True)
    held_at = models.DateTimeField("存证时间", null=True, blank=True)
    held_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="存证人")
    held_words = models.CharField("存证说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "快照"
        constraints = [models.UniqueConstraint(fields=["camera", "taken_at"], name="snapshot_once_a_moment")]
        indexes = [
            models.Index(fields=["camera", "day", "taken_at"], name="snapshot_of_day"),
            models.Index(fields=["camera", "day"], condition=Q(keeper=True), name="snapshot_keepers"),
            models.Index(fields=["day"], name="snapshot_day"),
        ]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.taken_at:%Y-%m-%d %H:%M:%S}"


class CameraState(models.Model):
    """通不通: one row a camera, written when something changes and with each picture."""

    camera = models.OneToOneField(Camera, models.CASCADE, related_name="health", verbose_name="摄像头")
    state = models.CharField("通断", max_length=12, choices=State.choices(), default=State.NEVER)
    cause = models.CharField("原因", max_length=20, choices=Cause.choices(), blank=True)
    words = models.CharField("补充", max_length=200, blank=True, help_text="不含地址和密码")
    since = models.DateTimeField("自何时起")
    last_frame_at = models.DateTimeField("最近一帧", null=True, blank=True)
    last_snapshot = models.ForeignKey(
        Snapshot, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="最近快照"
    )
    looked_at = models.DateTimeField("最近查看", null=True, blank=True)
    told_at = models.DateTimeField("最近告知", null=True, blank=True)

    class Meta:
        verbose_name = "摄像头通断"

    def __str__(self) -> str:
        return f"{self.camera_id} {self.get_state_display()}"


class OutageQuerySet(QuerySet["Outage"]):
    def open(self) -> "OutageQuerySet":
        return self.filter(ended_at=None)

    def visible_to(self, user: "User") -> "OutageQuerySet":
        return self.filter(watched_by(user, "camera__project__"))


class Outage(models.Model):
    """中断: from the last picture to the next. told counts the steps told of it (rules.TELL_AFTER)."""

    camera = models.ForeignKey(Camera, models.PROTECT, related_name="outages", verbose_name="摄像头")
    began_at = models.DateTimeField("自")
    ended_at = models.DateTimeField("至", null=True, blank=True)
    cause = models.CharField("原因", max_length=20, choices=Cause.choices())
    words = models.CharField("补充", max_length=200, blank=True)
    told = models.PositiveSmallIntegerField("已告知几次", default=0)
    told_at = models.DateTimeField("最近告知", null=True, blank=True)
    repair_at = models.DateTimeField("报修时间", null=True, blank=True)
    repair_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="报修人")
    repair_words = models.CharField("报修说明", max_length=200, blank=True)

    objects: ClassVar[Any] = OutageQuerySet.as_manager()

    class Meta:
        verbose_name = "摄像头中断"
        ordering = ["-began_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["camera"], condition=Q(ended_at=None), name="one_open_outage"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")), name="outage_ends_after_it_began"
            ),
        ]
        indexes = [models.Index(fields=["camera", "began_at"], name="outage_of_camera")]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.began_at:%Y-%m-%d %H:%M}"


class CameraDay(models.Model):
    """一天的动静: looked counts the snapshots looked at, of which active and unknown; the rest was still."""

    camera = models.ForeignKey(Camera, models.PROTECT, related_name="days", verbose_name="摄像头")
    day = models.DateField("哪天")
    looked = models.PositiveIntegerField("看了几张", default=0)
    active = models.PositiveIntegerField("有动静", default=0)
    unknown = models.PositiveIntegerField("看不清", default=0)
    verdict = models.CharField("这天", max_length=10, choices=Verdict.choices(), default=Verdict.UNKNOWN)
    first_active_at = models.DateTimeField("最早动静", null=True, blank=True)
    last_active_at = models.DateTimeField("最晚动静", null=True, blank=True)

    class Meta:
        verbose_name = "一天的动静"
        ordering = ["camera", "day"]
        constraints = [
            models.UniqueConstraint(fields=["camera", "day"], name="one_row_per_camera_and_day"),
            models.CheckConstraint(
                condition=Q(looked__gte=F("active") + F("unknown")), name="camera_day_adds_up"
            ),
        ]
        indexes = [models.Index(fields=["day"], name="camera_day")]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.day} {self.get_verdict_display()}"


class ViewingQuerySet(QuerySet["Viewing"]):
    def visible_to(self, user: "User") -> "ViewingQuerySet":
        """Who looked: the office and the inspectors read it; a person their own."""
        if user.has_role(Role.OFFICE, Role.INSPECTOR):
            return self.filter(watched_by(user, "camera__project__"))
        return self.filter(user=user)


class Viewing(models.Model):
    """看过直播: who, with the name and unit of that time, from when to when, and why it ended."""

    key = models.CharField("票号", max_length=40, unique=True)
    camera = models.ForeignKey(Camera, models.PROTECT, related_name="viewings", verbose_name="摄像头")
    user = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name="谁")
    user_name = models.CharField("当时姓名", max_length=60)
    unit_name = models.CharField("当时单位", max_length=120, blank=True)
    began_at = models.DateTimeField("自")
    ended_at = models.DateTimeField("至", null=True, blank=True)
    way = models.CharField("怎么看的", max_length=12, blank=True, help_text="mse、hls、picture")
    ended_why = models.CharField("为什么停", max_length=60, blank=True)

    objects: ClassVar[Any] = ViewingQuerySet.as_manager()

    class Meta:
        verbose_name = "看直播的记录"
        ordering = ["-began_at", "-pk"]
        indexes = [
            models.Index(fields=["camera", "-began_at"], name="viewing_of_camera"),
            models.Index(fields=["began_at"], condition=Q(ended_at=None), name="viewing_open"),
        ]

    def __str__(self) -> str:
        return f"{self.user_name} {self.camera_id} {self.began_at:%Y-%m-%d %H:%M}"


class StandstillQuerySet(QuerySet["Standstill"]):
    def open(self) -> "StandstillQuerySet":
        return self.filter(ended_on=None)

    def visible_to(self, user: "User") -> "StandstillQuerySet":
        return self.filter(watched_by(user))


class Standstill(models.Model):
    """像是停工: a hint with two pictures until a person says what it is; ended_on is when activity was seen again."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="standstills", verbose_name="项目")
    camera = models.ForeignKey(Camera, models.PROTECT, related_name="standstills", verbose_name="摄像头")
    since = models.DateField("自哪天起没有动静")
    days = models.PositiveIntegerField("没有动静的天数", default=0, help_text="看不清和中断的天不算")
    last_active = models.ForeignKey(
        Snapshot, models.PROTECT, null=True, related_name="+", verbose_name="最后有动静的画面"
    )
    latest = models.ForeignKey(Snapshot, models.PROTECT, null=True, related_name="+", verbose_name="最近画面")
    state = models.CharField("状态", max_length=12, choices=Standing.choices(), default=Standing.HINT)
    noticed_at = models.DateTimeField("发现时间")
    decided_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁认定")
    decided_name = models.CharField("当时姓名", max_length=60, blank=True)
    decided_unit = models.CharField("当时单位", max_length=120, blank=True)
    decided_at = models.DateTimeField("认定时间", null=True, blank=True)
    words = models.CharField("说明", max_length=300, blank=True)
    ended_on = models.DateField("又有动静", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects: ClassVar[Any] = StandstillQuerySet.as_manager()

    class Meta:
        verbose_name = "像是停工"
        ordering = ["-since", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["camera"], condition=Q(ended_on=None), name="one_open_standstill")
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.since}"
