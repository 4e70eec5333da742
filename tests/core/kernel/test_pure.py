"""Parts without a database: states, Czech order and typography, retry times."""

import pytest
from django.db import models

from crisisdesk.core.czech import sort_key, typeset
from crisisdesk.core.jobs.due import RETRY_AFTER, next_try
from crisisdesk.core.states import States


class Light(models.TextChoices):
    RED = "red"
    GREEN = "green"


def test_states_know_their_edges() -> None:
    states = States(Light, start=["red"], edges={"go": (["red"], "green"), "stop": (["green"], "red")})
    assert states.allows("go", "red")
    assert not states.allows("go", "green")
    assert states.target("stop") == "red"


@pytest.mark.parametrize(
    "edges",
    [{"go": (["red"], "blue")}, {"go": (["amber"], "green")}, {}],
    ids=["unknown target", "unknown source", "state nothing leads to"],
)
def test_wrong_tables_fail_at_import(edges: dict[str, tuple[list[str], str]]) -> None:
    with pytest.raises(ValueError, match=r"unknown|leads"):
        States(Light, start=["red"], edges=edges)


def test_czech_alphabet() -> None:
    names = ["Chalupa", "Horák", "Cibulka", "Čermák", "Říha", "Rybář", "Žák", "Zeman", "Dvořák", "Ábel", "Adam"]
    assert sorted(names, key=sort_key) == [
        "Ábel", "Adam", "Cibulka", "Čermák", "Dvořák", "Horák", "Chalupa", "Rybář", "Říha", "Zeman", "Žák",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("plain", "set_"),
    [
        ("Dnes v 11 hodin", "Dnes v\u00a011\u00a0hodin"),
        ("k v lese", "k\u00a0v\u00a0lese"),
        ("limit 5 min", "limit 5\u00a0min"),
        ("máme 20 % slevu", "máme 20\u00a0% slevu"),
        ("dub v", "dub v"),
        ("5 minutek", "5 minutek"),
    ],
)
def test_no_break_spaces(plain: str, set_: str) -> None:
    assert typeset(plain) == set_
    assert typeset(set_) == set_


def test_retries_grow_and_stay_near_their_times() -> None:
    for attempt, seconds in enumerate(RETRY_AFTER, start=1):
        assert 0.9 * seconds <= next_try(attempt).total_seconds() <= 1.1 * seconds
    assert next_try(99).total_seconds() <= 1.1 * RETRY_AFTER[-1]
