"""全部设置都在这里，只从环境变量读。各变量的说明见 docs/运维.md。"""

import os
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from xushi.core.clock import BEIJING

PACKAGE = Path(__file__).resolve().parent.parent


def _home() -> Path:
    """The state folder: database, uploads, key, collected static files; made where it is missing."""
    home = Path(os.environ.get("XUSHI_HOME") or "var").resolve()
    try:
        (home / "static").mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ImproperlyConfigured(
            f"状态目录{home}写不进（{problem.strerror}）。请改它的属主，或用 XUSHI_HOME 指到写得进的目录。"
        ) from problem
    return home


XUSHI_HOME = _home()


def _secret() -> str:
    """The signing key: from the environment, else made once and kept in the state directory."""
    if key := os.environ.get("XUSHI_SECRET_KEY"):
        return key
    store = XUSHI_HOME / "secret-key"
    if not store.exists():
        _keep_once(store, secrets.token_urlsafe(64))
    return store.read_text()


def _keep_once(store: Path, text: str) -> None:
    """Make the file whole or not at all; of several processes that start at once, the first one's stays."""
    made = store.with_name(f".{store.name}-{os.getpid()}")
    made.touch(mode=0o600)
    made.write_text(text)
    with suppress(FileExistsError):
        os.link(made, store)
    made.unlink()


def _moment(text: str | None) -> datetime | None:
    """XUSHI_NOW, e.g. 2018-09-12T08:30; without an offset it is Beijing time."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise ImproperlyConfigured(f"看不懂 XUSHI_NOW={text}，请写成 2018-09-12T08:30 这样。") from problem
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)


# 外面的门：每种要哪几样、可改哪几样；要的都写了才有这个门
_GATES = {
    "oidc": (("issuer", "client", "secret"), ("name", "claim")),
    "wecom": (("corp", "agent", "secret"), ("name", "at", "asks_at")),
    "dingtalk": (("client", "secret"), ("name", "at", "directory_at", "asks_at")),
    "feishu": (("client", "secret"), ("name", "at", "asks_at")),
}


def _gates() -> dict[str, dict[str, str]]:
    """XUSHI_OIDC_ISSUER, XUSHI_WECOM_CORP …: the gates that are written whole; half a gate is a mistake."""
    found = {}
    for kind, (needed, more) in _GATES.items():
        told = {name: os.environ.get(f"XUSHI_{kind}_{name}".upper(), "") for name in (*needed, *more)}
        told = {name: words for name, words in told.items() if words}
        missing = [f"XUSHI_{kind}_{name}".upper() for name in needed if name not in told]
        if told and missing:
            raise ImproperlyConfigured(f"登录方式{kind}还差设置：{'、'.join(missing)}。不用它就都不要写。")
        if told:
            found[kind] = told
    return found


def _replica(primary: Any) -> Any:
    """The database of XUSHI_REPLICA_URL, with the primary's options; only beside a PostgreSQL; None where none is set."""
    url = os.environ.get("XUSHI_REPLICA_URL", "")
    if not url:
        return None
    if not primary["ENGINE"].endswith("postgresql"):
        raise ImproperlyConfigured(
            "XUSHI_REPLICA_URL 是 PostgreSQL 的只读副本：DATABASE_URL 也要是 PostgreSQL。"
        )
    try:
        found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True))
    except ValueError as problem:
        raise ImproperlyConfigured(
            "看不懂 XUSHI_REPLICA_URL，请写成 postgres://用户:密码@主机:5432/库名 这样。"
        ) from problem
    # 副本没了声音，读页改读主库，不必等主库那么久
    options = {
        **primary["OPTIONS"],
        **found.get("OPTIONS", {}),
        "connect_timeout": 2,
        "tcp_user_timeout": 5_000,
    }
    cursors = primary["DISABLE_SERVER_SIDE_CURSORS"]
    return found | {
        "OPTIONS": options, "DISABLE_SERVER_SIDE_CURSORS": cursors, "TEST": {"MIRROR": "default"},
    }  # fmt: skip


# 限次：一个人在几秒里最多几次；平常一天怎么忙也到不了
_LIMITS = {
    "search": (240, 60),
    "export": (60, 600),
    "check": (60, 600),
    "login": (30, 600),
    "unmask": (60, 3600),
}


