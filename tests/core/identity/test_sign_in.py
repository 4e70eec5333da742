"""Signing in: one limit of tries for all faces, second factors, confirming who one is."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core import mail
from django.test import Client

from crisisdesk.core import clock
from crisisdesk.core.accounts.adapters import TRIES, MfaAdapter, account_key
from crisisdesk.core.actions.tokens import create_token
from crisisdesk.core.errors import NotNow
from crisisdesk.core.models import Event, SignInThrottle
from tests.conftest import World, sign_in

PASSWORD = "correct horse battery staple"


@pytest.fixture
def owner(world: World) -> Any:
    user = world.user("community")
    user.set_password(PASSWORD)
    user.save()
    return user


def try_password(client: Client, email: str, password: str, **extra: str) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password, **extra})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def totp_code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(clock.now().timestamp()) // 30))


def test_e_mail_and_password_open_the_page_one_wanted(owner: Any) -> None:
    client = Client()
    answer = try_password(client, owner.email.upper(), PASSWORD, next="/profile/")
    assert (answer.status_code, answer["Location"]) == (302, "/profile/")
    assert is_signed_in(client)


def test_next_never_leads_elsewhere(owner: Any) -> None:
    answer = try_password(Client(), owner.email, PASSWORD, next="https://elsewhere.example/")
    assert "elsewhere" not in answer["Location"]


def test_nobody_signs_up() -> None:
    assert Client().get("/accounts/signup/").status_code == 404


def test_the_eleventh_try_is_refused_even_with_the_right_password(owner: Any) -> None:
    for _attempt in range(TRIES):
        assert try_password(Client(), owner.email, "wrong").status_code == 200
    client = Client()
    answer = try_password(client, owner.email, PASSWORD)
    assert not is_signed_in(client)
    assert b"Too many tries" in answer.content
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1)):
        try_password(client, owner.email, PASSWORD)
        assert is_signed_in(client)


def test_tries_are_counted_over_web_admin_and_api_together(world: World, owner: Any, settings: Any) -> None:
    settings.REQUIRE_MFA = False
    token = create_token(world.organisation, world.principal("community", fresh=True), name="T", scopes=["read"])
    session = world.client("community")

    def over_api() -> int:
        headers = {"Authorization": f"Bearer {token.secret}"}
        body = {"password": "wrong"}
        return (
            Client().post("/api/v1/reauthenticate", body, content_type="application/json", headers=headers).status_code
        )

    for _attempt in range(3):
        try_password(Client(), owner.email, "wrong")
        assert over_api() == 422
        session.post("/accounts/reauthenticate/", {"password": "wrong"})
    session.post("/accounts/password/change/", {"oldpassword": "wrong", "password1": "x", "password2": "x"})
    assert len(SignInThrottle.objects.get(account=account_key(owner.email)).tries) == TRIES
    client = Client()
    try_password(client, owner.email, PASSWORD)
    assert not is_signed_in(client)


def test_successes_use_up_no_try(owner: Any) -> None:
    for _attempt in range(TRIES + 2):
        client = Client()
        try_password(client, owner.email, PASSWORD)
        assert is_signed_in(client)


def test_unknown_accounts_are_counted_and_answered_alike(owner: Any) -> None:
    known = try_password(Client(), owner.email, "wrong").content
    unknown = try_password(Client(), "nobody@example.com", "wrong").content
    assert b"not correct" in known
    assert b"not correct" in unknown
    assert SignInThrottle.objects.count() == 2
    assert not SignInThrottle.objects.filter(account__contains="@").exists()


def test_the_admin_signs_in_over_the_same_page(world: World) -> None:
    answer = Client().get("/admin/login/?next=/admin/core/brand/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=%2Fadmin%2Fcore%2Fbrand%2F")
    assert Client().post("/admin/login/", {"username": "a", "password": "b"}).status_code == 302


def test_a_new_password_by_mail_frees_the_account(owner: Any) -> None:
    for _attempt in range(TRIES):
        try_password(Client(), owner.email, "wrong")
    client = Client()
    client.post("/accounts/password/reset/", {"email": owner.email})
    assert len(mail.outbox) == 1
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(link.replace("http://testserver", ""), follow=True)
    address = form.redirect_chain[-1][0]
    client.post(address, {"password1": "a new long passphrase", "password2": "a new long passphrase"})
    client = Client()
    try_password(client, owner.email, "a new long passphrase")
    assert is_signed_in(client)
    assert Event.objects.filter(kind="sign_in.changed", payload__what="password_reset").exists()


def test_reset_mails_come_in_the_readers_language_and_tell_strangers_nothing(owner: Any) -> None:
    owner.language = "cs"
    owner.save()
    known = Client().post("/accounts/password/reset/", {"email": owner.email})
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert known["Location"] == unknown["Location"]
    assert [message.to for message in mail.outbox] == [[owner.email]]
    assert "hesl" in mail.outbox[0].body


def test_a_mail_server_that_is_away_is_said_to_be_away(owner: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    answer = Client().post("/accounts/password/reset/", {"email": owner.email})
    assert answer.status_code == 503


def test_seeds_are_encrypted_at_rest_and_survive_a_rotated_key(owner: Any, settings: Any) -> None:
    secret = generate_totp_secret()
    authenticator = TOTP.activate(owner, secret).instance
    assert secret not in str(Authenticator.objects.filter(pk=authenticator.pk).values().get())
    assert MfaAdapter().decrypt(authenticator.data["secret"]) == secret
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 60
    assert MfaAdapter().decrypt(authenticator.data["secret"]) == secret
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(NotNow):
        MfaAdapter().decrypt(authenticator.data["secret"])


def test_one_time_codes_work_once_and_are_limited(owner: Any) -> None:
    secret = generate_totp_secret()
    TOTP.activate(owner, secret)
    client = Client()
    answer = try_password(client, owner.email, PASSWORD)
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert not is_signed_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": totp_code(secret)})
    assert is_signed_in(client)
    other = Client()
    try_password(other, owner.email, PASSWORD)
    other.post("/accounts/2fa/authenticate/", {"code": totp_code(secret)})
    assert not is_signed_in(other), "a used code must not work again"
    for _attempt in range(TRIES):
        other.post("/accounts/2fa/authenticate/", {"code": "000000"})
    with time_machine.travel(clock.now() + timedelta(seconds=60)):
        other.post("/accounts/2fa/authenticate/", {"code": totp_code(secret)})
        assert not is_signed_in(other), "the limit must hold for the right code too"


def test_codes_confirm_the_identity_over_the_api(world: World, owner: Any) -> None:
    secret = generate_totp_secret()
    TOTP.activate(owner, secret)
    token = create_token(world.organisation, world.principal("community", fresh=True), name="T", scopes=["read"])
    headers = {"Authorization": f"Bearer {token.secret}"}
    wrong = Client().post(
        "/api/v1/reauthenticate", {"code": "000000"}, content_type="application/json", headers=headers
    )
    assert wrong.status_code == 422
    body = {"code": totp_code(secret)}
    right = Client().post("/api/v1/reauthenticate", body, content_type="application/json", headers=headers)
    assert right.status_code == 200, right.content


def test_a_sign_in_is_fresh_for_five_minutes(world: World) -> None:
    client = world.client("community")
    created = client.post("/profile/tokens/new/", {"name": "T", "scopes": ["read"], "days": "90"})
    assert created.status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=5, seconds=1)):
        asked = client.post("/profile/tokens/new/", {"name": "T2", "scopes": ["read"], "days": "90"})
        assert asked["Location"].startswith("/accounts/reauthenticate/")


def test_what_was_typed_waits_while_one_confirms_who_one_is(world: World, owner: Any) -> None:
    client = world.client("community")
    sign_in(client, owner)
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        asked = client.post("/profile/tokens/new/", {"name": "Typed before", "scopes": ["read"], "days": "30"})
        confirmed = client.post(asked["Location"], {"password": PASSWORD, "next": "/profile/tokens/new/"})
        page = client.get(confirmed["Location"])
        assert b"Typed before" in page.content
