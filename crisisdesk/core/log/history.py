"""The readable field diff: who changed what and why. A convenience beside the event log, never the evidence."""

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.db import models
from simple_history.models import HistoricalRecords

if TYPE_CHECKING:
    from crisisdesk.core.actions.act import Act

current_act: ContextVar["Act | None"] = ContextVar("current_act", default=None)


class DeskHistory(HistoricalRecords):
    """History that takes the person and the reason from the action being carried out."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("history_change_reason_field", models.TextField(null=True))
        super().__init__(**options)

    def get_history_user(self, instance: models.Model) -> Any:
        """The acting user, or None for the system."""
        act = current_act.get()
        return act.actor.user if act else None

    def get_change_reason_for_object(self, instance: models.Model, history_type: str, using: str) -> str | None:
        """The reason given with the action, falling back to the action's name."""
        act = current_act.get()
        if act is None:
            return getattr(instance, "_change_reason", None)
        return act.reason or act.name
