"""The lookup `among`, and questions that are put together once and asked by many."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet, Value

from crisisdesk.core import clock
from crisisdesk.core.access import compiled
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.compiled import Compiled
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.models import Brand, Membership, User
from tests.conftest import World


@pytest.mark.parametrize("number", [0, 1, 2])
def test_among_is_in(world: World, number: int) -> None:
    keys = list(Brand.objects.order_by("pk").values_list("pk", flat=True)[:number])
    assert set(Brand.objects.filter(pk__among=keys)) == set(Brand.objects.filter(pk__in=keys))
    members = Membership.objects.order_by("pk")
    assert list(members.filter(brand__among=keys)) == list(members.filter(brand__in=keys))
    assert list(members.exclude(brand_id__among=keys)) == list(members.exclude(brand_id__in=keys))


def test_all_keys_are_one_parameter(world: World) -> None:
    _sql, parameters = Brand.objects.filter(pk__among=range(1000)).query.sql_with_params()
    assert len(parameters) == 1


def own_roles(principal: Principal, brand: str, most: int) -> QuerySet[Any, Any]:
    rows = Membership.objects.visible_to(principal).filter(user=principal.user, brand__slug=brand)
    return rows.filter(pk__lt=most, valid_from__lte=clock.now()).order_by("pk").values_list("role")


def test_a_question_is_put_together_once_and_filled_for_whoever_asks(
    world: World, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = []

    def build(principal: Principal, **values: Any) -> QuerySet[Any, Any]:
        built.append(principal)
        return own_roles(principal, **values)

    question = Compiled(build)
    for code, role in (("duty", "duty"), ("legal", "legal"), ("outsider", "comms_lead")):
        principal = world.principal(code)
        brand = world.other_brand if code == "outsider" else world.brand
        assert principal.grants
        with django_assert_num_queries(1):
            assert question.ask(principal, brand=brand.slug, most=10**9) == [(role,)]
        assert question.ask(principal, brand="nobody", most=10**9) == []
        assert question.ask(principal, brand=brand.slug, most=0) == []
    assert len(built) == 1


def test_the_instant_is_that_of_the_asking(world: World) -> None:
    question = Compiled(lambda principal: own_roles(principal, "zrnko", 10**9))
    principal = world.principal("duty")
    assert question.ask(principal)
    with clock.time_at(clock.now() - timedelta(days=3650)):
        assert question.ask(principal) == []


def test_an_instant_reckoned_from_the_present_one_is_refused(world: World) -> None:
    later = Compiled(lambda _: User.objects.filter(created_at__lt=clock.now() + timedelta(hours=1)).values_list("pk"))
    with pytest.raises(ValueError, match="present instant"):
        later.ask(world.principal("duty"))


def test_shapes_are_told_apart_and_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    question = Compiled(lambda principal: User.objects.filter(pk=principal.user.pk).values_list("pk", Value(1)))
    monkeypatch.setattr(compiled, "MOST_SHAPES", 1)
    for code in ("duty", "service", "superuser"):
        principal = world.principal(code)
        assert question.ask(principal) == [(world.user(code).pk, 1)]
        assert len(question._made) == 1
    narrowed = world.principal("manager", brands_only=[world.brand.pk])
    brands = Compiled(lambda principal: Brand.objects.visible_to(principal).values_list("slug"))
    assert brands.ask(narrowed) == [("zrnko",)]
    assert len(brands.ask(world.principal("manager"))) == 2
    assert narrowed.brand_keys(Capability.VIEW) == [world.brand.pk]
