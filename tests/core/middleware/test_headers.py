"""Headers on every answer, languages, identifiers, failures."""

import logging
from typing import Any
from unittest import mock

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from crisisdesk.core.errors import Denied, Invalid, Missing, NotFresh, NotNow, Stale, Unmet
from crisisdesk.core.web import error_pages
from crisisdesk.core.web.middleware import CONTENT_SECURITY_POLICY
from tests.conftest import World

PAGES = {
    "/accounts/login/": 200,
    "/accounts/password/reset/": 200,
    "/nowhere": 404,
    "/healthz": 200,
    "/api/v1/me": 401,
    "/api/v1/docs": 302,
    "/admin/": 302,
}


@pytest.mark.parametrize("address", PAGES)
def test_every_answer_carries_the_headers(world: World, address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == PAGES[address]
    assert answer["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert answer["X-Request-ID"]


def test_files_carry_them_too(world: World) -> None:
    answer = Client().get("/static/css/tokens.css")
    assert answer.getvalue()
    assert answer["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    answer.close()


def test_the_policy_allows_nothing_inline_and_nothing_foreign() -> None:
    directives = dict(part.split(" ", 1) for part in CONTENT_SECURITY_POLICY.split("; "))
    assert directives["default-src"] == directives["base-uri"] == directives["frame-ancestors"] == "'none'"
    allowed = {source for value in directives.values() for source in value.split()}
    assert allowed == {"'none'", "'self'", "data:"}


@pytest.mark.parametrize(
    "address", ["/admin/", "/admin/core/brand/", "/admin/core/event/", "/api/v1/docs", "/api/v1/docs?script="]
)
def test_admin_and_api_pages_hold_nothing_inline(world: World, address: str) -> None:
    answer = world.client("superuser").get(address)
    assert answer.status_code == 200
    assert answer["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    if "script" not in address:
        text = answer.content.decode()
        assert not [inline for inline in ("<style", " style=", " onclick=") if inline in text]
        assert text.count("<script") == text.count("<script src=") + text.count('type="application/json"')


@pytest.mark.parametrize(
    ("given", "kept"),
    [("proxy-1234", True), ("short", False), ("x" * 65, False), ("a b c d e f", False), ("<script>", False)],
)
def test_identifiers_of_proxies_are_kept_when_plain(world: World, given: str, kept: bool) -> None:
    answer = Client().get("/healthz", headers={"X-Request-ID": given})
    assert (answer["X-Request-ID"] == given) is kept


# --- language -----------------------------------------------------------------------------------------------------


def test_the_accounts_language_wins_over_cookie_and_browser(world: World, settings: Any) -> None:
    client = Client(headers={"accept-language": "en"})
    assert client.get("/accounts/login/")["Content-Language"] == "en"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "cs"
    assert client.get("/accounts/login/")["Content-Language"] == "cs"
    user = world.user("legal")
    user.language = "en"
    user.save()
    client = world.client("legal", language="cs")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "cs"
    assert client.get("/profile/")["Content-Language"] == "en"


def test_public_answers_do_not_depend_on_cookies(world: World) -> None:
    answer = Client().get("/healthz")
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


def test_switching_the_language_is_remembered(world: World, settings: Any) -> None:
    client = world.client("legal")
    answer = client.post("/language/", {"language": "cs", "next": "/profile/"})
    assert (answer.status_code, answer["Location"]) == (303, "/profile/")
    assert world.user("legal").language == "cs"
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "cs"
    stranger = Client()
    stranger.post("/language/", {"language": "cs"})
    assert stranger.get("/accounts/login/")["Content-Language"] == "cs"


@pytest.mark.parametrize("language", ["", "xx", "cs; Path=/", "\x00"])
def test_unknown_languages_are_refused(world: World, language: str) -> None:
    assert Client().post("/language/", {"language": language}).status_code == 400


def test_leaving_to_elsewhere_is_not_possible(world: World) -> None:
    answer = Client().post("/language/", {"language": "en", "next": "https://elsewhere.example/"})
    assert "elsewhere" not in answer["Location"]


# --- failures -----------------------------------------------------------------------------------------------------

FAILURES: dict[str, tuple[Exception, int]] = {
    "denied": (Denied(), 403),
    "missing": (Missing(), 404),
    "not-now": (NotNow([Unmet("state", "The case is closed; reopen it first")]), 409),
    "stale": (Stale(), 412),
    "invalid": (Invalid({"name": "Give a name"}), 422),
    "database": (OperationalError("connection refused"), 503),
    "connection": (InterfaceError("connection already closed"), 503),
}


def fail(request: Any, name: str) -> HttpResponse:
    raise FAILURES[name][0]


def not_fresh(request: Any) -> HttpResponse:
    if request.principal.authenticated_at is None or "again" not in request.session:
        request.session["again"] = True
        raise NotFresh
    return HttpResponse(f"carried out: {request.POST['text']}")


def broken(request: Any) -> HttpResponse:
    raise ZeroDivisionError


class Addresses:
    """The real addresses and some that fail."""

    from crisisdesk.urls import handler400, handler403, handler404, handler500
    from crisisdesk.urls import urlpatterns as real

    urlpatterns = (
        path("api/fail/<name>", fail),
        path("fail/<name>", fail),
        path("fresh", not_fresh),
        path("broken", broken),
        path("api/broken", broken),
        *real,
    )


@pytest.fixture
def failing(settings: Any) -> None:
    settings.ROOT_URLCONF = Addresses


@pytest.mark.parametrize("name", FAILURES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_failures_are_pages_with_their_status(world: World, failing: None, name: str, method: str) -> None:
    answer = getattr(world.client("legal"), method)(f"/fail/{name}")
    assert answer.status_code == FAILURES[name][1]
    assert "text/html" in answer["Content-Type"]
    assert "Traceback" not in answer.content.decode()


@pytest.mark.parametrize("name", FAILURES)
def test_failures_are_problems_under_api(world: World, failing: None, name: str) -> None:
    answer = world.client("legal").get(f"/api/fail/{name}")
    assert answer.status_code == FAILURES[name][1] == answer.json()["status"]
    assert answer["Content-Type"] == "application/problem+json"


def test_conditions_in_the_way_are_named(world: World, failing: None) -> None:
    assert "The case is closed; reopen it first" in world.client("legal").get("/fail/not-now").content.decode()


def test_strangers_are_sent_to_sign_in_and_brought_back(failing: None, db: None) -> None:
    answer = Client().get("/fail/denied?a=1")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/fail/denied%3Fa%3D1")


def test_a_verb_waits_for_the_password_and_goes_on(world: World, failing: None) -> None:
    user = world.user("legal")
    user.set_password("a long enough passphrase")
    user.save()
    client = world.client("legal")
    asked = client.post("/fresh", {"text": "what was typed"})
    assert asked["Location"] == "/accounts/reauthenticate/?next=%2Ffresh"
    done = client.post(asked["Location"], {"password": "a long enough passphrase", "next": "/fresh"})
    assert done.content == b"carried out: what was typed"


def test_htmx_is_led_to_the_whole_page(world: World, failing: None) -> None:
    user = world.user("legal")
    user.set_password("a long enough passphrase")
    user.save()
    answer = world.client("legal").post("/fresh", {"text": "x"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith("/accounts/reauthenticate/")


@pytest.mark.parametrize(("address", "kind"), [("/broken", "text/html"), ("/api/broken", "application/problem+json")])
def test_mistakes_of_ours_show_a_number_and_no_trace(world: World, failing: None, address: str, kind: str) -> None:
    client = world.client("legal")
    client.raise_request_exception = False
    answer = client.get(address)
    assert answer.status_code == 500
    assert kind in answer["Content-Type"]
    assert answer["X-Request-ID"] in answer.content.decode()
    assert "ZeroDivisionError" not in answer.content.decode()


@pytest.mark.parametrize("address", ["/profile/", "/api/v1/me", "/admin/", "/accounts/login/"])
def test_a_database_that_is_away_is_a_503_everywhere(world: World, address: str) -> None:
    client = world.client("legal")
    client.raise_request_exception = False

    def away(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        raise OperationalError("the connection is lost")

    with connection.execute_wrapper(away):
        answer = client.get(address)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "connection is lost" not in answer.content.decode()


@pytest.mark.parametrize(("language", "said"), [("cs", "limity běží dál"), ("en", "clocks run on")])
def test_a_database_that_is_away_is_told_in_the_browsers_language(world: World, language: str, said: str) -> None:
    def away(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        raise OperationalError("connection refused")

    client = world.client("duty", language=language)
    client.raise_request_exception = False
    with connection.execute_wrapper(away):
        answer = client.get("/cases/")
    assert answer.status_code == 503
    assert said in answer.content.decode()


def test_a_broken_error_page_still_answers(caplog: pytest.LogCaptureFixture) -> None:
    request = RequestFactory().get("/")
    with mock.patch.object(error_pages, "page", side_effect=ValueError), caplog.at_level(logging.ERROR):
        assert error_pages.server_error(request).status_code == 500


def test_forged_forms_are_told_apart_from_missing_rights(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/language/", {"language": "cs"})
    assert answer.status_code == 403
    assert "open for too long" in answer.content.decode()