def _limits() -> dict[str, tuple[int, int]]:
    """XUSHI_LIMITS, e.g. search=600/60,export=0: what is named is changed, 0 is no limit; 0 alone ends them all."""
    told, found = os.environ.get("XUSHI_LIMITS", "").strip(), dict(_LIMITS)
    if told == "0":
        return {}
    for part in filter(None, (one.strip() for one in told.split(","))):
        matter, _, pace = part.partition("=")
        times, _, seconds = pace.partition("/")
        if matter not in found or not times.isdecimal() or not (seconds or "60").isdecimal():
            raise ImproperlyConfigured(
                f"看不懂 XUSHI_LIMITS 里的 {part}，请写成 search=600/60 这样，可限的是{'、'.join(found)}。"
            )
        found[matter] = (int(times), max(int(seconds or 60), 1))
    return found


# 对象存储：变量 XUSHI_S3_… 与存储库的选项
_S3 = {
    "bucket": "bucket_name", "endpoint": "endpoint_url", "region": "region_name", "key": "access_key",
    "secret": "secret_key", "prefix": "location", "style": "addressing_style",
}  # fmt: skip


def _s3() -> dict[str, str]:
    """XUSHI_S3_BUCKET and what goes with it; {} where no bucket is named."""
    told = {option: os.environ.get(f"XUSHI_S3_{name}".upper(), "") for name, option in _S3.items()}
    told = {option: words for option, words in told.items() if words}
    if told and "bucket_name" not in told:
        raise ImproperlyConfigured(
            "写了 XUSHI_S3_…，却没有 XUSHI_S3_BUCKET（桶的名字）。不用对象存储就都不要写。"
        )
    if told and find_spec("storages") is None:
        raise ImproperlyConfigured("用对象存储要先装：pip install --require-hashes -r requirements/s3.txt。")
    return told


SECRET_KEY = _secret()
DEBUG = os.environ.get("XUSHI_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("XUSHI_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("XUSHI_ORIGINS", "").split(",") if o]
XUSHI_NOW = _moment(os.environ.get("XUSHI_NOW"))
XUSHI_DISTRICT = os.environ.get("XUSHI_DISTRICT", "浦口区")
# 数据汇交：本装置是哪一级（district、city、province）；本区的区划代码、往哪里送、给上级看哪一级名单的逐个项目
XUSHI_TIER = os.environ.get("XUSHI_TIER", "district")
XUSHI_FEDERATION_CODE = os.environ.get("XUSHI_FEDERATION_CODE", "")
XUSHI_FEDERATION_TO = os.environ.get("XUSHI_FEDERATION_TO", "")
XUSHI_FEDERATION_ROWS = os.environ.get("XUSHI_FEDERATION_ROWS", "")
XUSHI_FEDERATION_KEY = Path(os.environ.get("XUSHI_FEDERATION_KEY") or XUSHI_HOME / "federation.key")
XUSHI_FEDERATION_DUE_DAY = int(os.environ.get("XUSHI_FEDERATION_DUE_DAY", "10"))  # 各区次月几日前报
XUSHI_LIMITS = _limits()
# 停用满几年的人抹去个人信息，0 不抹
XUSHI_KEEP_LEFT_YEARS = float(os.environ.get("XUSHI_KEEP_LEFT_YEARS", "3"))
XUSHI_EXPORT_ROWS = int(os.environ.get("XUSHI_EXPORT_ROWS", "2000"))  # 导出超过几行要批
# 一个地址是一个人的几倍：一个大院同一个出口，合着用
XUSHI_LIMITS_PER_ADDRESS = max(int(os.environ.get("XUSHI_LIMITS_PER_ADDRESS", "20")), 1)
# 接口：一个令牌每分钟几次
XUSHI_API_PER_MINUTE = int(os.environ.get("XUSHI_API_PER_MINUTE", "120"))
# 订阅：只往这些主机送（主机 或 主机:端口）；内网的、不加密的还要在这些网段里
XUSHI_WEBHOOK_HOSTS = [w.strip() for w in os.environ.get("XUSHI_WEBHOOK_HOSTS", "").split(",") if w.strip()]
XUSHI_WEBHOOK_NETWORKS = [
    w.strip() for w in os.environ.get("XUSHI_WEBHOOK_NETWORKS", "").split(",") if w.strip()
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "xushi.kit",
    "xushi.journal",
    "xushi.units",
    "xushi.indicators",
    "xushi.calendars",
    "xushi.duties",
    "xushi.alerts",
    "xushi.registry",
    "xushi.progress",
    "xushi.permits",
    "xushi.guarantees",
    "xushi.sites",
    "xushi.inspections",
    "xushi.problems",
    "xushi.signings",
    "xushi.admission",
    "xushi.planning",
    "xushi.supervision",
    "xushi.documents",
    "xushi.exchange",
    "xushi.federation",
    "xushi.notices",
    "xushi.flow",
    "xushi.home",
    "xushi.api",
    "xushi.demo",
    "xushi.operations",
    "xushi.config",
]

