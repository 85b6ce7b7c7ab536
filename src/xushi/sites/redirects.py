"""RTSP 的转向：FFmpeg 叫去哪里就去哪里，会连到允许的网段之外；打开以前先问一声，要转的不开。"""

import socket
from urllib.parse import unquote, urlsplit

from requests.auth import HTTPDigestAuth, _basic_auth_str
from requests.utils import parse_dict_header

PORT, SECONDS = 554, 3.0
MOST = 16 * 1024  # bytes of an answer's head
Head = tuple[int, dict[str, str]]


def leads_elsewhere(url: str) -> bool:
    """Whether the server answers DESCRIBE by naming another place; False where it does not answer at all: opening the
    stream then says why."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    bare = f"rtsp://{host}:{parts.port or PORT}{parts.path}" + (f"?{parts.query}" if parts.query else "")
    try:
        with socket.create_connection((parts.hostname or "", parts.port or PORT), SECONDS) as link:
            link.settimeout(SECONDS)
            status, headers = _describe(link, bare, 1)
            if status == 401 and parts.username:
                user, password = unquote(parts.username), unquote(parts.password or "")
                who = _authorization(headers.get("www-authenticate", ""), bare, user, password)
                status, _ = _describe(link, bare, 2, who)
    except (OSError, ValueError, IndexError):  # no answer, or none of this kind
        return False
    return 300 <= status < 400


def _describe(link: socket.socket, url: str, number: int, authorization: str = "") -> Head:
    """The head of the answer; ValueError for what is none."""
    who = f"Authorization: {authorization}\r\n" if authorization else ""
    link.sendall(
        f"DESCRIBE {url} RTSP/1.0\r\nCSeq: {number}\r\nAccept: application/sdp\r\n{who}\r\n".encode()
    )
    said = b""
    while b"\r\n\r\n" not in said:
        part = link.recv(4096)
        if not part or len(said) > MOST:
            raise ValueError("no head of an answer")
        said += part
    head, _, rest = said.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for name, _, value in (line.partition(":") for line in lines):
        key = name.strip().lower()
        if key != "www-authenticate" or not headers.get(key, "").lower().startswith("digest"):
            headers[key] = value.strip()  # of several ways to say who one is the safest
    left = int(headers.get("content-length", "0")) - len(rest)
    while left > 0 and (part := link.recv(min(left, 4096))):
        left -= len(part)
    return int(first.split()[1]), headers


def _authorization(challenge: str, url: str, user: str, password: str) -> str:
    if not challenge.lower().startswith("digest "):
        return str(_basic_auth_str(user, password))
    digest = HTTPDigestAuth(user, password)
    digest.init_per_thread_state()
    digest._thread_local.chal = dict(parse_dict_header(challenge[len("digest ") :]))
    return digest.build_digest_header("DESCRIBE", url) or ""
