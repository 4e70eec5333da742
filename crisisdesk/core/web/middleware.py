"""What surrounds every request: its identifier, security headers, who acts, in which language, and how it may fail."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.account.signals import authentication_step_completed
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import resolve, reverse
from django.urls.exceptions import Resolver404
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from crisisdesk.core.access import second_factor
from crisisdesk.core.access.principals import ANONYMOUS, Principal, Via
from crisisdesk.core.errors import Denied, DomainError, NotFresh
from crisisdesk.core.web import error_pages, request_id
from crisisdesk.core.web.request_errors import AWAY, SecondFactorMissing, TooLarge

GetResponse = Callable[[HttpRequest], HttpResponse]

# One policy for every page, the administration and the API's pages included. Nothing inline, nothing from elsewhere.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
# Passkeys need the two credential features; everything else a page could ask the device for is off.
PERMISSIONS_POLICY = (
    "camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
    "publickey-credentials-get=(self), publickey-credentials-create=(self)"
)

# Where somebody without the second factor they need may still go: enrolling, proving who they are, leaving.
ENROLMENT_VIEWS = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_generate_recovery_codes",
        "set_language",
    }
)


class RequestIdMiddleware:
    """Names the request for logs, error pages and the client (`X-Request-ID`)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = request_id.accepted(request.headers.get("X-Request-ID"))
        token = request_id.current.set(name)
        try:
            response = self.get_response(request)
        finally:
            request_id.current.reset(token)
        response["X-Request-ID"] = name
        return response


class SecurityHeadersMiddleware:
    """Sets what Django's own security middleware does not."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response


class RequestSizeMiddleware:
    """Refuses a request that announces more than `MOST_REQUEST_BYTES` before any of it is read.

    Forms with files count: Django's own limit leaves files out.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isdecimal() and int(announced) > settings.MOST_REQUEST_BYTES:
            most = settings.MOST_REQUEST_BYTES // 1_000_000 - 1
            said = _("This is too large to be sent at once: %(most)d MB, and more only in parts") % {"most": most}
            return error_pages.refused(request, TooLarge(said))
        return self.get_response(request)


def proved_at(request: HttpRequest) -> datetime | None:
    """When the signed-in person last proved in this session who they are."""
    records = get_authentication_records(request, request.user)
    return datetime.fromtimestamp(records[-1]["at"], UTC) if records else None


def principal_of(request: HttpRequest) -> Principal:
    """The principal of a session; tokens are the API's affair (`api_auth`)."""
    if not request.user.is_authenticated:
        return ANONYMOUS
    faces: dict[str, Via] = {"admin": "admin", "api": "api"}
    via = faces.get(request.path_info.split("/")[1], "web")
    return Principal.for_user(request.user, via=via, authenticated_at=proved_at(request))


def attach_principal(request: HttpRequest) -> None:
    """Give the request its principal, found when it is first looked at."""
    request.principal = SimpleLazyObject(lambda: principal_of(request))  # type: ignore[attr-defined]


@receiver(authentication_step_completed)
def _proved_again(request: HttpRequest, **_sent: Any) -> None:
    """A verb that waited for the password goes on in the same request: it must see the new proof."""
    attach_principal(request)


class PrincipalMiddleware:
    """`request.principal`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        attach_principal(request)
        return self.get_response(request)


class LanguageMiddleware:
    """The language of the page: the person's own, else the cookie's, else the browser's.

    Without a session cookie nobody is asked for, so public pages stay free of sessions and can be cached.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = self._own(request) or translation.get_language_from_request(request)
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or chosen)
        patch_vary_headers(response, ("Accept-Language",))
        return response

    @staticmethod
    def _own(request: HttpRequest) -> str | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return None
        language: str = request.user.language
        return language if language in dict(settings.LANGUAGES) else None


class FailureMiddleware:
    """Turns what a view could not do into a page people understand, or a problem document under `/api/`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer domain errors and servers that are away; everything else is a bug and stays one."""
        if isinstance(error, AWAY):
            return error_pages.away(request, error)
        if not isinstance(error, DomainError):
            return None
        if not error_pages.wants_problem(request):
            if isinstance(error, NotFresh):
                return confirm_identity(request)
            if isinstance(error, Denied) and not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
        return error_pages.refused(request, error)


def confirm_identity(request: HttpRequest) -> HttpResponse:
    """Ask who it is, then carry the same request out: what was typed waits in the session."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    if not methods:
        return error_pages.refused(request, NotFresh(_("Sign out and in again to go on: this account has no password")))
    by_htmx = bool(getattr(request, "htmx", False))
    for header in [name for name in request.META if name.startswith("HTTP_HX_")]:
        del request.META[header]  # the request that is carried out afterwards is a whole page
    ask = suspend_request(request, methods[0]["url"])
    return HttpResponseClientRedirect(ask.url) if by_htmx else ask


class SecondFactorMiddleware:
    """Sends people whose roles need a second factor to set one up, before they see or do anything else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.REQUIRE_MFA or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.get_response(request)
        if not request.user.is_authenticated or self._proved(request) or self._exempt(request):
            return self.get_response(request)
        if not second_factor.is_missing_for(request.principal):  # type: ignore[attr-defined]
            return self.get_response(request)
        if error_pages.wants_problem(request):
            return error_pages.refused(request, SecondFactorMissing())
        return HttpResponseRedirect(reverse("mfa_index"))

    @staticmethod
    def _proved(request: HttpRequest) -> bool:
        records = get_authentication_records(request, request.user)
        return any(record.get("method") == "mfa" for record in records)

    @staticmethod
    def _exempt(request: HttpRequest) -> bool:
        try:
            return resolve(request.path_info).view_name in ENROLMENT_VIEWS
        except Resolver404:
            return False
