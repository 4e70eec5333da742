"""Who may use the API: tokens, or the session of the web interface. No Basic authentication."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from crisisdesk.core.access import second_factor, tokens
from crisisdesk.core.access.principals import ANONYMOUS, Principal
from crisisdesk.core.errors import Denied
from crisisdesk.core.models import ApiToken, TokenRate, User
from crisisdesk.core.web.request_errors import NotSignedIn, SecondFactorMissing, TooMany

# Requests one token may make in a window; short bursts may use up the whole allowance at once.
RATE_LIMIT = 600
RATE_WINDOW = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer cd_live_…`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The token's owner, or nothing where no token was sent; a wrong one is an error even beside a session."""
        scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer":
            raise AuthenticationFailed(_("Only tokens are accepted here: “Authorization: Bearer …”"))
        token = self._token(given.strip())
        if not token.allows_address(client_address(request)):
            raise Denied(_("This token may not be used from your network"))
        principal = principal_of_token(token)
        if second_factor.is_missing_for(principal):
            raise SecondFactorMissing
        token.note_use()
        request._request.principal = principal  # type: ignore[attr-defined]
        if "Accept-Language" not in request.headers:
            translation.activate(token.user.language)
        return token.user, token

    @staticmethod
    def _token(given: str) -> ApiToken:
        found = None
        if tokens.is_wellformed(given):
            found = ApiToken.objects.usable().select_related("user").filter(digest=tokens.digest(given)).first()
        if found is None:
            raise AuthenticationFailed(_("This token is not valid: it is mistyped, expired or revoked"))
        return found

    def authenticate_header(self, request: Request) -> str:
        """Asks for a token, so that strangers get 401."""
        return 'Bearer realm="CrisisDesk"'


def principal_of_token(token: ApiToken) -> Principal:
    """The owner, narrowed to the token's scopes and brands."""
    return Principal.for_user(
        token.user,
        via="api",
        authenticated_at=token.authenticated_at,
        scopes=token.scopes,
        brands_only=token.brands.values_list("pk", flat=True) or None,
    )


def client_address(request: Request) -> str:
    """The IP address the client comes from, as trusted proxies report it."""
    address: str = get_adapter().get_client_ip(http_request(request))
    return address


def http_request(request: Request) -> HttpRequest:
    """Django's request behind REST framework's."""
    found: HttpRequest = request._request
    return found


def principal_of(request: Request) -> Principal:
    """Who acts: the token's or the session's principal, once authentication has run."""
    if not request.user.is_authenticated:
        return ANONYMOUS
    principal: Principal = http_request(request).principal  # type: ignore[attr-defined]
    return principal


class DeskPermission(BasePermission):
    """Nobody unknown gets in, and reading needs the scope `read`; what a verb needs, the action itself knows."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raises what is wrong; never merely says no."""
        principal = principal_of(request)
        if principal.is_anonymous:
            raise NotSignedIn
        if request.method in SAFE_METHODS and not principal.allows_scope("read"):
            raise Denied(_("This token does not carry the scope read"), scope="read")
        return True


class TokenThrottle(BaseThrottle):
    """The allowance of each token, kept in the database so that all processes share it."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request and note the `RateLimit` headers (draft-ietf-httpapi-ratelimit-headers) for the answer."""
        if not isinstance(request.auth, ApiToken):
            return True
        left, wait = TokenRate.take(request.auth, limit=RATE_LIMIT, window=RATE_WINDOW)
        seconds = max(1, -(-wait // timedelta(seconds=1)))
        window = int(RATE_WINDOW.total_seconds())
        headers = {
            "RateLimit-Policy": f'"token";q={RATE_LIMIT};w={window}',
            "RateLimit": f'"token";r={max(left, 0)};t={seconds}',
        }
        http_request(request).rate_headers = headers  # type: ignore[attr-defined]
        if left < 0:
            refused = TooMany()
            refused.headers = {"Retry-After": str(seconds)}  # type: ignore[attr-defined]
            raise refused
        return True
