"""Reads. Every one of them starts with `visible_to`."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models

if TYPE_CHECKING:
    from crisisdesk.core.access.principals import Principal


class DeskQuerySet(models.QuerySet[Any]):
    """Rows whose visibility follows from the model's `scope_path` (see `DeskModel`)."""

    def visible_to(self, principal: "Principal") -> Self:
        """Only what this principal may see, as an ordinary query with literal lists (no subquery in an OR)."""
        from crisisdesk.core.access.permissions import visible_q

        return self.filter(visible_q(principal, self.model.scope_path))

    def visible_row(self, principal: "Principal", **lookup: Any) -> Any:
        """The one visible row that fits, or `Missing`; malformed identifiers are missing too."""
        from django.core.exceptions import ValidationError

        from crisisdesk.core.errors import Missing

        if any(isinstance(value, str) and "\x00" in value for value in lookup.values()):
            raise Missing
        try:
            return self.visible_to(principal).get(**lookup)
        except (self.model.DoesNotExist, ValidationError, ValueError) as missing:
            raise Missing from missing


class CappedCount:
    """A count that stops at a limit, so that a list of a million rows costs no more than one of a thousand."""

    LIMIT: ClassVar[int] = 1000

    def __init__(self, rows: "models.QuerySet[Any]") -> None:
        self.value = rows.order_by().values("pk")[: self.LIMIT + 1].count()

    @property
    def capped(self) -> bool:
        """Whether there are more than the limit."""
        return self.value > self.LIMIT

    def __str__(self) -> str:
        return f"{self.LIMIT}+" if self.capped else str(self.value)

    def __int__(self) -> int:
        return min(self.value, self.LIMIT)

    def __bool__(self) -> bool:
        return self.value > 0
