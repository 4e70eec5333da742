"""Places at which an app above adds its own part to the pages of a case, from its `apps.py`.

describe("comms.statement", lambda uuids: {uuid: "First statement"})
name("comms.delivery", lambda uuids: {uuid: {"account": "Facebook"}})
signal_panel("monitoring/_evidence.html", lambda signal, principal: {"mentions": …})
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from cases.models import Signal
from crisisdesk.core.access.principals import Principal

Describer = Callable[[Iterable[UUID]], Mapping[UUID, str]]
Namer = Callable[[Iterable[UUID]], Mapping[UUID, Mapping[str, str]]]
PanelContext = Callable[[Signal, Principal], Mapping[str, Any]]


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
