"""单位与人员：责任单位的树，人在哪个单位任什么职，能看到什么。"""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils.functional import cached_property

from xushi.core.masking import masked, masked_account
from xushi.kit.among import Among
from xushi.kit.phrased import Key, Likeness, ask

STEP = 4  # 路径每级四位：0001.0003.


def under_or_passed(path: str) -> Q:
    """Of a unit: it lies in the subtree of this path, or is dissolved and its duties passed into it."""
    # 不拿承接单位再连一遍全表：两样各走各的索引
    return Q(path__under=path) | Q(Among("successor", Unit.objects.under(path).values("pk")))


class UnitQuerySet(QuerySet["Unit"]):
    def under(self, *paths: str) -> "UnitQuerySet":
        """Units in the subtrees of these paths, themselves included; none where no path is given."""
        condition = Q(pk__in=[])
        for path in paths:
            condition |= Q(path__under=path)
        return self.filter(condition)

    def answered_for_by(self, path: str) -> "UnitQuerySet":
        """Units in this subtree and the dissolved ones whose duties passed into it."""
        return self.filter(under_or_passed(path))

    def standing(self) -> "UnitQuerySet":
        """Units that have not been dissolved."""
        return self.filter(dissolved_on=None)


class Unit(models.Model):
    """责任单位: a node of the tree district → departments, territories, enterprises, working groups."""

    class Kind(models.TextChoices):
        DISTRICT = "district", "区"
        OFFICE = "office", "区重大办"
        DEPARTMENT = "department", "部门"
        SUBDISTRICT = "subdistrict", "街道"
        FARM = "farm", "场"
        PARK = "park", "园区"
        ENTERPRISE = "enterprise", "企业"
        LEADING_GROUP = "leading_group", "领导小组"
        WORKING_GROUP = "working_group", "工作组"

    TERRITORY_KINDS = (Kind.SUBDISTRICT, Kind.FARM, Kind.PARK)

    name = models.CharField("名称", max_length=120)
    short_name = models.CharField("简称", max_length=40, blank=True)
    kind = models.CharField("类别", max_length=20, choices=Kind.choices, db_index=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    path = models.CharField("路径", max_length=100, unique=True, help_text="各级编号，如 0001.0003.")
    code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, related_name="+",
        verbose_name="职责承接单位",
    )  # fmt: skip

    look = models.JSONField(
        "样子", default=dict, blank=True, help_text="所在的区定的名称、字徽、颜色，从区抄下来；of是哪个区定的"
    )

    objects: ClassVar[Any] = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = "单位"
        ordering = ["path"]
        constraints = [models.UniqueConstraint(fields=["parent", "name"], name="unit_name_once_under_parent")]
        indexes = [
            # of the dissolved alone: were all in it, SQLite would think a look into it as dear as the whole table
            models.Index(fields=["successor"], condition=Q(successor__isnull=False), name="unit_successor")
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    @property
    def is_root(self) -> bool:
        return len(self.path) == STEP + 1


class Role(models.TextChoices):
    """角色, as in 谁能看什么、做什么."""

    OFFICE = "office", "重大办"
    LEADER = "leader", "区领导"
    DEPARTMENT = "department", "部门"
    TERRITORY = "territory", "属地"
    OWNER = "owner", "项目单位"
    INSPECTOR = "inspector", "督查"
    STATISTICS = "statistics", "统计"
    INDICATOR_LEAD = "indicator_lead", "指标牵头"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDITOR = "auditor", "审计员"


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get(self, *args: Any, **named: Any) -> "User":
        """As every page asks who it is that asks: by the number alone, in words that are kept.

        Who holds an appointment comes with what they hold, by one query; others by a second.
        """
        number = named.get("pk")
        if args or len(named) > 1 or not isinstance(number, int):
            return super().get(*args, **named)
        person: User
        if held := ask(_in_office, Key(number)):
            person = held[0].user
            person.holding(held)
            return person
        for person in ask(_numbered, Key(number)):
            return person
        raise User.DoesNotExist(f"没有编号是{number}的人。")


def _numbered(pk: int) -> QuerySet["User"]:
    return User.objects.filter(pk=pk)


class User(AbstractBaseUser):
    """人员: rights come only from the appointments in force, never from flags on the person."""

    username = models.CharField("账号", max_length=60, unique=True, help_text="工号或手机号")
    name = models.CharField("姓名", max_length=60)
    phone = models.CharField("手机", max_length=20, blank=True)
    title = models.CharField("职务", max_length=60, blank=True)
    home_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所在单位"
    )
    is_active = models.BooleanField("在用", default=True)
    must_change_password = models.BooleanField("下次登录须改密码", default=False)
    created_at = models.DateTimeField("开通时间", null=True, blank=True)
    forgotten_at = models.DateTimeField("抹去个人信息的时间", null=True, blank=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = "人员"

    def __str__(self) -> str:
        return self.name

    @cached_property
    def appointments_in_force(self) -> list["Appointment"]:
        """The appointments held now, each with whether it owes a second step; read once per request."""
        return self.holding(ask(_in_force, Key(self.pk)))

    def holding(self, held: "list[Appointment]") -> "list[Appointment]":
        """These, which have just been read, are the appointments in force."""
        for one in held:
            one.user = self
        self.__dict__["appointments_in_force"] = held
        return held

    @property
    def unit(self) -> Unit | None:
        """Where this person works: the unit of the first appointment, else the unit they were moved to."""
        held = self.appointments_in_force
        return held[0].unit if held else self.home_unit

    @property
    def unit_name(self) -> str:
        return str(self.unit or "")

    @property
    def phone_shown(self) -> str:
        """138****5678: how the number stands on pages; in full only where it is asked for by name."""
        return masked(self.phone)

    @property
    def account_shown(self) -> str:
        """The account, which may be a mobile number too."""
        return masked_account(self.username)

    @property
    def unit_full_name(self) -> str:
        return self.unit.name if self.unit else ""

    @property
    def roles(self) -> set[str]:
        return {appointment.role for appointment in self.appointments_in_force}

    def forget_appointments(self) -> None:
        """Read the appointments afresh next time: called by whatever changed them."""
        self.__dict__.pop("appointments_in_force", None)

    def for_question(self) -> Likeness:
        """What kit.phrased asks of an argument that is a person; once while their appointments stand."""
        from xushi.units.standins import like

        kept = self.__dict__.get("_likeness")
        if kept is None or kept[0] is not self.appointments_in_force:
            kept = self.__dict__["_likeness"] = (self.appointments_in_force, like(self))
        found: Likeness = kept[1]
        return found

    def has_role(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    def scope_paths(self, *roles: str) -> list[str]:
        """Unit paths whose subtrees this person works in, over the given roles (all roles if none given)."""
        return [held.scope.path for held in self.appointments_in_force if not roles or held.role in roles]


def _in_force(user: int) -> QuerySet["Appointment"]:
    asked = SecondStepRule.objects.filter(role=OuterRef("role"))
    is_set = Authenticator.objects.filter(user=OuterRef("user"), confirmed_at__isnull=False)
    owes = ExpressionWrapper(Exists(asked) & ~Exists(is_set), models.BooleanField())
    held = Appointment.objects.filter(user=user, ended_at=None)
    held = held.annotate(owes_second=owes, stands_beside=Exists(_beside_scope()))
    return held.select_related("unit", "scope", "emergency").order_by("pk")


def _beside_scope() -> UnitQuerySet:
    """The districts neither at or above an appointment's scope nor below it."""
    scope = ExpressionWrapper(OuterRef("scope__path"), models.CharField())
    others = Unit.objects.annotate(place=scope).filter(kind=Unit.Kind.DISTRICT)
    found: UnitQuerySet = others.exclude(path__under=F("place")).exclude(place__under=F("path"))
    return found


def _in_office(user: int) -> QuerySet["Appointment"]:
    return _in_force(user).select_related("user")


class Appointment(models.Model):
    """任职: a role in a unit, over a scope, from one day to another; ended, never deleted."""

    user = models.ForeignKey(User, models.PROTECT, related_name="appointments", verbose_name="人员")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="appointments", verbose_name="单位")
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    scope = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", verbose_name="管辖范围", help_text="看得到这个单位以下的项目"
    )
    unit_name = models.CharField("任职时单位名称", max_length=120)
    started_at = models.DateTimeField("任职时间")
    ended_at = models.DateTimeField("离任时间", null=True, blank=True)
    is_head = models.BooleanField("单位负责人", default=False, help_text="签发单位的反馈，逾期报到他这里")

    class Meta:
        verbose_name = "任职"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "unit", "role"], condition=Q(ended_at=None), name="one_appointment_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_name}·{self.get_role_display()}"

    def is_over(self, now: datetime) -> bool:
        """An emergency appointment whose hours are over and which nobody has ended yet."""
        given = getattr(self, "emergency", None)
        return given is not None and given.until <= now


