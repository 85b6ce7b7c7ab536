"""诊断这台机器：状态目录、磁盘、主机名、字体、LibreOffice、视频、证书。"""

import importlib.util
import os
import shutil
import ssl
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings

from xushi.documents.writing import fonts
from xushi.documents.writing.office import soffice
from xushi.operations.findings import Finding, ok, warn, wrong
from xushi.operations.rules import size
from xushi.sites.models import Camera

GIB = 1024**3
LITTLE, NEXT_TO_NOTHING = 5 * GIB, 1 * GIB
MOST_LOOKED = 20_000  # entries of the home whose owner is looked at, those on top first
SOON, VERY_SOON = timedelta(days=30), timedelta(days=7)


def home_writable(_now: datetime) -> Finding:
    home = Path(settings.XUSHI_HOME)
    for folder in (home, Path(settings.MEDIA_ROOT)):
        if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
            return wrong("home", f"目录{folder}写不进", f"改它的属主：chown -R xushi {folder}")
    return ok("home", f"状态目录{home}写得进")


def home_owned(_now: datetime) -> Finding:
    """What a command run as another user has left behind, and who else can look in."""
    home = Path(settings.XUSHI_HOME)
    owner = home.stat()
    strange = next((path for path in _entries(home) if path.lstat().st_uid != owner.st_uid), None)
    if strange:
        mend = f"chown -R --reference={home} {home}，以后用 /usr/local/bin/xushi（见部署）。"
        return wrong("owner", f"{home}里{strange.relative_to(home)}的属主与目录不同，网页写不进", mend)
    if owner.st_mode & 0o007 and not settings.XUSHI_NOW:
        return warn("owner", f"{home}本机别的用户也进得去，里面是全部数据", f"chmod 750 {home}")
    return ok("owner", f"{home}里的都属同一个用户")


def _entries(home: Path) -> Iterator[Path]:
    """What lies in the home, folder by folder from the top, as much as can be looked at in a moment."""
    folders, left = deque([home]), MOST_LOOKED
    while folders and left > 0:
        try:
            entries = sorted(folders.popleft().iterdir())
        except OSError:
            continue  # gone meanwhile, or another's: that one has been named already
        for path in entries[:left]:
            yield path
            if path.is_dir() and not path.is_symlink():
                folders.append(path)
        left -= len(entries)


def disk_left(_now: datetime) -> Finding:
    places = {settings.XUSHI_HOME, settings.MEDIA_ROOT, settings.XUSHI_BACKUP_TO}
    left = {path: shutil.disk_usage(path) for path in map(Path, sorted(map(str, places))) if path.exists()}
    path, least = min(left.items(), key=lambda item: item[1].free)
    says = f"{path}所在的磁盘剩{size(least.free)}，用了{100 * least.used // least.total}%"
    mend = "清旧备份（XUSHI_BACKUP_KEEP）、旧快照，或加盘。"
    if least.free < NEXT_TO_NOTHING:
        return wrong("disk", says, mend)
    return warn("disk", says, mend) if least.free < LITTLE else ok("disk", says)


def hosts_and_https(_now: datetime) -> Finding:
    if settings.DEBUG:
        return wrong("hosts", "XUSHI_DEBUG 开着，出错会把内情给人看", "去掉 XUSHI_DEBUG。")
    if "*" in settings.ALLOWED_HOSTS:
        return wrong("hosts", "XUSHI_HOSTS 里有 *，谁的域名都认", "写明本装置的域名。")
    return _outward(
        [host for host in settings.ALLOWED_HOSTS if host not in ("127.0.0.1", "localhost", "[::1]")]
    )


def _outward(public: list[str]) -> Finding:
    if settings.XUSHI_NOW:
        return ok("hosts", "演示区，钟是假的；不要放正式数据")
    if not public:
        return warn("hosts", "只认本机的地址", "对外要设 XUSHI_HOSTS、XUSHI_ORIGINS 为真正的域名。")
    if not settings.SESSION_COOKIE_SECURE:
        return wrong(
            "hosts", f"对外开着（{public[0]}），登录信息却可能走明文", "前面收 HTTPS，并设 XUSHI_HTTPS=1。"
        )
    if not settings.CSRF_TRUSTED_ORIGINS:
        return warn(
            "hosts", "没有设 XUSHI_ORIGINS，反向代理后面交表会被拒", f"设 XUSHI_ORIGINS=https://{public[0]}"
        )
    return ok("hosts", f"认{'、'.join(public)}，登录信息只走 HTTPS")


