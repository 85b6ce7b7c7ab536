"""全部设置都在这里，只从环境变量读（不是照抄就行的，怎么读在 environment）。各变量的说明见 docs/运维.md。"""

import os
from datetime import timedelta
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from xushi.config import environment

PACKAGE = Path(__file__).resolve().parent.parent
XUSHI_HOME = environment.home()

DEBUG = os.environ.get("XUSHI_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("XUSHI_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("XUSHI_ORIGINS", "").split(",") if o]
XUSHI_NOW = environment.moment(os.environ.get("XUSHI_NOW"))
XUSHI_DISTRICT = os.environ.get("XUSHI_DISTRICT", "浦口区")
# 数据汇交：本装置是哪一级（district、city、province）；本区的区划代码、往哪里送、给上级看哪一级名单的逐个项目
XUSHI_TIER = os.environ.get("XUSHI_TIER", "district")
XUSHI_FEDERATION_CODE = os.environ.get("XUSHI_FEDERATION_CODE", "")
XUSHI_FEDERATION_TO = os.environ.get("XUSHI_FEDERATION_TO", "")
XUSHI_FEDERATION_ROWS = os.environ.get("XUSHI_FEDERATION_ROWS", "")
XUSHI_FEDERATION_KEY = Path(os.environ.get("XUSHI_FEDERATION_KEY") or XUSHI_HOME / "federation.key")
XUSHI_FEDERATION_DUE_DAY = environment.whole(
    "XUSHI_FEDERATION_DUE_DAY", 10, least=1, most=31
)  # 各区次月几日前报
XUSHI_LIMITS = environment.limits()
# 停用满几年的人抹去个人信息，0 不抹
XUSHI_KEEP_LEFT_YEARS = environment.number("XUSHI_KEEP_LEFT_YEARS", 3)
XUSHI_EXPORT_ROWS = environment.whole("XUSHI_EXPORT_ROWS", 2000)  # 导出超过几行要批
# 一个地址是一个人的几倍：一个大院同一个出口，合着用
XUSHI_LIMITS_PER_ADDRESS = max(environment.whole("XUSHI_LIMITS_PER_ADDRESS", 20), 1)
# 接口：一个令牌每分钟几次
XUSHI_API_PER_MINUTE = environment.whole("XUSHI_API_PER_MINUTE", 120)
# 订阅：只往这些主机送（主机 或 主机:端口）；内网的、不加密的还要在这些网段里
XUSHI_WEBHOOK_HOSTS = environment.listed("XUSHI_WEBHOOK_HOSTS")
XUSHI_WEBHOOK_NETWORKS = environment.listed("XUSHI_WEBHOOK_NETWORKS")

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
    "xushi.kit.views_limits.UploadsPaced",
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
    DATABASES["default"]["ENGINE"] = "xushi.config.sqlite3"
    # Writers queue instead of failing: the lock is taken at BEGIN, readers never wait (WAL).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "cached_statements": 500,  # read and planned once in a connection: the kept questions, more than Python's 128
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
    # 一页几十句短的：不为一句现编机器码，不为几毫秒另起进程，按固态盘算。DATABASE_URL 里写了 options 的照它；
    # pgbouncer 不转这一项，那时设在库的角色上（docs/scale.md）
    if not XUSHI_PGBOUNCER:
        DATABASES["default"]["OPTIONS"].setdefault(
            "options", "-c jit=off -c random_page_cost=1.1 -c parallel_setup_cost=50000"
        )
SECRET_KEY = environment.secret(XUSHI_HOME, DATABASES["default"])
# 只读副本：读页去它那里；落后超过几秒就读主库
XUSHI_REPLICA_LAG = min(environment.number("XUSHI_REPLICA_LAG", 2), 30.0)
if replica := environment.replica(DATABASES["default"]):
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
# W040: what PostgreSQL is told to put into an index beside its key, every index of SQLite has anyway (the row's number)
SILENCED_SYSTEM_CHECKS = ["axes.W006", "models.W040"]
SESSION_ENGINE = "xushi.units.session_store"
SESSION_COOKIE_AGE = 30 * 60
XUSHI_SESSION_SECONDS = environment.whole("XUSHI_SESSION_HOURS", 12, least=1) * 3600  # 一次登录最长多久
XUSHI_ONE_SESSION = os.environ.get("XUSHI_ONE_SESSION") == "1"  # 一人只许登录一处
XUSHI_GATES = environment.gates()
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("XUSHI_HTTPS") == "1"
# 只走 HTTPS：经 HTTPS 答的都带着，浏览器一年里不再用 http 来；0 不发
SECURE_HSTS_SECONDS = environment.whole("XUSHI_HSTS_SECONDS", 365 * 24 * 3600)
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
XUSHI_S3 = environment.s3()  # 附件放对象存储时它的设置，空着就放本机的 MEDIA_ROOT
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
XUSHI_BACKUP_HOURS = os.environ.get("XUSHI_BACKUP_HOURS", "30")
XUSHI_BACKUP_KEEP = max(environment.whole("XUSHI_BACKUP_KEEP", 14), 1)
XUSHI_TLS_CERT = os.environ.get("XUSHI_TLS_CERT", "")
# 指标只给拿着这个口令的（Authorization: Bearer …）；空着就没有 /metrics
XUSHI_METRICS_TOKEN = os.environ.get("XUSHI_METRICS_TOKEN", "")
XUSHI_SLOW_MS = environment.number("XUSHI_SLOW_MS", 1000)  # 慢查询记下来的界限，0 不记
# 往外发消息的通道：地址里有密钥，只放在这个文件（或它指明的环境变量）里
XUSHI_FONTS = os.environ.get("XUSHI_FONTS", "")  # 放公文字体的文件夹
XUSHI_CHANNELS = Path(os.environ.get("XUSHI_CHANNELS") or XUSHI_HOME / "channels.toml")
# 摄像头只连这些网段：默认是内网地址，本机不在其中（演示区的模拟摄像头在本机）
XUSHI_CAMERA_NETWORKS = environment.listed(
    "XUSHI_CAMERA_NETWORKS",
    "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fc00::/7" + (",127.0.0.0/8" if XUSHI_NOW else ""),
)
# 视频网关：在哪里听（unix:/路径，或 主机:端口），用哪个引擎（embedded、mediamtx、zlm），隔几秒重问权限
XUSHI_LIVE_AT = os.environ.get("XUSHI_LIVE_AT") or f"unix:{XUSHI_HOME / 'cameras.sock'}"
XUSHI_LIVE_ENGINE = os.environ.get("XUSHI_LIVE_ENGINE", "embedded")
XUSHI_LIVE_SERVER = os.environ.get("XUSHI_LIVE_SERVER", "")  # 外部引擎的接口地址
XUSHI_LIVE_MEDIA = os.environ.get("XUSHI_LIVE_MEDIA", "")  # 外部引擎放流的地址
XUSHI_LIVE_SECRET = os.environ.get("XUSHI_LIVE_SECRET", "")
XUSHI_CAMERA_SIM_PORT = environment.whole(
    "XUSHI_CAMERA_SIM_PORT", 8554, least=1, most=65535
)  # 演示区的模拟摄像头
XUSHI_LIVE_RECHECK = min(environment.number("XUSHI_LIVE_RECHECK", 10), 15.0)
# 磁盘剩得比这少（字节）就停拍快照，先让业务有地方写
XUSHI_SNAPSHOT_SPARE = environment.whole("XUSHI_SNAPSHOT_SPARE_MB", 500) * 1024 * 1024
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