MIDDLEWARE = [
    "xushi.operations.middleware.Watched",
    "xushi.config.middleware.FlatStreams",
    "django.middleware.security.SecurityMiddleware",
    "xushi.config.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "xushi.api.middleware.InOneShape",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "xushi.config.middleware.NoNulls",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "xushi.units.middleware.LoginRequired",
    "axes.middleware.AxesMiddleware",
    "xushi.kit.once.OncePerPage",
    "xushi.operations.middleware_replica.FromReplica",
]

ROOT_URLCONF = "xushi.config.urls"
ASGI_APPLICATION = "xushi.config.asgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xushi.kit.context.display",
                "xushi.units.context.shouts",
                "xushi.home.context.nav",
            ],
            "builtins": ["xushi.kit.templatetags.kit"],
        },
    },
]

XUSHI_PGBOUNCER = os.environ.get("XUSHI_PGBOUNCER") == "1"
XUSHI_LISTEN_URL = os.environ.get("XUSHI_LISTEN_URL", "")  # 经事务池时另给一个直连的地址，听通知用
try:
    DATABASES = {
        "default": dj_database_url.config(
            default=f"sqlite:///{XUSHI_HOME / 'xushi.sqlite3'}", conn_max_age=600, conn_health_checks=True
        )
    }
except ValueError as problem:
    raise ImproperlyConfigured(
        "看不懂 DATABASE_URL，请写成 postgres://用户:密码@主机:5432/库名 这样。"
    ) from problem
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Writers queue instead of failing: the lock is taken at BEGIN, readers never wait (WAL).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000; "
            "PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;"
        ),
    }
else:
    # A server that is gone or cut off is noticed within seconds, not when the kernel gives up.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        connect_timeout=5,
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
        tcp_user_timeout=15_000,
    )
    # 经 pgbouncer 的事务池连时设 1：不留跨事务的游标
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = XUSHI_PGBOUNCER
# 只读副本：读页去它那里；落后超过几秒就读主库
XUSHI_REPLICA_LAG = min(float(os.environ.get("XUSHI_REPLICA_LAG", "2")), 30.0)
if replica := _replica(DATABASES["default"]):
    DATABASES["replica"] = replica
    DATABASE_ROUTERS = ["xushi.operations.replica.Router"]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "units.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "xushi.units.hashers.Sm3PasswordHasher",
]
if os.environ.get("XUSHI_PASSWORD_HASH") == "sm3":  # 国密：新设的用 SM3，旧的登录一次就换
    PASSWORD_HASHERS.insert(0, PASSWORD_HASHERS.pop())
XUSHI_FIELD_CIPHER = os.environ.get("XUSHI_FIELD_CIPHER", "aes")  # 两步验证的密钥用什么封：aes 或 sm4
if XUSHI_FIELD_CIPHER not in ("aes", "sm4"):
    raise ImproperlyConfigured(f"看不懂 XUSHI_FIELD_CIPHER={XUSHI_FIELD_CIPHER}，请写 aes 或 sm4。")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "xushi.units.passwords.ThreeClassesValidator"},
    {"NAME": "xushi.units.passwords.NotUsedBeforeValidator"},
]
LOGIN_URL = "units:login"
LOGIN_REDIRECT_URL = "home:home"

