"""Places at which an app above adds its own part to the pages of a case, from its `apps.py`.

tabs.count("statements", lambda case, principal: …)
describe("comms.statement", lambda uuids: {uuid: "First statement"})
name("comms.delivery", lambda uuids: {uuid: {"account": "Facebook"}})
signal_panel("monitoring/_evidence.html", lambda signal, principal: {"mentions": …})
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases.models import Case, Signal
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.errors import Text

Count = Callable[[Case, Principal], int | str]
Describer = Callable[[Iterable[UUID]], Mapping[UUID, str]]
Namer = Callable[[Iterable[UUID]], Mapping[UUID, Mapping[str, str]]]
PanelContext = Callable[[Signal, Principal], Mapping[str, Any]]


@dataclass
class Tab:
    """One tab of a case room; `url_name` takes the reference."""

    code: str
    url_name: str
    label: Text
    count: Count | None = None


class Tabs:
    """The tabs in their order."""

    def __init__(self, *tabs: Tab) -> None:
        self.known = {tab.code: tab for tab in tabs}

    def count(self, code: str, count: Count) -> None:
        """Show a figure beside the label of a tab."""
        self.known[code].count = count

    def __iter__(self) -> Any:
        return iter(self.known.values())


tabs = Tabs(
    Tab("overview", "desk:case", _("Overview")),
    Tab("course", "cases:course", _("Course and tasks")),
    Tab("facts", "cases:facts", _("What we know")),
    Tab("statements", "comms:case_statements", _("Statements")),
    Tab("people", "cases:people", _("People")),
)

_describers: dict[str, Describer] = {}
_namers: dict[str, Namer] = {}
_signal_panels: list[tuple[str, PanelContext]] = []


def describe(object_type: str, describer: Describer) -> None:
    """Say how the course calls objects of a type (`app.model`): a function from uuids to short texts."""
    _describers[object_type] = describer


def descriptions(object_type: str, uuids: Iterable[UUID]) -> Mapping[UUID, str]:
    """The short texts of objects of a type, empty where nobody describes them."""
    describer = _describers.get(object_type)
    return describer(uuids) if describer else {}


def name(object_type: str, namer: Namer) -> None:
    """Say which names stand for codes in the course: a function from uuids to fields of the payload in words."""
    _namers[object_type] = namer


def names_for(object_type: str, uuids: Iterable[UUID]) -> Mapping[UUID, Mapping[str, str]]:
    """The names that stand for codes in what happened to objects of a type."""
    namer = _namers.get(object_type)
    return namer(uuids) if namer else {}


def signal_panel(template: str, context: PanelContext) -> None:
    """Add a card to the page of a signal; the template gets what `context` returns."""
    _signal_panels.append((template, context))


def signal_panels(signal: Signal, principal: Principal) -> list[tuple[str, Mapping[str, Any]]]:
    """The added cards of a signal with their contexts."""
    return [(template, context(signal, principal)) for template, context in _signal_panels]
