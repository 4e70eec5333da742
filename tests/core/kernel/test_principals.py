"""Who may see and do what: brands, superusers, service accounts, tokens."""

from collections.abc import Callable

import pytest

from crisisdesk.core import clock
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import ANONYMOUS, SYSTEM, Principal
from crisisdesk.core.access.roles import ROLE_CAPABILITIES, Role
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.memberships import end_membership, grant_membership
from crisisdesk.core.actions.people import change_person, create_person, deactivate_person
from crisisdesk.core.actions.tokens import remove_second_factors
from crisisdesk.core.errors import Denied, Invalid, Missing, NotFresh, NotNow
from crisisdesk.core.models import Brand, Event, Membership
from tests.conftest import World


def test_role_gives_exactly_its_capabilities(world: World) -> None:
    for role in (Role.DUTY, Role.LEGAL, Role.OBSERVER, Role.MANAGER):
        held = {c for c in Capability if world.principal(role).has(c, world.brand)}
        assert held == ROLE_CAPABILITIES[role]


def test_ending_one_of_two_roles_keeps_what_the_other_gives(world: World) -> None:
    scribe, manager = world.user("scribe"), world.principal("manager", fresh=True)
    extra = grant_membership(world.brand, manager, user=scribe, role=Role.COMMUNITY)
    assert world.principal("scribe").has(Capability.PUBLISH, world.brand)
    end_membership(extra, manager)
    scribe_now = world.principal("scribe")
    assert not scribe_now.has(Capability.PUBLISH, world.brand)
    assert scribe_now.has(Capability.CONTRIBUTE, world.brand)


def test_the_same_role_twice_is_refused_with_a_sentence(world: World) -> None:
    with pytest.raises(NotNow, match="holds the role already"):
        grant_membership(world.brand, world.principal("manager", fresh=True), user=world.user("legal"), role=Role.LEGAL)


def test_superuser_keeps_the_house_and_decides_nothing(world: World) -> None:
    root = world.principal("superuser")
    assert {c for c in Capability if root.has(c, world.brand)} == {Capability.VIEW, Capability.MANAGE}


def test_service_account_never_decides(world: World) -> None:
    grant_membership(
        world.brand, world.principal("manager", fresh=True), user=world.user("service"), role=Role.COMMS_LEAD
    )
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


@pytest.mark.parametrize("fresh", [False, True])
def test_roles_and_accounts_are_changed_by_somebody_who_has_just_said_who_they_are(world: World, fresh: bool) -> None:
    manager, hr = world.principal("manager", fresh=fresh), world.user("hr")
    held = Membership.objects.get(user=hr, brand=world.brand)
    verbs: list[Callable[[], object]] = [
        lambda: grant_membership(world.brand, manager, user=hr, role=Role.SCRIBE),
        lambda: end_membership(held, manager),
        lambda: change_person(hr, manager, position="Vedoucí"),
        lambda: deactivate_person(hr, manager, reason="Odchod z firmy"),
    ]
    for verb in verbs:
        if fresh:
            verb()
        else:
            with pytest.raises(NotFresh):
                verb()
    assert world.user("hr").is_active is not fresh


def test_nobody_gets_at_the_account_of_a_superuser_but_superusers(world: World) -> None:
    root = world.user("superuser")
    manager = world.principal("manager", fresh=True)
    for verb, values in (
        (change_person, {"email": "manager@zrnko.example"}),
        (deactivate_person, {"reason": "x"}),
        (remove_second_factors, {"reason": "x"}),
    ):
        with pytest.raises(NotNow) as refused:
            verb(root, manager, **values)
        assert {condition.code for condition in refused.value.unmet} == {"superuser"}
    change_person(root, world.principal("superuser", fresh=True), position="Správa")
    assert world.user("superuser").position == "Správa"


@pytest.mark.parametrize("field", ["is_superuser", "is_active", "kind", "password"])
def test_what_an_account_may_do_is_no_field(world: World, field: str) -> None:
    root = world.principal("superuser", fresh=True)
    with pytest.raises(TypeError, match=field):
        change_person(world.user("hr"), root, **{field: True})
    if field in ("is_superuser", "is_active"):
        with pytest.raises((Invalid, TypeError), match=r"changed here|is_active"):
            create_person(world.organisation, root, email="x@zrnko.example", name="X", **{field: True})


def test_closed_account_is_nobody(world: World) -> None:
    hr = world.user("hr")
    deactivate_person(hr, world.principal("manager", fresh=True), reason="Odchod z firmy")
    hr.refresh_from_db()
    assert Principal.for_user(hr) is ANONYMOUS
    assert not Membership.objects.current(clock.now()).filter(user=hr).exists()


def test_installation_set_up_needs_every_brand(world: World) -> None:
    assert world.principal("manager").manages_installation()
    assert not world.principal("crisis_lead").manages_installation()
    membership = Membership.objects.get(user=world.user("manager"), brand=world.other_brand)
    end_membership(membership, SYSTEM)
    assert not world.principal("manager").manages_installation()


def test_an_action_needs_a_principal(world: World) -> None:
    with pytest.raises(TypeError, match="Principal"):
        grant_membership(world.brand, world.user("manager"), user=world.user("hr"), role=Role.SCRIBE)


def test_history_names_person_and_action_and_leaves_the_reason_where_it_can_be_blanked(world: World) -> None:
    membership = grant_membership(
        world.brand, world.principal("manager", fresh=True), user=world.user("hr"), role=Role.SCRIBE
    )
    end_membership(membership, world.principal("manager", fresh=True), reason="Jen na zkoušku")
    newest = membership.history.first()
    assert (newest.history_user, newest.history_change_reason) == (world.user("manager"), "core.end_membership")
    assert Event.objects.get(kind="membership.ended").entry.text == "Jen na zkoušku"


def test_act_knows_only_accounts(world: World) -> None:
    with pytest.raises(TypeError):
        _ = Act("core.test", SYSTEM).user
