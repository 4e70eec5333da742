"""The stream is searched by base forms, through the same tokeniser as the index."""

from collections.abc import Callable

import pytest

from cases.monitoring.models import Mention

Push = Callable[..., list[Mention]]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("databaze", ["Únik z databázích zákazníků"]),
        ("DATABÁZÍ", ["Únik z databázích zákazníků"]),
        ("fungovat", ["Nefunguje mi internet"]),
        ("refunds", ["Where is my refund?"]),
        ("inter", ["Nefunguje mi internet"]),
        ("zákazník databáze", ["Únik z databázích zákazníků"]),
        ("zákazník internet", []),
        ("!!!", ["Nefunguje mi internet", "Where is my refund?", "Únik z databázích zákazníků"]),
        ("a' | b & !c:* <-> (", []),
    ],
)
def test_search(push: Push, query: str, titles: list[str]) -> None:
    push("Únik z databázích zákazníků", "Nefunguje mi internet", "Where is my refund?")
    assert sorted(Mention.objects.searched(query).values_list("title", flat=True)) == sorted(titles)
