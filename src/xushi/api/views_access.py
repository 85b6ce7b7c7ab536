"""进门：凭令牌认出服务账号，每分钟限次，只做令牌上写的事。"""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from ninja.security import HttpBearer

from xushi.api.models import ServiceAccount, Token
from xushi.api.rules import SCOPES, ApiRefused, digest_of
from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.kit.pacing import METER, Pace
from xushi.kit.views_limits import too_often
from xushi.units.actions_emergency import end_due
from xushi.units.models import User
from xushi.units.rules import ADMINISTRATORS


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the token, its account, the person of the district that it acts as."""

    token: Token
    account: ServiceAccount
    user: User
    address: str

    @property
    def actor(self) -> Actor:
        return Actor(by=self.user, channel=Event.Channel.API, address=self.address)

    def ask(self, scope: str) -> None:
        """ApiRefused unless the token was issued for this."""
        if scope not in self.token.scopes:
            raise ApiRefused(
                403, "scope_missing", f"这个令牌不能{SCOPES[scope]}。",
                how=f"请安全管理员发一个带 {scope} 的令牌。",
            )  # fmt: skip


class Bearer(HttpBearer):
    """Authorization: Bearer xushi_… ; 429 where the token asks too often."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        held = (
            Token.objects.in_force(clock.real())
            .filter(digest=digest_of(token), account__user__is_active=True)
            .select_related("account__user")
            .first()
        )
        if held is None:
            raise _too_many_wrong(request) or unauthorised()
        _pace(held.pk)
        user = standing(held.account.user)
        if not user.appointments_in_force or user.has_role(*ADMINISTRATORS):
            raise ApiRefused(
                403, "no_appointment", "这个服务账号现在没有任职，看不到也办不了什么。",
                how="请安全管理员给它任职。",
            )  # fmt: skip
        request.user = user
        return Caller(held, held.account, user, request.META.get("REMOTE_ADDR", ""))


def standing(user: User) -> User:
    """This person with the appointments of this moment: an emergency one whose hours are over gives nothing more."""
    now = clock.now()
    if any(one.is_over(now) for one in user.appointments_in_force):
        end_due(now=now, user=user)
    return user


def unauthorised() -> ApiRefused:
    return ApiRefused(
        401, "token_invalid", "没有令牌，或令牌不对、到期、作废了。",
        how="请求头写 Authorization: Bearer 令牌；到期请安全管理员更换。",
    )  # fmt: skip


def _too_many_wrong(request: HttpRequest) -> ApiRefused | None:
    """Of those who come with wrong tokens again and again, only so many are looked up."""
    wait = too_often(request, "key")
    return _later(wait.sentence, wait.seconds, "核对令牌；到期请安全管理员更换。") if wait else None


def _pace(token: int) -> None:
    pace = Pace(settings.XUSHI_API_PER_MINUTE, 60)
    if wait := METER.wait(f"api:{token}", pace, clock.real()):
        sentence = f"一分钟最多{pace.times}次，请{wait}秒后再来。"
        raise _later(sentence, wait, "按 Retry-After 等一等；成批的数用整月读取。")


def _later(sentence: str, seconds: int, how: str) -> ApiRefused:
    refused = ApiRefused(429, "too_many", sentence, how=how)
    refused.retry_after = seconds
    return refused


def forget_pace() -> None:
    """Every token begins anew; for tests."""
    METER.forget()
