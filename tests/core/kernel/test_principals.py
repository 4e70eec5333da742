"""Who may see and do what: brands, superusers, service accounts, tokens."""

import pytest

from crisisdesk.core.actions import Act
from crisisdesk.core.capabilities import Capability
from crisisdesk.core.errors import Denied, Missing, NotNow
from crisisdesk.core.models import Brand, Membership
from crisisdesk.core.principals import ANONYMOUS, SYSTEM, Principal
from crisisdesk.core.roles import ROLE_CAPABILITIES, Role
from crisisdesk.core.verbs.people import deactivate_person, end_membership, grant_membership
from tests.conftest import World


def test_role_gives_exactly_its_capabilities(world: World) -> None:
    for role in (Role.DUTY, Role.LEGAL, Role.OBSERVER, Role.MANAGER):
        held = {c for c in Capability if world.principal(role).has(c, world.brand)}
        assert held == ROLE_CAPABILITIES[role]


def test_ending_one_of_two_roles_keeps_what_the_other_gives(world: World) -> None:
    scribe, manager = world.user("scribe"), world.principal("manager")
    extra = grant_membership(world.brand, manager, user=scribe, role=Role.COMMUNITY)
    assert world.principal("scribe").has(Capability.PUBLISH, world.brand)
    end_membership(extra, manager)
    scribe_now = world.principal("scribe")
    assert not scribe_now.has(Capability.PUBLISH, world.brand)
    assert scribe_now.has(Capability.CONTRIBUTE, world.brand)


def test_the_same_role_twice_is_refused_with_a_sentence(world: World) -> None:
    with pytest.raises(NotNow, match="holds the role already"):
        grant_membership(world.brand, world.principal("manager"), user=world.user("legal"), role=Role.LEGAL)


def test_superuser_keeps_the_house_and_decides_nothing(world: World) -> None:
    root = world.principal("superuser")
    assert {c for c in Capability if root.has(c, world.brand)} == {Capability.VIEW, Capability.MANAGE}


def test_service_account_never_decides(world: World) -> None:
    grant_membership(world.brand, world.principal("manager"), user=world.user("service"), role=Role.COMMS_LEAD)
    service = world.principal("service")
    assert service.has(Capability.LEAD, world.brand)
    for capability in (Capability.APPROVE, Capability.PUBLISH, Capability.MANAGE):
        assert not service.has(capability, world.brand)


def test_other_brands_do_not_exist(world: World) -> None:
    assert list(Brand.objects.visible_to(world.principal("outsider"))) == [world.other_brand]
    assert not Brand.objects.visible_to(ANONYMOUS).exists()
    assert Brand.objects.visible_to(SYSTEM).count() == 2
    membership = Membership.objects.filter(brand=world.brand).first()
    with pytest.raises(Missing):
        end_membership(membership, world.principal("outsider"))


def test_token_is_narrowed_by_scope_and_brand(world: World) -> None:
    reader = world.principal("manager", scopes={"read"})
    with pytest.raises(Denied, match=r"core\.grant_membership"):
        grant_membership(world.brand, reader, user=world.user("hr"), role=Role.SCRIBE)
    narrowed = world.principal("manager", brands_only=[world.other_brand.pk])
    assert not narrowed.has(Capability.MANAGE, world.brand)
    with pytest.raises(Missing):
        grant_membership(world.brand, narrowed, user=world.user("hr"), role=Role.SCRIBE)


def test_closed_account_is_nobody(world: World) -> None:
    hr = world.user("hr")
    deactivate_person(world.organisation, world.principal("manager"), user=hr, reason="Odchod z firmy")
    hr.refresh_from_db()
    assert Principal.for_user(hr) is ANONYMOUS
    assert not Membership.objects.filter(user=hr, until=None).exists()


def test_installation_set_up_needs_every_brand(world: World) -> None:
    assert world.principal("manager").manages_installation()
    assert not world.principal("crisis_lead").manages_installation()
    membership = Membership.objects.get(user=world.user("manager"), brand=world.other_brand)
    end_membership(membership, SYSTEM)
    assert not world.principal("manager").manages_installation()


def test_an_action_needs_a_principal(world: World) -> None:
    with pytest.raises(TypeError, match="Principal"):
        grant_membership(world.brand, world.user("manager"), user=world.user("hr"), role=Role.SCRIBE)


def test_history_names_person_and_reason(world: World) -> None:
    membership = grant_membership(world.brand, world.principal("manager"), user=world.user("hr"), role=Role.SCRIBE)
    end_membership(membership, world.principal("manager"), reason="Jen na zkoušku")
    newest = membership.history.first()
    assert (newest.history_user, newest.history_change_reason) == (world.user("manager"), "Jen na zkoušku")


def test_act_knows_only_accounts(world: World) -> None:
    with pytest.raises(TypeError):
        _ = Act("core.test", SYSTEM).user
