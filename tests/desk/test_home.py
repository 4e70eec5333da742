"""Waiting for me: what one person finds on the first page."""

from typing import Any

import pytest

from crisisdesk.desk.waiting import counts, waiting
from tests.conftest import World


def test_nothing_waits_in_an_empty_world(world: World) -> None:
    found = waiting(world.principal("duty"))
    assert found.items == []
    assert counts(world.principal("duty")).mine == 0


def test_reading_costs_a_constant_number_of_queries(world: World, django_assert_max_num_queries: Any) -> None:
    principal = world.principal("duty")
    with django_assert_max_num_queries(16):
        waiting(principal)
    with django_assert_max_num_queries(5):
        counts(principal)


@pytest.mark.parametrize("language", ["cs", "en"])
def test_page(world: World, language: str) -> None:
    answer = world.client("duty", language=language).get("/")
    assert answer.status_code == 200