# 等保：错 5 次锁 15 分钟；30 分钟不用退出
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # 锁着时再试不延长
AXES_LOCKOUT_CALLABLE = "xushi.units.views.locked_out"
AXES_VERBOSE = False
# 锁的是账号，不论从哪里来；按地址锁会把同一出口的整个大院锁在外面
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
SESSION_COOKIE_AGE = 30 * 60
XUSHI_SESSION_SECONDS = int(os.environ.get("XUSHI_SESSION_HOURS", "12")) * 3600  # 一次登录最长多久
XUSHI_ONE_SESSION = os.environ.get("XUSHI_ONE_SESSION") == "1"  # 一人只许登录一处
XUSHI_GATES = _gates()
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("XUSHI_HTTPS") == "1"
# 只走 HTTPS：经 HTTPS 答的都带着，浏览器一年里不再用 http 来；0 不发
SECURE_HSTS_SECONDS = int(os.environ.get("XUSHI_HSTS_SECONDS", str(365 * 24 * 3600)))
CSRF_FAILURE_VIEW = "xushi.kit.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = XUSHI_HOME / "static"
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = XUSHI_HOME / "uploads"
XUSHI_S3 = _s3()  # 附件放对象存储时它的设置，空着就放本机的 MEDIA_ROOT
if XUSHI_S3:
    STORAGES = {
        "default": {"BACKEND": "xushi.kit.s3.Uploads", "OPTIONS": XUSHI_S3},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
# 备份：放哪里，每夜几点做（北京时间，空着不做；演示区默认不做），多久没有好的就报警，留几份；证书到期要看的那一张
XUSHI_BACKUP_TO = Path(os.environ.get("XUSHI_BACKUP_TO") or XUSHI_HOME / "backups").resolve()
# 附件在桶里时：1 备份里也有一份，0 由那一边自己留版本
XUSHI_BACKUP_BUCKET = os.environ.get("XUSHI_BACKUP_BUCKET", "1") != "0"
XUSHI_BACKUP_AT = os.environ.get("XUSHI_BACKUP_AT", "" if XUSHI_NOW else "02:30")
XUSHI_BACKUP_HOURS = float(os.environ.get("XUSHI_BACKUP_HOURS", "30"))
XUSHI_BACKUP_KEEP = max(int(os.environ.get("XUSHI_BACKUP_KEEP", "14")), 1)
XUSHI_TLS_CERT = os.environ.get("XUSHI_TLS_CERT", "")
# 指标只给拿着这个口令的（Authorization: Bearer …）；空着就没有 /metrics
XUSHI_METRICS_TOKEN = os.environ.get("XUSHI_METRICS_TOKEN", "")
XUSHI_SLOW_MS = float(os.environ.get("XUSHI_SLOW_MS", "1000"))  # 慢查询记下来的界限，0 不记
# 往外发消息的通道：地址里有密钥，只放在这个文件（或它指明的环境变量）里
XUSHI_FONTS = os.environ.get("XUSHI_FONTS", "")  # 放公文字体的文件夹
XUSHI_CHANNELS = Path(os.environ.get("XUSHI_CHANNELS") or XUSHI_HOME / "channels.toml")
# 摄像头只连这些网段：默认是内网地址，本机不在其中（演示区的模拟摄像头在本机）
XUSHI_CAMERA_NETWORKS = [
    word.strip()
    for word in os.environ.get(
        "XUSHI_CAMERA_NETWORKS",
        "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fc00::/7"
        + (",127.0.0.0/8" if XUSHI_NOW else ""),
    ).split(",")
    if word.strip()
]
# 视频网关：在哪里听（unix:/路径，或 主机:端口），用哪个引擎（embedded、mediamtx、zlm），隔几秒重问权限
XUSHI_LIVE_AT = os.environ.get("XUSHI_LIVE_AT") or f"unix:{XUSHI_HOME / 'cameras.sock'}"
XUSHI_LIVE_ENGINE = os.environ.get("XUSHI_LIVE_ENGINE", "embedded")
XUSHI_LIVE_SERVER = os.environ.get("XUSHI_LIVE_SERVER", "")  # 外部引擎的接口地址
XUSHI_LIVE_MEDIA = os.environ.get("XUSHI_LIVE_MEDIA", "")  # 外部引擎放流的地址
XUSHI_LIVE_SECRET = os.environ.get("XUSHI_LIVE_SECRET", "")
XUSHI_CAMERA_SIM_PORT = int(os.environ.get("XUSHI_CAMERA_SIM_PORT", "8554"))  # 演示区的模拟摄像头
XUSHI_LIVE_RECHECK = min(float(os.environ.get("XUSHI_LIVE_RECHECK", "10")), 15.0)
# 磁盘剩得比这少（字节）就停拍快照，先让业务有地方写
XUSHI_SNAPSHOT_SPARE = int(os.environ.get("XUSHI_SNAPSHOT_SPARE_MB", "500")) * 1024 * 1024
# 上传：一个字段的文本与一次请求的字段数都有上限，超过给出一句话而不是崩溃
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"brief": {"()": "xushi.config.logs.Brief"}},
    "formatters": {"json": {"()": "xushi.config.logs.Json"}, "plain": {"()": "xushi.config.logs.Plain"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["brief"],
            "formatter": "json" if os.environ.get("XUSHI_LOG_FORMAT") == "json" else "plain",
        }
    },
    "root": {"handlers": ["console"], "level": os.environ.get("XUSHI_LOG", "WARNING")},
}
