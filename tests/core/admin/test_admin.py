"""The administration: only visible rows, only actions, nothing deleted, nothing written back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.test import Client
from django.urls import reverse

from crisisdesk.core import clock
from crisisdesk.core.access import tokens
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.actions.memberships import end_membership, grant_membership
from crisisdesk.core.actions.tokens import create_token
from crisisdesk.core.admin import DeskAdmin
from crisisdesk.core.admin.base import visible_rows
from crisisdesk.core.models import ApiToken, Brand, Event, Membership, Organisation, User
from crisisdesk.desk.demo import people
from tests.conftest import World, sign_in


@pytest.fixture(autouse=True)
def _in_english(world: World) -> None:
    User.objects.update(language="en")


def address(model: Any, page: str, *parts: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=parts)


def test_only_admins_with_the_desks_rules_are_registered() -> None:
    assert all(isinstance(each, DeskAdmin) for each in admin.site._registry.values())
    technical = {"Group", "EmailAddress", "Authenticator", "UserSession", "IdempotencyKey", "SignInThrottle", "Entry"}
    assert not technical & {model.__name__ for model in admin.site._registry}


@pytest.mark.slow
@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model._meta.label)
def test_every_page_opens_and_offers_no_deletion(world: World, model: Any) -> None:
    client = world.client("superuser")
    assert client.get(address(model, "changelist")).status_code == 200
    assert client.get(address(model, "changelist"), {"q": "a"}).status_code in (200, 302)
    row = admin.site._registry[model].get_queryset(_request(world, "superuser")).first()
    if row is None:
        return
    page = client.get(address(model, "change", row.pk))
    assert page.status_code == 200
    assert b"/delete/" not in page.content
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    history = client.get(address(model, "history", row.pk))
    assert history.status_code == (200 if hasattr(model, "history") else 404)
    for text in (page.content.decode(), history.content.decode()):
        assert not [inline for inline in ("<style", " style=", " onclick=") if inline in text]


def _request(world: World, code: str) -> Any:
    from django.test import RequestFactory

    request = RequestFactory().get("/admin/")
    request.user = world.user(code)
    request.principal = world.principal(code, via="admin")  # type: ignore[attr-defined]
    return request


@pytest.mark.parametrize("code", ["legal", "duty", "outsider", "observer"])
def test_people_without_the_right_to_it_do_not_get_in(world: World, code: str) -> None:
    assert world.client(code).get("/admin/", follow=True).status_code == 403


def test_staff_see_only_their_brands_rows(world: World) -> None:
    user = world.user("legal")
    user.is_staff = True
    user.save()
    client = world.client("legal")
    listed = client.get(address(Brand, "changelist")).content.decode()
    assert world.brand.name in listed
    assert world.other_brand.name not in listed
    assert client.get(address(Brand, "change", world.other_brand.pk)).status_code == 302
    assert client.get(address(Brand, "history", world.other_brand.pk)).status_code == 404
    page = client.get(address(Brand, "change", world.brand.pk)).content.decode()
    assert 'name="_save"' not in page
    assert client.post(address(Brand, "change", world.brand.pk), {"name": "x"}).status_code == 403
    assert client.get(address(Event, "changelist")).status_code == 403


def staff(world: World, code: str) -> Client:
    """Somebody who may open the administration and sees one brand."""
    User.objects.filter(pk=world.user(code).pk).update(is_staff=True)
    return world.client(code)


def filters(model: Any) -> list[str]:
    """The filters of a list that name rows of another table."""
    shown = admin.site._registry[model]
    names = [name for name in shown.list_filter if isinstance(name, str)]
    return [name for name in names if get_fields_from_path(model, name)[-1].is_relation]


FILTERED = [(model, name) for model in admin.site._registry for name in filters(model)]


@pytest.mark.parametrize(("model", "name"), FILTERED, ids=[f"{model._meta.label}-{name}" for model, name in FILTERED])
def test_filters_name_only_what_one_may_see(world: World, model: Any, name: str) -> None:
    request = _request(world, "legal")
    field = get_fields_from_path(model, name)[-1]
    shown = admin.site._registry[model]
    (kind,) = [row[1] for row in shown.get_list_filter(request) if isinstance(row, tuple) and row[0] == name]
    found: Any = kind(field, request, {}, model, shown, name)
    named = {pk for pk, _label in found.field_choices(field, request, shown)}
    assert named == set(visible_rows(field.related_model, request.principal).values_list("pk", flat=True))
    assert field.related_model is not Brand or named == {world.brand.pk}


def test_the_list_of_roles_filters_by_brand_for_who_sees_several(world: World) -> None:
    page = world.client("superuser").get(address(Membership, "changelist")).content.decode()
    assert f"?brand__id__exact={world.other_brand.pk}" in page
    page = staff(world, "legal").get(address(Membership, "changelist")).content.decode()
    assert world.other_brand.name not in page


def test_a_person_shows_no_roles_on_brands_of_others(world: World) -> None:
    colleague = world.user("duty")
    grant_membership(world.other_brand, world.principal("superuser", fresh=True), user=colleague, role="hr")
    client = staff(world, "legal")
    page = client.get(address(User, "change", colleague.pk)).content.decode()
    assert "Comms duty officer".lower() in page.lower()
    assert world.other_brand.name not in page
    everything = world.client("superuser").get(address(User, "change", colleague.pk)).content.decode()
    assert world.other_brand.name in everything


def test_changes_go_through_the_verb_with_event_and_history(world: World) -> None:
    client = world.client("manager")
    before = Event.objects.count()
    form = client.get(address(Brand, "change", world.brand.pk)).context["adminform"].form
    shown = {name: form[name].value() or "" for name in form.fields}
    hidden = {form[name].html_initial_name: shown[name] for name in shown if form.fields[name].show_hidden_initial}
    values = shown | hidden | {"phone": "800 900 100", "active": "on"}
    assert client.post(address(Brand, "change", world.brand.pk), values).status_code == 302
    assert world.brand.phone == "800 900 100"
    event = Event.objects.order_by("-pk")[0]
    assert (event.kind, event.via, event.payload) == ("brand.changed", "admin", {"fields": ["phone"]})
    assert Event.objects.count() == before + 1
    assert world.brand.history.first().history_user == world.user("manager")


def test_refusals_stand_in_the_form_and_lose_nothing(world: World) -> None:
    client = world.client("superuser")
    values = {"name": "Copy", "slug": world.brand.slug, "default_language": "cs", "time_zone": "Europe/Prague"}
    answer = client.post(address(Brand, "add"), values)
    assert answer.status_code == 200
    assert not Brand.objects.filter(name="Copy").exists()
    long_ago = {**values, "slug": "copy", "default_language": "čeština"}
    answer = client.post(address(Brand, "add"), long_ago)
    assert "Copy" in answer.content.decode()
    membership = {"user": world.user("legal").pk, "brand": world.brand.pk, "role": "legal"}
    answer = client.post(address(Membership, "add"), membership)
    assert answer.status_code == 409
    assert "This person holds the role already" in answer.content.decode()


def test_roles_are_given_and_ended_by_verbs(world: World) -> None:
    client = world.client("manager")
    values = {"user": world.user("observer").pk, "brand": world.brand.pk, "role": "scribe"}
    assert client.post(address(Membership, "add"), values).status_code == 302
    membership = Membership.objects.get(user=world.user("observer"), role="scribe")
    assert world.principal("observer").has("contribute", world.brand)
    verb = address(Membership, "verb", membership.pk, "end-membership")
    assert client.get(verb).status_code == 200
    assert client.post(verb, {"reason": ""}).status_code == 200
    assert client.post(verb, {"reason": "Left the team"}).status_code == 302
    assert not world.principal("observer").has("contribute", world.brand)
    again = client.post(verb, {"reason": "Left the team"})
    assert again.status_code == 409


def test_brands_of_others_cannot_be_chosen(world: World) -> None:
    Membership.objects.filter(user=world.user("manager"), brand=world.other_brand).get()
    user = world.user("legal")
    user.is_staff = True
    user.save()
    page = world.client("legal").get(address(Membership, "add"))
    assert page.status_code == 403


def test_old_versions_are_read_and_never_written_back(world: World) -> None:
    client = world.client("superuser")
    brand = world.brand
    brand.name = "Before"
    brand.save()
    version = brand.history.first()
    brand.name = "After"
    brand.save()
    old = reverse("admin:core_brand_simple_history", args=[brand.pk, version.pk])
    assert "Before" in client.get(old).content.decode()
    assert client.post(old, {"name": "Before", "slug": brand.slug}).status_code == 403
    assert world.brand.name == "After"


def test_accounts_are_closed_with_a_reason(world: World) -> None:
    client = world.client("superuser")
    verb = address(User, "verb", world.user("agency").pk, "deactivate-person")
    assert client.post(verb, {"reason": "The contract ended"}).status_code == 302
    assert not world.user("agency").is_active
    own = address(User, "verb", world.user("superuser").pk, "deactivate-person")
    refused = client.post(own, {"reason": "x"})
    assert refused.status_code == 422
    assert "Somebody else has to close your account" in refused.content.decode()


def test_tokens_for_programs_are_shown_once_and_revoked(world: World) -> None:
    client = world.client("superuser")
    values = {"name": "Listening tool", "scopes": ["read"], "days": "30", "user": world.user("service").pk}
    made = client.post(address(ApiToken, "add"), values)
    assert "no-store" in made["Cache-Control"]
    token = ApiToken.objects.get(user=world.user("service"))
    shown = next(word for word in made.content.decode().split('"') if word.startswith(tokens.PREFIX))
    assert tokens.digest(shown) == token.digest
    page = client.get(address(ApiToken, "change", token.pk)).content.decode()
    assert shown not in page
    assert token.digest not in page
    assert client.post(address(ApiToken, "verb", token.pk, "revoke-token")).status_code == 302
    assert not ApiToken.objects.get(pk=token.pk).usable


def test_an_old_sign_in_is_asked_again_before_it_decides(world: World) -> None:
    client = world.client("superuser")
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": 1.0}]
    session.save()
    values = {"name": "T", "scopes": ["read"], "days": "30", "user": world.user("service").pk}
    asked = client.post(address(ApiToken, "add"), values)
    assert asked.status_code == 302
    assert asked["Location"].startswith("/accounts/reauthenticate/")


def an_hour_ago(client: Client) -> None:
    """As if the person had last proved who they are an hour ago."""
    session = client.session
    at = clock.now().timestamp() - 3600
    session["account_authentication_methods"] = [{"method": "mfa", "at": at}]
    session.save()


def test_a_role_waits_for_the_password_and_is_given_then(world: World) -> None:
    client = world.client("manager")
    an_hour_ago(client)
    values = {"user": world.user("observer").pk, "brand": world.brand.pk, "role": "scribe"}
    asked = client.post(address(Membership, "add"), values)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    held = Membership.objects.filter(user=world.user("observer"), role="scribe", valid_until=None)
    assert not held.exists()
    done = client.post(asked["Location"], {"password": people.PASSWORD})
    assert done.status_code == 302
    assert held.exists()
    an_hour_ago(client)
    verb = address(Membership, "verb", held.get().pk, "end-membership")
    asked = client.post(verb, {"reason": "Left the team"})
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    client.post(asked["Location"], {"password": people.PASSWORD})
    assert not held.exists()


def test_an_account_waits_for_the_password_and_is_added_then(world: World) -> None:
    client = world.client("manager")
    an_hour_ago(client)
    values = {"name": "Jana Nová", "email": "jana@zrnko.example", "kind": "person", "language": "cs", "is_staff": "on"}
    values |= {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    asked = client.post(address(User, "add"), values)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert not User.objects.filter(email="jana@zrnko.example").exists()
    client.post(asked["Location"], {"password": people.PASSWORD})
    assert User.objects.filter(email="jana@zrnko.example").exists()


@pytest.mark.parametrize("page", ["change", "deactivate-person"])
def test_an_account_is_changed_by_somebody_who_has_just_said_who_they_are(world: World, page: str) -> None:
    client, person = world.client("manager"), world.user("hr")
    an_hour_ago(client)
    if page == "change":
        there = address(User, "change", person.pk)
        values = {"name": "Jana Nová", "email": person.email, "position": "", "phone": "", "language": "en"}
        values |= {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    else:
        there, values = address(User, "verb", person.pk, page), {"reason": "The contract ended"}
    asked = client.post(there, values)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert (world.user("hr").is_active, world.user("hr").name) == (True, person.name)
    client.post(asked["Location"], {"password": people.PASSWORD})
    now = User.objects.get(pk=person.pk)
    assert (now.name == "Jana Nová") if page == "change" else not now.is_active


def test_a_password_alone_does_not_open_it(world: World) -> None:
    client = world.client("superuser")
    sign_in(client, world.user("superuser"), method="password")
    assert client.get("/admin/")["Location"] == "/accounts/2fa/"


def test_passwords_are_changed_where_tries_are_counted(world: World) -> None:
    assert world.client("superuser").get("/admin/password_change/")["Location"] == "/accounts/password/change/"


def test_lists_do_not_count_everything(world: World, django_assert_max_num_queries: Any) -> None:
    client = world.client("superuser")
    client.get(address(Membership, "changelist"))
    with django_assert_max_num_queries(16):
        client.get(address(Membership, "changelist"))


def test_the_organisation_is_one(world: World) -> None:
    client = world.client("superuser")
    assert client.get(address(Organisation, "add")).status_code == 403


def test_the_log_of_the_installation_reads_as_sentences(world: World) -> None:
    create_token(world.organisation, world.principal("legal", fresh=True), name="T", scopes=["read"])
    page = world.client("superuser").get(address(Event, "changelist")).content.decode()
    assert f"API token created: {world.user('legal').name}" in page


# --- dates of roles ---------------------------------------------------------------------------------------------------

NOON = datetime(2026, 12, 1, 11, tzinfo=UTC)  # in Prague, the zone of the brand


@pytest.fixture
def noon() -> Iterator[None]:
    with clock.time_at(NOON):
        yield


def role_of_observer(world: World, **days: str) -> dict[str, Any]:
    return {"user": world.user("observer").pk, "brand": world.brand.pk, "role": "scribe", **days}


def test_a_role_is_given_from_a_day_to_a_day_of_the_brand(world: World, noon: None) -> None:
    client = world.client("manager")
    days = {"valid_from": "2026-12-24", "valid_until": "2026-12-31"}
    assert client.post(address(Membership, "add"), role_of_observer(world, **days)).status_code == 302
    held = Membership.objects.get(user=world.user("observer"), role="scribe")
    assert held.valid_from == datetime(2026, 12, 23, 23, tzinfo=UTC)
    assert held.valid_until == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert not world.principal("observer").has("contribute", world.brand)
    listed = client.get(address(Membership, "changelist")).content.decode()
    assert "from 12/24/2026 until 12/31/2026" in listed
    assert "from 12/24/2026" not in client.get(address(Membership, "changelist"), {"held": "now"}).content.decode()
    assert "from 12/24/2026" in client.get(address(Membership, "changelist"), {"held": "later"}).content.decode()


def test_the_last_day_is_moved_and_what_is_not_touched_stays(world: World, noon: None) -> None:
    client = world.client("manager")
    held = grant_membership(
        world.brand, SYSTEM, user=world.user("observer"), role="scribe", valid_until=NOON + timedelta(days=1)
    )
    page = client.get(address(Membership, "change", held.pk)).content.decode()
    assert 'value="2026-12-02"' in page
    assert 'name="valid_from"' not in page
    assert 'name="role"' not in page
    assert client.post(address(Membership, "change", held.pk), {"valid_until": "2026-12-02"}).status_code == 302
    assert Membership.objects.get(pk=held.pk).valid_until == NOON + timedelta(days=1)
    assert client.post(address(Membership, "change", held.pk), {"valid_until": "2027-01-31"}).status_code == 302
    assert Membership.objects.get(pk=held.pk).valid_until == datetime(2027, 1, 31, 23, tzinfo=UTC)
    assert client.post(address(Membership, "change", held.pk), {"valid_until": ""}).status_code == 302
    assert Membership.objects.get(pk=held.pk).valid_until is None


@pytest.mark.parametrize(
    ("days", "said", "status"),
    [
        ({"valid_until": "2026-11-30"}, "To end a role at once", 422),
        ({"valid_from": "2026-11-30"}, "Leave it empty for a role that begins at once", 422),
        ({"valid_from": "2026-12-24", "valid_until": "2026-12-23"}, "A role ends after it begins", 422),
        ({"valid_until": "9999-12-31"}, "Choose an earlier day", 200),
        ({"valid_until": "tomorrow"}, "Enter a valid date", 200),
    ],
)
def test_days_that_cannot_be_are_refused_beside_the_field(
    world: World, noon: None, days: dict[str, str], said: str, status: int
) -> None:
    answer = world.client("manager").post(address(Membership, "add"), role_of_observer(world, **days))
    assert answer.status_code == status
    form = answer.context["adminform"].form
    assert said in str(form.errors[next(name for name in reversed(days))])
    assert not Membership.objects.filter(user=world.user("observer"), role="scribe").exists()


def test_a_role_that_has_ended_is_read_only_and_says_when(world: World, noon: None) -> None:
    client = world.client("manager")
    held = grant_membership(world.brand, SYSTEM, user=world.user("observer"), role="scribe")
    with clock.time_at(NOON + timedelta(hours=1)):
        end_membership(held, SYSTEM)
        page = client.get(address(Membership, "change", held.pk)).content.decode()
        ended = client.get(address(Membership, "changelist"), {"held": "over"}).content.decode()
    assert 'name="valid_until"' not in page
    assert "ended 12/01/2026" in ended
