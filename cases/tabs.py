"""The tabs of a case room. Each app adds its own from `apps.py`, so no app names the pages of one above it.

tabs.add(Tab("facts", "cases:facts", _("What we know"), place=30))
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from crisisdesk.core.errors import Text

if TYPE_CHECKING:
    from cases.models import Case
    from crisisdesk.core.access.principals import Principal

Count = Callable[["Case", "Principal"], int | str]


@dataclass(frozen=True)
class Tab:
    """One tab of a case room; `url_name` takes the reference, `place` says where it stands among the others.

    `count` is the figure beside the label. The tab in the first place is the page of a case (`case_url`).
    """

    code: str
    url_name: str
    label: Text
    place: int
    count: Count | None = None


class Tabs:
    """The tabs in the order of their places."""

    def __init__(self) -> None:
        self._known: list[Tab] = []

    def add(self, tab: Tab) -> None:
        """Show a tab; two with one code or in one place are a mistake of the programmer."""
        for known in self._known:
            if tab.code == known.code or tab.place == known.place:
                raise ValueError(f"tab {tab.code!r} stands where {known.code!r} is")
        self._known = sorted([*self._known, tab], key=lambda one: one.place)

    def __iter__(self) -> Iterator[Tab]:
        return iter(self._known)


tabs = Tabs()


def case_url(reference: str) -> str:
    """The address of the page of a case: its first tab."""
    return reverse(next(iter(tabs)).url_name, args=[reference])
