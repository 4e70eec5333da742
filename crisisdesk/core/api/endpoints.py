"""An action as an endpoint of the API: which method, which address, which shapes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from rest_framework import serializers

from crisisdesk.core.actions import Action

# Methods REST framework's router knows by name; every other verb is a POST sub-resource.
STANDARD = {"create": "POST", "update": "PUT", "partial_update": "PATCH", "destroy": "DELETE"}
SerializerClass = type[serializers.BaseSerializer[Any]]


@dataclass
class Verb:
    """An action as an endpoint; see `verb`."""

    action: Action[Any, Any, Any]
    request: SerializerClass | None
    response: SerializerClass | None
    detail: bool
    parent: str | Callable[[Any, dict[str, Any]], Any] | None
    many: bool
    never_kept: Sequence[str]
    path: str
    takes_files: bool
    name: str = ""

    @property
    def method(self) -> str:
        """The HTTP method it answers to."""
        return STANDARD.get(self.name, "POST")

    @property
    def conditional(self) -> bool:
        """Whether `If-Match` is asked for."""
        return self.method in ("PUT", "PATCH")

    @property
    def status(self) -> int:
        """What a success answers."""
        return 201 if self.action.creates else 200


# The actions each model's details offer, filled by `DeskViewSet`.
DETAIL_VERBS: dict[type[Model], list[Verb]] = {}
