"""The log: what happened, sealed in order; and the prose beside it, which can be blanked without breaking the log."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crisisdesk.core import clock

INSTALLATION_CHAIN_ID = 1


class Chain(models.Model):
    """One gapless sequence of sealed events. Chain 1 is the installation's; every case has its own."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    head_seq = models.BigIntegerField(default=0, editable=False)
    head_hash = models.CharField(max_length=64, default="", blank=True, editable=False)

    frozen: ClassVar[str] = "always"

    def __str__(self) -> str:
        return str(self.uuid)


class Event(models.Model):
    """Something that happened: identifiers, codes, numbers and hashes of texts, never prose.

    `canonical` is the JSON text that is hashed, kept verbatim. `actor` is `user:17`, `service:3` or `system`.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=60)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=40)
    via = models.CharField(max_length=10)
    object_type = models.CharField(max_length=60)
    object_id = models.UUIDField(null=True)
    payload = models.JSONField(default=dict)
    entry = models.ForeignKey("core.Entry", null=True, on_delete=models.PROTECT, related_name="events")
    canonical = models.TextField()

    frozen: ClassVar[str] = "always"

    class Meta:
        indexes = (
            models.Index(fields=["chain", "id"], name="core_event_chain"),
            models.Index(fields=["object_type", "object_id"], name="core_event_object"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.occurred_at:%Y-%m-%d %H:%M}"


class EventSeal(models.Model):
    """The place of an event in its chain: written by the database at commit, by nobody else.

    `hash` = sha256(prev, newline, canonical text of the event), hexadecimal; the first `prev` is the empty text.
    """

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="seal")
    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="seals")
    seq = models.BigIntegerField()
    prev = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    frozen: ClassVar[str] = "sealed"

    class Meta:
        constraints = (models.UniqueConstraint(fields=["chain", "seq"], name="core_eventseal_gapless"),)

    def __str__(self) -> str:
        return f"{self.chain_id}/{self.seq}"


class EntryKind(models.TextChoices):
    """What a piece of prose is."""

    NOTE = "note", _("note")
    DECISION = "decision", _("decision")
    REASON = "reason", _("reason")
    NAME = "name", _("name")


class Entry(models.Model):
    """Prose of people beside the log: notes, decisions, reasons, names of outsiders.

    The event carries only its sha256, so a text can be blanked for privacy and the log still verifies.
    `data` holds the parts of a decision: `question`, `options` (list), `why`.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=EntryKind)
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    sha256 = models.CharField(max_length=64, editable=False)
    pinned = models.BooleanField(default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    corrects = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=clock.now)
    blanked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["chain", "id"], name="core_entry_chain"),)

    def __str__(self) -> str:
        return self.text[:60]
