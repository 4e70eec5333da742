"""What two people do to one account at the same instant, with real threads and real commits."""

import pytest
from allauth.account.adapter import get_adapter

from cases.actions import accept_role, end_role, offer_role
from cases.grants import drift, repair
from crisisdesk.core import clock
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.access.roles import Role
from crisisdesk.core.actions.memberships import end_membership, grant_membership
from crisisdesk.core.actions.people import change_person, deactivate_person
from crisisdesk.core.actions.tokens import change_profile
from crisisdesk.core.errors import Invalid, Missing, NotNow
from crisisdesk.core.models import BrandGrant, Membership
from tests.cases.build import led
from tests.conftest import World
from tests.races import overtaken

pytestmark = [pytest.mark.usefixtures("committed_db"), pytest.mark.slow]

PASSWORD = "words that I have just chosen"


def manager(world: World) -> Principal:
    return world.principal("manager", fresh=True)


def close(world: World) -> object:
    return deactivate_person(world.user("hr"), manager(world), reason="Odchod z firmy")


def test_an_account_that_is_closed_meanwhile_stays_closed(world: World) -> None:
    stale = world.user("hr")
    waited, _ = overtaken(lambda: close(world), lambda: change_person(stale, manager(world), position="Vedoucí"))
    assert waited
    assert not world.user("hr").is_active


def test_a_password_chosen_meanwhile_stays(world: World) -> None:
    stale = world.user("hr")
    waited, _ = overtaken(
        lambda: get_adapter().set_password(world.user("hr"), PASSWORD),
        lambda: change_person(stale, manager(world), position="Vedoucí"),
    )
    assert waited
    assert world.user("hr").check_password(PASSWORD)
    assert world.user("hr").position == "Vedoucí"


def test_choosing_a_password_opens_no_closed_account(world: World) -> None:
    stale = world.user("hr")
    overtaken(lambda: close(world), lambda: get_adapter().set_password(stale, PASSWORD))
    assert not world.user("hr").is_active


def test_two_people_change_different_things_of_one_account(world: World) -> None:
    mine, theirs = world.user("hr"), world.user("hr")
    overtaken(
        lambda: change_profile(mine, world.principal("hr"), phone="123"),
        lambda: change_person(theirs, manager(world), position="Vedoucí"),
    )
    assert (world.user("hr").phone, world.user("hr").position) == ("123", "Vedoucí")


def test_two_roles_that_end_at_once_take_all_rights_along(world: World) -> None:
    legal = world.user("legal")
    one = Membership.objects.get(user=legal, brand=world.brand)
    other = grant_membership(world.brand, manager(world), user=legal, role=Role.SCRIBE)
    waited, _ = overtaken(lambda: end_membership(one, manager(world)), lambda: end_membership(other, manager(world)))
    assert waited
    assert not BrandGrant.objects.filter(user=legal, content_object=world.brand).exists()
    assert not drift()


def test_a_role_accepted_while_another_ends(world: World) -> None:
    case, lead, legal = led(world), world.principal("crisis_lead"), world.user("legal")
    held, asked = (offer_role(case, lead, user=legal, role=role) for role in (Role.LEGAL, Role.SCRIBE))
    accept_role(held, world.principal("legal"))
    waited, _ = overtaken(
        lambda: accept_role(asked, world.principal("legal")), lambda: end_role(held, lead, reason="Zapisuje")
    )
    assert waited
    assert not drift()


def test_grants_are_repaired_from_the_roles_of_now(world: World) -> None:
    legal = world.user("legal")
    held = Membership.objects.get(user=legal, brand=world.brand)
    BrandGrant.objects.filter(user=legal, permission__codename="contribute").delete()
    found = drift()
    waited, _ = overtaken(lambda: end_membership(held, manager(world)), lambda: repair(found))
    assert waited
    assert not drift()


def test_nobody_gets_a_role_while_their_account_is_closed(world: World) -> None:
    stale = world.user("hr")
    waited, refused = overtaken(
        lambda: close(world),
        lambda: grant_membership(world.brand, manager(world), user=stale, role=Role.SCRIBE),
    )
    assert waited
    assert isinstance(refused, Invalid)
    assert not Membership.objects.not_over(clock.now()).filter(user=stale).exists()


def test_a_role_given_while_the_account_is_closed_ends_with_it(world: World) -> None:
    stale = world.user("hr")
    waited, _ = overtaken(
        lambda: grant_membership(world.brand, manager(world), user=stale, role=Role.SCRIBE), lambda: close(world)
    )
    assert waited
    assert not Membership.objects.not_over(clock.now()).filter(user=stale).exists()
    assert not drift()


def test_an_account_is_closed_while_one_of_its_roles_ends(world: World) -> None:
    """Both want the account and the role: in one order, so neither waits for the other in a circle."""
    held = Membership.objects.get(user=world.user("hr"), brand=world.brand)
    waited, refused = overtaken(lambda: close(world), lambda: end_membership(held, manager(world)))
    assert waited
    assert isinstance(refused, NotNow)
    assert not drift()


def test_a_closed_account_takes_no_role_on_a_case(world: World) -> None:
    asked = offer_role(led(world), world.principal("crisis_lead"), user=world.user("hr"), role=Role.SCRIBE)
    person = world.principal("hr")
    waited, refused = overtaken(lambda: close(world), lambda: accept_role(asked, person))
    assert waited
    # The role on the brand is gone with the account, and with it the sight of the case; the offer itself is theirs.
    assert isinstance(refused, NotNow | Missing)
    assert asked.case.roles.filter(user=world.user("hr"), state="accepted").count() == 0
