"""One search for every list: without accents, by base forms, answered by an index.

A searched model keeps the terms of its text in a column `search_words` and has the index `search_index(…)`; its
queryset is `Searched`. What the terms of a text are, the app that can read texts says (`read_with`): the kernel by
itself knows words without accents and no base forms.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Self

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector

from crisisdesk.core.access.querysets import DeskQuerySet

# For each word of a text the terms under which it is found: the word itself first, then its base forms.
Reader = Callable[[str], list[list[str]]]

# Words of a question that are looked at.
MOST_WORDS = 12
COLUMN = "search_words"


def plain_words(text: str) -> list[list[str]]:
    """Every word by itself, in small letters without accents."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return [[word] for word in re.findall(r"[^\W_]+", bare)]


_reader: list[Reader] = [plain_words]


def read_with(reader: Reader) -> None:
    """Let an app above say what the terms of a text are; called from its `apps.py`."""
    _reader[0] = reader


def terms_of(*texts: str) -> str:
    """What the column of a searched row holds: every term of its texts once."""
    return " ".join(dict.fromkeys(term for text in texts for word in _reader[0](text) for term in word))


def sought(text: str) -> str:
    """Each of the words, accents and endings aside, as PostgreSQL writes it; the beginning of a word is enough."""
    words = _reader[0](text)[:MOST_WORDS]
    return " & ".join("(" + " | ".join((f"{word}:*", *bases)) + ")" for word, *bases in words)


def query_of(text: str) -> SearchQuery | None:
    """The same as a query; None where there is no word."""
    raw = sought(text)
    return SearchQuery(raw, config="simple", search_type="raw") if raw else None


def _vector() -> SearchVector:
    return SearchVector(COLUMN, config="simple")


def search_index(name: str) -> GinIndex:
    """The index of a searched model."""
    return GinIndex(_vector(), name=name)


class Searched(DeskQuerySet):
    """Rows of a searched model."""

    def searched(self, text: str) -> Self:
        """Rows that hold each of the words; all of them where the text has none.

        The hits are found first, as an array: asked for the first fifty, PostgreSQL takes the beginning of a word for
        a common one and reads the table.
        """
        query = query_of(text)
        if query is None:
            return self
        hits = self.model._base_manager.alias(_sought=_vector()).filter(_sought=query).order_by().values("pk")
        return self.filter(pk__among=ArraySubquery(hits))
