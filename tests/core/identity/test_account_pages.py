"""One's own account: profile, tokens, sessions."""

from typing import Any

import pytest
from django.test import Client

from crisisdesk.core.access import tokens
from crisisdesk.core.models import ApiToken, Event
from tests.conftest import World


def test_the_profile_is_changed_by_its_verb(world: World) -> None:
    client = world.client("legal")
    values = {"name": "Ludmila Nová", "phone": "+420 600 111 222", "language": "en", "theme": "dark"}
    answer = client.post("/profile/", values)
    assert (answer.status_code, answer["Location"]) == (303, "/profile/")
    user = world.user("legal")
    assert (user.name, user.phone, user.language, user.theme) == tuple(values.values())
    event = Event.objects.get(kind="profile.changed")
    assert "Nová" not in event.canonical
    page = client.get("/profile/").content.decode()
    assert "Saved" in page
    assert "Ludmila Nová" in page


@pytest.mark.parametrize(
    "values",
    [{"name": ""}, {"name": "x" * 121}, {"name": "a\x00b"}, {"language": "xx"}, {"theme": "pink"}, {"phone": "1" * 33}],
)
def test_wrong_values_are_said_beside_the_field(world: World, values: dict[str, str]) -> None:
    sent = {"name": "A", "phone": "", "language": "cs", "theme": "auto"} | values
    answer = world.client("legal").post("/profile/", sent)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert world.user("legal").name != "A"


def test_nobody_changes_rights_through_the_profile(world: World) -> None:
    sent = {
        "name": "A",
        "language": "cs",
        "theme": "auto",
        "is_staff": "on",
        "is_superuser": "on",
        "email": "x@example.com",
    }
    world.client("legal").post("/profile/", sent)
    user = world.user("legal")
    assert not user.is_staff
    assert not user.is_superuser


def test_the_appearance_is_kept(world: World) -> None:
    client = world.client("legal")
    assert client.post("/profile/appearance/", {"theme": "dark", "next": "/profile/"})["Location"] == "/profile/"
    assert world.user("legal").theme == "dark"
    assert client.post("/profile/appearance/", {"theme": "pink"}).status_code == 400


def new_token(client: Client, **values: Any) -> Any:
    return client.post("/profile/tokens/new/", {"name": "Listening", "scopes": ["read"], "days": "30"} | values)


def test_a_new_token_is_shown_once_and_never_cached(world: World) -> None:
    client = world.client("community")
    answer = new_token(client)
    token = ApiToken.objects.get()
    shown = next(word for word in answer.content.decode().split('"') if word.startswith(tokens.PREFIX))
    assert tokens.digest(shown) == token.digest
    assert "no-store" in answer["Cache-Control"]
    listed = client.get("/profile/tokens/").content.decode()
    assert shown not in listed
    assert token.hint in listed


def test_wrong_choices_keep_what_was_typed(world: World) -> None:
    client = world.client("community")
    for wrong in ({"scopes": ["everything"]}, {"networks": "here"}, {"days": "3650"}, {"name": ""}):
        answer = new_token(
            client, name=wrong.get("name", "Typed name"), **{k: v for k, v in wrong.items() if k != "name"}
        )
        assert answer.status_code == 422
        if "name" not in wrong:
            assert "Typed name" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_brands_one_does_not_see_are_no_choice(world: World) -> None:
    client = world.client("community")
    assert world.other_brand.name not in client.get("/profile/tokens/new/").content.decode()
    assert new_token(client, brands=[world.other_brand.pk]).status_code == 422


def test_revoking_is_one_click_and_only_for_ones_own(world: World) -> None:
    client = world.client("community")
    new_token(client)
    token = ApiToken.objects.get()
    assert world.client("legal").post(f"/profile/tokens/{token.uuid}/revoke/").status_code == 404
    assert client.post(f"/profile/tokens/{token.uuid}/revoke/")["Location"] == "/profile/tokens/"
    assert not ApiToken.objects.get().usable
    assert client.get(f"/profile/tokens/{token.uuid}/revoke/").status_code == 405


def test_signing_out_everywhere_else(world: World) -> None:
    user = world.user("observer")
    user.set_password("a long enough passphrase")
    user.save()
    here, there = Client(), Client()
    for client in (here, there):
        client.post("/accounts/login/", {"login": user.email, "password": "a long enough passphrase"})
        assert client.get("/profile/").status_code == 200
    assert here.get("/accounts/sessions/").content.decode().count("127.0.0.1") == 2
    here.post("/accounts/sessions/")
    assert here.get("/profile/").status_code == 200
    assert there.get("/profile/").status_code == 302


def test_a_new_password_ends_other_sessions(world: World) -> None:
    user = world.user("observer")
    user.set_password("a long enough passphrase")
    user.save()
    here, there = Client(), Client()
    for client in (here, there):
        client.post("/accounts/login/", {"login": user.email, "password": "a long enough passphrase"})
    changed = {
        "oldpassword": "a long enough passphrase",
        "password1": "another passphrase",
        "password2": "another passphrase",
    }
    assert here.post("/accounts/password/change/", changed).status_code == 302
    assert here.get("/profile/").status_code == 200
    assert there.get("/profile/").status_code == 302
    assert Event.objects.filter(kind="sign_in.changed", payload__what="password_changed").exists()
