"""One shape for everything that has to happen later, and one way to claim it."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models, transaction
from django.db.models import F, Q

from crisisdesk.core import clock

LEASE = timedelta(seconds=60)


class TakenOver(Exception):
    """A later claim, or an action, holds the row now; whoever notices lets go and writes nothing."""


class Due(models.Model):
    """A side effect or timer as a row: claimed under a lease, finished under a fence.

    The fence grows with every claim. Whoever finishes names the fence it was given, so that a worker that slept past
    its lease cannot undo what a later one did. Work that may outlast the lease renews it: `keep` between its steps,
    `renew` right before the step that cannot be undone. `task` names the Celery task that looks after the table.
    """

    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    fence = models.PositiveIntegerField(default=0, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)
    done_at = models.DateTimeField(null=True, blank=True, editable=False)
    dead_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)

    task: ClassVar[str] = ""
    # For how long the claim that returned this row took it; no column.
    leased_for: timedelta = LEASE

    class Meta:
        abstract = True
        indexes = (
            models.Index(
                fields=["due_at"], condition=Q(done_at=None, dead_at=None), name="%(app_label)s_%(class)s_due"
            ),
        )

    @classmethod
    def claimable(cls) -> "models.QuerySet[Self]":
        """Rows that are due, unfinished and not leased to anybody."""
        now = clock.now()
        return cls._base_manager.filter(Q(lease_until=None) | Q(lease_until__lt=now)).filter(
            due_at__lte=now, done_at=None, dead_at=None
        )

    @classmethod
    def claim(cls, *, limit: int = 20, lease: timedelta = LEASE) -> list[Self]:
        """Take up to `limit` due rows for the length of the lease; rows others hold are skipped.

        The claim is a transaction of its own, so a worker that dies afterwards loses the lease and nothing else.
        """
        with transaction.atomic():
            taken = list(
                cls.claimable()
                .select_for_update(skip_locked=True, no_key=True, of=("self",))
                .order_by("due_at")
                .values_list("pk", flat=True)[:limit]
            )
            cls._base_manager.filter(pk__in=taken).update(
                lease_until=clock.now() + lease, fence=F("fence") + 1, attempts=F("attempts") + 1
            )
            rows = list(cls._base_manager.filter(pk__in=taken).order_by("due_at"))
        for row in rows:
            row.leased_for = lease
        return rows

    def renew(self) -> None:
        """Hold the row for the whole length of the lease from now on; raises `TakenOver` if somebody else has it."""
        until = clock.now() + self.leased_for
        if not self._mine(self.fence).update(lease_until=until):
            raise TakenOver
        self.lease_until = until

    def keep(self) -> None:
        """Renew the lease once a third of it is used up; cheap enough to be called between any two steps."""
        if self.lease_until is None or self.lease_until - clock.now() < self.leased_for * 2 / 3:
            self.renew()

    def _mine(self, fence: int) -> "models.QuerySet[Self]":
        return type(self)._base_manager.filter(pk=self.pk, fence=fence, done_at=None, dead_at=None)

    def finish(self, fence: int) -> bool:
        """Mark as done; False if a later claim has taken over."""
        return bool(self._mine(fence).update(done_at=clock.now(), lease_until=None, last_error=""))

    def retry(self, fence: int, at: datetime, error: str) -> bool:
        """Try again at `at`; False if a later claim has taken over. The fence grows: nobody finishes it after that."""
        given_back = {"due_at": at, "lease_until": None, "fence": F("fence") + 1, "last_error": error[:2000]}
        return bool(self._mine(fence).update(**given_back))

    def bury(self, fence: int, error: str) -> bool:
        """Give up; a person has to look. False if a later claim has taken over."""
        return bool(self._mine(fence).update(dead_at=clock.now(), lease_until=None, last_error=error[:2000]))
