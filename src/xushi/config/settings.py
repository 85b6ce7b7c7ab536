"""全部设置都在这里，只从环境变量读。各变量的说明见 docs/运维.md。"""

import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path

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
        store.touch(mode=0o600)
        store.write_text(secrets.token_urlsafe(64))
    return store.read_text()


def _moment(text: str | None) -> datetime | None:
    """XUSHI_NOW, e.g. 2018-09-12T08:30; without an offset it is Beijing time."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise ImproperlyConfigured(f"看不懂 XUSHI_NOW={text}，请写成 2018-09-12T08:30 这样。") from problem
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)


SECRET_KEY = _secret()
DEBUG = os.environ.get("XUSHI_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("XUSHI_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("XUSHI_ORIGINS", "").split(",") if o]
XUSHI_NOW = _moment(os.environ.get("XUSHI_NOW"))
XUSHI_DISTRICT = os.environ.get("XUSHI_DISTRICT", "浦口区")

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
    "xushi.problems",
    "xushi.signings",
    "xushi.admission",
    "xushi.planning",
    "xushi.supervision",
    "xushi.exchange",
    "xushi.notices",
    "xushi.flow",
    "xushi.home",
    "xushi.demo",
    "xushi.config",
]

MIDDLEWARE = [
    "xushi.config.middleware.FlatStreams",
    "django.middleware.security.SecurityMiddleware",
    "xushi.config.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "xushi.config.middleware.NoNulls",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "xushi.units.middleware.LoginRequired",
    "axes.middleware.AxesMiddleware",
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
                "xushi.home.context.nav",
            ],
            "builtins": ["xushi.kit.templatetags.kit"],
        },
    },
]

try:
    DATABASES = {
        "default": dj_database_url.config(
            default=f"sqlite:///{XUSHI_HOME / 'xushi.sqlite3'}", conn_max_age=600
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

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "units.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
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
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("XUSHI_HTTPS") == "1"
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
# 往外发消息的通道：地址里有密钥，只放在这个文件（或它指明的环境变量）里
XUSHI_CHANNELS = Path(os.environ.get("XUSHI_CHANNELS") or XUSHI_HOME / "channels.toml")
# 上传：一个字段的文本与一次请求的字段数都有上限，超过给出一句话而不是崩溃
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"brief": {"()": "xushi.config.logs.Brief"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["brief"]}},
    "root": {"handlers": ["console"], "level": os.environ.get("XUSHI_LOG", "WARNING")},
}
