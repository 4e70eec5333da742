"""Cases are found by the words of their title: without accents, by base forms, by the beginning of a word."""

from typing import Any

import pytest
from django.db import connection

from cases.actions import change_case
from cases.models import Case
from crisisdesk.core.search import plain_words, query_of, terms_of
from tests.cases import build
from tests.conftest import World


def titled(world: World, title: str) -> Case:
    return build.active(world, title=title)


@pytest.mark.parametrize(
    "sought", ["plisen", "plíseň", "plísní", "Plíseň v kaši", "kase", "kaší", "plis", "kasi plisne", "dětská", "detske"]
)
def test_a_case_is_found(world: World, sought: str) -> None:
    case = titled(world, "Plíseň v dětské kaši")
    titled(world, "Únik adres")
    assert [row.pk for row in Case.objects.searched(sought)] == [case.pk]


@pytest.mark.parametrize("sought", ["plisen adres", "sklo", "isen"])
def test_what_does_not_fit_is_not_found(world: World, sought: str) -> None:
    titled(world, "Plíseň v dětské kaši")
    assert not Case.objects.searched(sought).exists()


def test_without_words_everything_fits(world: World) -> None:
    titled(world, "Plíseň v dětské kaši")
    assert Case.objects.searched(" ‚…‘ ").count() == Case.objects.count()


def test_a_new_title_is_found_and_the_old_one_no_longer(world: World) -> None:
    case = titled(world, "Plíseň v kaši")
    change_case(case, world.principal("duty"), version=case.version, title="Sklo v chlebu")
    assert Case.objects.searched("chleb").exists()
    assert not Case.objects.searched("plisen").exists()


@pytest.mark.parametrize("address", ["/cases/?q=plisen", "/api/v1/cases?search=plisen"])
def test_list_and_api_search_alike(world: World, address: str) -> None:
    case = titled(world, "Plíseň v kaši")
    assert case.reference in world.client("crisis_lead").get(address).content.decode()
    other = address.replace("plisen", "sklo")
    assert case.reference not in world.client("crisis_lead").get(other).content.decode()


@pytest.mark.parametrize("sought", ["'", "a:*b", "!", "( |", "\\", "%", "<->", "😀"])
def test_signs_of_the_query_language_are_only_text(world: World, sought: str) -> None:
    titled(world, "Plíseň v kaši")
    assert world.client("crisis_lead").get("/cases/", {"q": sought}).status_code == 200


def test_the_question_is_answered_by_the_index(world: World) -> None:
    titled(world, "Plíseň v kaši")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        found: Any = Case.objects.order_by().searched("plisen").values("pk")
        assert "cases_case_search" in found.explain()


def test_the_kernel_alone_knows_words_without_accents() -> None:
    assert plain_words("Plíseň_v kaši 2!") == [["plisen"], ["v"], ["kasi"], ["2"]]
    assert query_of("…") is None
    assert terms_of("") == ""