def typefaces(_now: datetime) -> Finding:
    try:
        found = fonts.names()
    except fonts.NoFont as missing:
        return warn("fonts", "没有能印中文的字体，PDF 印不了", str(missing))
    if amiss := fonts.folder_amiss(fonts.folder()):
        return warn("fonts", amiss.rstrip("。"), "把 XUSHI_FONTS 改成放着字体的文件夹，或不设它。")
    return ok("fonts", f"印公文用{'、'.join(dict.fromkeys(names[0] for names in found.values()))}")


def office(_now: datetime) -> Finding:
    if place := soffice():
        return ok("soffice", f"LibreOffice 在{place}")
    return ok("soffice", "没有装 LibreOffice：公文由系统自己排 PDF，能用")


def video(_now: datetime) -> Finding:
    cameras = Camera.objects.in_use().count()
    missing = [name for name in ("av", "cv2") if importlib.util.find_spec(name) is None]
    if not missing:
        return ok("video", f"视频用的程序齐全，在用摄像头{cameras}个")
    if not cameras:
        return ok("video", "没有装视频用的程序，也没有摄像头")
    return wrong(
        "video",
        f"有{cameras}个摄像头，却没有装{'、'.join(missing)}",
        "pip install -r requirements/video.txt 后重起。",
    )


def certificate(now: datetime) -> Finding:
    """The certificate that XUSHI_TLS_CERT names: the first of its file is the server's."""
    if not settings.XUSHI_TLS_CERT:
        return ok("certificate", "没有指明证书（XUSHI_TLS_CERT），到期要自己看")
    path = Path(settings.XUSHI_TLS_CERT)
    try:
        held = x509.load_pem_x509_certificate(path.read_bytes())
        ends, names = held.not_valid_after_utc, _names_on(held)
    except (OSError, ValueError, ssl.SSLError) as problem:
        return wrong("certificate", f"证书{path}读不了：{problem}", "看路径、权限，要PEM格式。")
    left = ends - now.astimezone(UTC)
    if left < timedelta(0):
        return wrong("certificate", f"证书{ends:%Y-%m-%d}已过期", "换证书，重载 nginx。")
    if strange := [host for host in _opened_at() if not any(_covers(name, host) for name in names)]:
        on_it = f"上面写的是{'、'.join(names)}" if names else "上面没有写域名"
        return wrong(
            "certificate",
            f"证书不是给{'、'.join(strange)}的，{on_it}，浏览器会拦住",
            "换一张写着这个域名的证书，或改 XUSHI_ORIGINS，重载 nginx。",
        )
    says = f"证书到{ends:%Y-%m-%d}，还有{left.days}天"
    if left < VERY_SOON:
        return wrong("certificate", says, "马上换证书，重载 nginx。")
    return warn("certificate", says, "换证书，重载 nginx。") if left < SOON else ok("certificate", says)


def _names_on(held: x509.Certificate) -> list[str]:
    """The names that browsers go by; they look at nothing else of a certificate."""
    try:
        told = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [*told.get_values_for_type(x509.DNSName), *map(str, told.get_values_for_type(x509.IPAddress))]


def _opened_at() -> list[str]:
    """The hosts that people open: XUSHI_ORIGINS says which, as far as they go by HTTPS."""
    asked = (urlsplit(origin) for origin in settings.CSRF_TRUSTED_ORIGINS)
    return [
        one.hostname for one in asked if one.scheme == "https" and one.hostname and "*" not in one.hostname
    ]


def _covers(name: str, host: str) -> bool:
    """A star stands for one step of the name."""
    name, host = name.casefold(), host.casefold()
    return name == host or (name.startswith("*.") and name[2:] == host.partition(".")[2])


CHECKS = (
    home_writable,
    home_owned,
    disk_left,
    hosts_and_https,
    typefaces,
    office,
    video,
    certificate,
)
