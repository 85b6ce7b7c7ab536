"""别的家：本机上的一个身份提供方，说得出 OIDC、企业微信、钉钉、飞书的话，也说得出谎。"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CLIENT = "xushi"


@dataclass
class House:
    """What the house says next; asked: what it was asked."""

    at: str = ""
    number: str = ""
    nonce: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    key: Any = KEY
    broken: bool = False
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def token(self) -> str:
        now = int(time.time())
        told = {
            "iss": self.at, "aud": CLIENT, "sub": "u1", "iat": now, "exp": now + 300, "nonce": self.nonce,
            "preferred_username": self.number,
        } | self.claims  # fmt: skip
        return jwt.encode(told, self.key, algorithm="RS256", headers={"kid": "k1"})

    def answer(self, path: str, said: dict[str, Any]) -> dict[str, Any]:
        self.asked.append((path, said))
        known = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())) | {
            "kid": "k1",
            "alg": "RS256",
        }
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.at, "authorization_endpoint": f"{self.at}/authorize",
                "token_endpoint": f"{self.at}/token", "jwks_uri": f"{self.at}/keys",
            },
            "/keys": {"keys": [known]},
            "/token": {"id_token": self.token(), "access_token": "a"},
            "/cgi-bin/gettoken": {"errcode": 0, "access_token": "w"},
            "/cgi-bin/auth/getuserinfo": {"errcode": 0, "userid": self.number}
            if said.get("code") == "good" else {"errcode": 40029, "errmsg": "invalid code"},
            "/v1.0/oauth2/userAccessToken": {"accessToken": "d"}, "/v1.0/oauth2/accessToken": {"accessToken": "o"},
            "/v1.0/contact/users/me": {"unionId": "union"},
            "/topapi/user/getbyunionid": {"errcode": 0, "result": {"userid": "d1"}},
            "/topapi/v2/user/get": {"errcode": 0, "result": {"job_number": self.number}},
            "/open-apis/authen/v2/oauth/token": {"code": 0, "access_token": "f"},
            "/open-apis/authen/v1/user_info": {"code": 0, "data": {"employee_no": self.number}},
        }[path]  # fmt: skip


@contextmanager
def standing() -> Iterator[House]:
    house = House()

    class Door(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            way = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length).decode()
            said: dict[str, Any] = {name: values[0] for name, values in parse_qs(way.query).items()}
            if raw.startswith("{"):
                said |= json.loads(raw)
            else:
                said |= {name: values[0] for name, values in parse_qs(raw).items()}
            body = json.dumps(house.answer(way.path, said)).encode() if not house.broken else b"<html>"
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    house.at = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield house
    finally:
        server.shutdown()
        server.server_close()
