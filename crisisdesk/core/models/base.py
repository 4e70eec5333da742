"""What every row of the desk has in common."""

import uuid
from functools import cache
from typing import Any, ClassVar

from django.db import models
from django.utils.encoding import force_str

from crisisdesk.core import clock
from crisisdesk.core.access.querysets import DeskQuerySet
from crisisdesk.core.states import States


@cache
def _labels(field: "models.Field[Any, Any]") -> dict[Any, Any]:
    return dict(field.flatchoices)


class DeskModel(models.Model):
    """A row with a public identifier and a scope that decides who sees it.

    `scope_path` is the ORM path to what decides access: `"self"` (a brand or a case), `"brand"`, `"case"`, a longer
    path such as `"statement__case"`, or `""` for set-up that belongs to the whole installation. Visibility,
    capability checks and locking are derived from it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = DeskQuerySet.as_manager()

    scope_path: ClassVar[str] = ""
    # Rows that many verbs only name as a parent are not locked, or unrelated work would wait for each other.
    lock_on_act: ClassVar[bool] = True
    # "always": no UPDATE and no DELETE by rights; "sealed": written by the database alone. See `migration_sql`.
    frozen: ClassVar[str] = ""
    states: ClassVar[States | None] = None

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: "models.Field[Any, Any]") -> Any:  # noqa: N802 - Django's name
        """What `get_<field>_display()` says. Django makes all choices hashable anew for every row it is asked for."""
        value = getattr(self, field.attname)
        return force_str(_labels(field).get(value, value), strings_only=True)

    def scope_object(self) -> Any:
        """The brand or case whose grants decide about this row; None for set-up of the installation."""
        if not self.scope_path:
            return None
        found: Any = self
        if self.scope_path != "self":
            for step in self.scope_path.split("__"):
                found = getattr(found, step)
        return found

    @classmethod
    def event_name(cls) -> str:
        """The name by which the log calls rows of this model: `app.model`."""
        return cls._meta.label_lower
