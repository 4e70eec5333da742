"""The readable field diff: who changed what, by which action. A convenience beside the log, never the evidence."""

from contextvars import ContextVar
from typing import Any, Protocol

from django.db import models
from simple_history.models import HistoricalRecords


class Actor(Protocol):
    """Who acts, as far as the history asks."""

    @property
    def user(self) -> Any:
        """The account; None for the system."""


class UnderWay(Protocol):
    """The action being carried out (`crisisdesk.core.actions.act.Act`), as far as the history asks."""

    name: str

    @property
    def actor(self) -> Actor:
        """Who carries it out."""


current_act: ContextVar[UnderWay | None] = ContextVar("current_act", default=None)


class DeskHistory(HistoricalRecords):
    """History that takes the person and the name of the action from the act being carried out.

    The reason somebody gave is prose and stands in an `Entry`, which can be blanked; a copy here could not.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("history_change_reason_field", models.TextField(null=True))
        super().__init__(**options)

    def get_history_user(self, instance: models.Model) -> Any:
        """The acting user, or None for the system."""
        act = current_act.get()
        return act.actor.user if act else None

    def get_change_reason_for_object(self, instance: models.Model, history_type: str, using: str) -> str | None:
        """The action's name; nothing where no action is being carried out."""
        act = current_act.get()
        return act.name if act else None
