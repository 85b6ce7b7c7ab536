"""外面的门：统一身份（OIDC）、企业微信、钉钉、飞书。门只说出工号，开不出账号。

Which gates there are is said by the settings; each asks only the addresses written there. What a gate vouches for is
an employee number, and only an account that exists under that number is let in.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import jwt
import requests
from django.conf import settings

WAITS = (3, 8)  # seconds to connect, to answer
MOST_BYTES = 256 * 1024
ALGORITHMS = ["RS256", "ES256", "PS256"]
LEEWAY = 60
SILENT = "wecom"  # whose own browser says who somebody is without a tap


class GateClosed(Exception):
    """The other house did not vouch; the message is a sentence for whoever stands before the gate."""


class Gate(Protocol):
    @property
    def slug(self) -> str: ...
    @property
    def name(self) -> str: ...
    def address(self, *, back: str, state: str, nonce: str, verifier: str) -> str: ...
    def number(self, *, code: str, back: str, nonce: str, verifier: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Oidc:
    """Any OpenID provider: code with PKCE; the ID token's signature, issuer, audience and nonce are checked."""

    issuer: str
    client: str
    secret: str
    name: str = "统一身份认证"
    claim: str = "preferred_username"
    slug: str = "oidc"

    def address(self, *, back: str, state: str, nonce: str, verifier: str) -> str:
        asked = {
            "response_type": "code", "client_id": self.client, "redirect_uri": back, "scope": "openid profile",
            "state": state, "nonce": nonce, "code_challenge": challenge_of(verifier), "code_challenge_method": "S256",
        }  # fmt: skip
        return f"{self._known()['authorization_endpoint']}?{urlencode(asked)}"

    def number(self, *, code: str, back: str, nonce: str, verifier: str) -> str:
        known = self._known()
        answer = ask(
            "POST", known["token_endpoint"], auth=(self.client, self.secret),
            data={
                "grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier,
                "client_id": self.client,
            },
        )  # fmt: skip
        claims = self._claims(str(answer.get("id_token", "")), ask("GET", known["jwks_uri"]))
        if claims.get("nonce") != nonce:
            raise GateClosed(f"{self.name}的答复不是给这一次登录的，请重新点一次。")
        return str(claims.get(self.claim) or "")

    def _known(self) -> dict[str, Any]:
        known = ask("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if known.get("issuer") != self.issuer:
            raise GateClosed(f"{self.name}报的身份不是设置里写的那一家，请告诉系统管理员。")
        return known

    def _claims(self, token: str, keys: Mapping[str, Any]) -> dict[str, Any]:
        try:
            kept = jwt.PyJWKSet.from_dict(dict(keys)).keys
            wanted = jwt.get_unverified_header(token).get("kid")
            key = next(key for key in kept if wanted is None or key.key_id == wanted)
            claims: dict[str, Any] = jwt.decode(
                token, key, algorithms=ALGORITHMS, audience=self.client, issuer=self.issuer, leeway=LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )  # fmt: skip
        except (jwt.PyJWTError, StopIteration, ValueError, KeyError) as problem:
            raise GateClosed(f"{self.name}的答复验不过，没有登录。") from problem
        if claims.get("azp", self.client) != self.client:
            raise GateClosed(f"{self.name}的答复是给别的应用的，没有登录。")
        return claims


@dataclass(frozen=True, slots=True)
class WeCom:
    """企业微信: in its own browser without a word; the userid is the employee number."""

    corp: str
    agent: str
    secret: str
    at: str = "https://qyapi.weixin.qq.com"
    asks_at: str = "https://open.weixin.qq.com/connect/oauth2/authorize"
    name: str = "企业微信"
    slug: str = "wecom"

    def address(self, *, back: str, state: str, nonce: str, verifier: str) -> str:
        asked = {
            "appid": self.corp, "redirect_uri": back, "response_type": "code", "scope": "snsapi_base",
            "state": state, "agentid": self.agent,
        }  # fmt: skip
        return f"{self.asks_at}?{urlencode(asked)}#wechat_redirect"

    def number(self, *, code: str, back: str, nonce: str, verifier: str) -> str:
        held = ask(
            "GET", f"{self.at}/cgi-bin/gettoken", params={"corpid": self.corp, "corpsecret": self.secret}
        )
        token = _good(held, "errcode", self.name)["access_token"]
        who = ask("GET", f"{self.at}/cgi-bin/auth/getuserinfo", params={"access_token": token, "code": code})
        return str(_good(who, "errcode", self.name).get("userid") or "")


@dataclass(frozen=True, slots=True)
class DingTalk:
    """钉钉: the person's union id, then the district's own directory says the employee number (job_number)."""

    client: str
    secret: str
    at: str = "https://api.dingtalk.com"
    directory_at: str = "https://oapi.dingtalk.com"
    asks_at: str = "https://login.dingtalk.com/oauth2/auth"
    name: str = "钉钉"
    slug: str = "dingtalk"

    def address(self, *, back: str, state: str, nonce: str, verifier: str) -> str:
        asked = {
            "client_id": self.client, "redirect_uri": back, "response_type": "code", "scope": "openid",
            "state": state, "prompt": "consent",
        }  # fmt: skip
        return f"{self.asks_at}?{urlencode(asked)}"

    def number(self, *, code: str, back: str, nonce: str, verifier: str) -> str:
        said = {
            "clientId": self.client, "clientSecret": self.secret, "code": code, "grantType": "authorization_code",
        }  # fmt: skip
        own = ask("POST", f"{self.at}/v1.0/oauth2/userAccessToken", json=said)
        me = ask(
            "GET",
            f"{self.at}/v1.0/contact/users/me",
            headers={"x-acs-dingtalk-access-token": str(own.get("accessToken", ""))},
        )
        ours = {"appKey": self.client, "appSecret": self.secret}
        token = {
            "access_token": ask("POST", f"{self.at}/v1.0/oauth2/accessToken", json=ours).get(
                "accessToken", ""
            )
        }
        found = ask(
            "POST", f"{self.directory_at}/topapi/user/getbyunionid", params=token,
            json={"unionid": me.get("unionId", "")},
        )  # fmt: skip
        user = _good(found, "errcode", self.name).get("result", {}).get("userid", "")
        told = ask("POST", f"{self.directory_at}/topapi/v2/user/get", params=token, json={"userid": user})
        return str(_good(told, "errcode", self.name).get("result", {}).get("job_number") or "")


@dataclass(frozen=True, slots=True)
class Feishu:
    """飞书: the employee number stands in what it says of the person."""

    client: str
    secret: str
    at: str = "https://open.feishu.cn"
    asks_at: str = "https://accounts.feishu.cn/open-apis/authen/v1/authorize"
    name: str = "飞书"
    slug: str = "feishu"

    def address(self, *, back: str, state: str, nonce: str, verifier: str) -> str:
        asked = {
            "client_id": self.client, "redirect_uri": back, "response_type": "code", "state": state,
            "code_challenge": challenge_of(verifier), "code_challenge_method": "S256",
        }  # fmt: skip
        return f"{self.asks_at}?{urlencode(asked)}"

    def number(self, *, code: str, back: str, nonce: str, verifier: str) -> str:
        said = {
            "grant_type": "authorization_code", "client_id": self.client, "client_secret": self.secret, "code": code,
            "redirect_uri": back, "code_verifier": verifier,
        }  # fmt: skip
        held = _good(ask("POST", f"{self.at}/open-apis/authen/v2/oauth/token", json=said), "code", self.name)
        told = ask(
            "GET",
            f"{self.at}/open-apis/authen/v1/user_info",
            headers={"Authorization": f"Bearer {held.get('access_token', '')}"},
        )
        return str(_good(told, "code", self.name).get("data", {}).get("employee_no") or "")


KINDS: dict[str, type[Oidc | WeCom | DingTalk | Feishu]] = {
    "oidc": Oidc, "wecom": WeCom, "dingtalk": DingTalk, "feishu": Feishu,
}  # fmt: skip


def gates_here() -> list[Gate]:
    """The gates that the settings name, in their order."""
    return [KINDS[kind](**told) for kind, told in settings.XUSHI_GATES.items()]


def silent_gate(agent: str, *, tried: bool) -> Gate | None:
    """In the browser of WeCom its own gate needs no tap; once tried in vain the person signs in by hand."""
    if tried or "wxwork" not in agent.lower():
        return None
    return next((gate for gate in gates_here() if gate.slug == SILENT), None)


def challenge_of(verifier: str) -> str:
    """RFC 7636, S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def ask(way: str, address: str, **more: Any) -> dict[str, Any]:
    """One question to an address of the settings: no redirects, bounded in time and size."""
    try:
        with requests.request(
            way, address, timeout=WAITS, allow_redirects=False, stream=True, **more
        ) as answer:
            raw = answer.raw.read(MOST_BYTES + 1, decode_content=True)
            if not answer.ok or len(raw) > MOST_BYTES:
                raise GateClosed("对方没有答应登录，请重新点一次，或用账号密码登录。")
            told = json.loads(raw)
    except (requests.RequestException, ValueError, OSError) as problem:
        raise GateClosed("连不上对方的登录服务，请过会儿再试，或用账号密码登录。") from problem
    if not isinstance(told, dict):
        raise GateClosed("看不懂对方登录服务的答复，请用账号密码登录。")
    return told


def _good(told: dict[str, Any], sign: str, name: str) -> dict[str, Any]:
    """These houses say what went wrong inside an answer of 200."""
    if told.get(sign, 0) not in (0, "0"):
        raise GateClosed(f"{name}没有答应登录（{told.get(sign)}），请重新点一次，或用账号密码登录。")
    return told