class UsedPassword(models.Model):
    """用过的密码: hashes of a person's last passwords, the current one among them, so that none is taken again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="used_passwords", verbose_name="人员")
    encoded = models.CharField("散列", max_length=128)
    set_at = models.DateTimeField("设置时间")

    class Meta:
        verbose_name = "用过的密码"
        ordering = ["-set_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.set_at:%Y-%m-%d}"


class Authenticator(models.Model):
    """两步验证: the secret that a person's phone reckons its six digits from; in force once one code was right."""

    user = models.OneToOneField(User, models.CASCADE, related_name="authenticator", verbose_name="人员")
    sealed = models.TextField("密文")
    begun_at = models.DateTimeField("开始设置时间")
    confirmed_at = models.DateTimeField("生效时间", null=True, blank=True)
    last_step = models.BigIntegerField("最近用过的一格", default=0)

    class Meta:
        verbose_name = "两步验证"

    def __str__(self) -> str:
        return f"{self.user_id}"


class RecoveryCode(models.Model):
    """备用码: for a lost phone, each once; only its keyed digest is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes", verbose_name="人员")
    digest = models.CharField("散列", max_length=64)
    used_at = models.DateTimeField("用掉时间", null=True, blank=True)

    class Meta:
        verbose_name = "备用码"
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.user_id}"


class SecondStepRule(models.Model):
    """哪些角色必须两步验证: a role is here or it is not."""

    role = models.CharField("角色", max_length=20, choices=Role.choices, unique=True)
    set_at = models.DateTimeField("定于")

    class Meta:
        verbose_name = "两步验证的要求"

    def __str__(self) -> str:
        return self.get_role_display()


class SignedIn(models.Model):
    """一处登录: what a person sees of the session behind it; gone with the session."""

    user = models.ForeignKey(User, models.CASCADE, related_name="signed_in", verbose_name="人员")
    session_key = models.CharField("会话", max_length=40, unique=True)
    opened_at = models.DateTimeField("登录时间")
    address = models.CharField("地址", max_length=45, blank=True)
    device = models.CharField("设备", max_length=60, blank=True)

    class Meta:
        verbose_name = "登录"
        ordering = ["-opened_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.device}"


class Emergency(models.Model):
    """应急授权: an appointment given for hours and for a reason; it ends by itself and everybody hears of it."""

    appointment = models.OneToOneField(
        Appointment, models.PROTECT, related_name="emergency", verbose_name="任职"
    )
    reason = models.CharField("事由", max_length=200)
    until = models.DateTimeField("到期时间", db_index=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="授权人")

    class Meta:
        verbose_name = "应急授权"

    def __str__(self) -> str:
        return f"{self.appointment}"


from xushi.units.models_consents import *  # noqa: E402, F403 - one app, three files
from xushi.units.models_exports import *  # noqa: E402, F403
