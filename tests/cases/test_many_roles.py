"""Somebody who has had a role in more cases than are listed one by one sees and may do exactly what others do."""

from typing import Any

import pytest

from cases.actions import accept_role, offer_role, set_confidential
from cases.models import Case, CaseGrant, Signal, Task
from crisisdesk.core.access import principals
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import SYSTEM, GrantedCases, Principal
from crisisdesk.core.models import BrandGrant
from crisisdesk.desk.waiting import OWN, counts
from tests.cases import build
from tests.conftest import World


@pytest.fixture
def no_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if one role were too many to be listed."""
    monkeypatch.setattr(principals, "MOST_LISTED", 0)


def taken_on(world: World, case: Case, code: str, role: str) -> Case:
    """The case after the person took on the role."""
    offer_role(case, SYSTEM, user=world.user(code), role=role)
    accept_role(case.roles.get(user=world.user(code), role=role), world.principal(code))
    return case


def seen(principal: Principal) -> dict[str, set[int]]:
    return {
        model.__name__: set(model.objects.visible_to(principal).values_list("pk", flat=True))
        for model in (Case, Signal, Task)
    }


@pytest.mark.parametrize("code", ["outsider", "care", "duty", "superuser", "service"])
def test_long_lists_show_what_short_ones_do(world: World, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    case = build.active(world)
    if code in ("outsider", "care"):
        taken_on(world, case, code, "care")
    short = world.principal(code)
    before, may = seen(short), {capability: short.has(capability, case) for capability in Capability}
    waiting = {kind: set(rows(short).values_list("pk", flat=True)) for kind, rows in OWN.items()}
    figures = counts(short)
    monkeypatch.setattr(principals, "MOST_LISTED", 0)
    long = world.principal(code)
    assert seen(long) == before
    assert {capability: long.has(capability, case) for capability in Capability} == may
    assert {kind: set(rows(long).values_list("pk", flat=True)) for kind, rows in OWN.items()} == waiting
    assert counts(long) == figures


@pytest.mark.usefixtures("no_lists")
def test_a_closed_confidential_case_stays_visible_to_its_people(world: World) -> None:
    case = taken_on(world, build.active(world), "care", "care")
    set_confidential(case, world.principal("duty"), confidential=True, reason="names of employees")
    Case.objects.filter(pk=case.pk).update(state="closed")
    principal = world.principal("care")
    assert isinstance(principal.case_keys(Capability.VIEW), GrantedCases)
    assert Case.objects.visible_to(principal).filter(pk=case.pk).exists()
    assert not Case.objects.visible_to(world.principal("marketing")).filter(pk=case.pk).exists()


def test_grants_that_are_too_many_are_not_read(
    world: World, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = taken_on(world, build.active(world), "care", "care")
    few = world.principal("care")
    assert few.case_keys(Capability.VIEW) == [case.pk]
    BrandGrant.objects.filter(user=world.user("care")).delete()
    granted = CaseGrant.objects.filter(user=world.user("care"), content_object=case).first()
    assert granted is not None
    others = [build.triage(world, title=f"Case {number}").pk for number in range(2)]
    CaseGrant.objects.bulk_create(
        CaseGrant(user=granted.user, permission=granted.permission, content_object_id=pk) for pk in others
    )
    monkeypatch.setattr(principals, "MOST_LISTED", 2)
    many = world.principal("care")
    with django_assert_num_queries(1):
        assert many.grants is not None
        assert granted.permission.codename in many.grants.many
    with django_assert_num_queries(1):
        assert many.has(Capability(granted.permission.codename), case)
        assert many.has(Capability(granted.permission.codename), case)
