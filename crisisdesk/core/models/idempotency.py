"""Answers kept so that a repeated request changes nothing twice, and the cache that all processes share."""

from datetime import timedelta

from django.db import models

from crisisdesk.core import clock

KEPT_FOR = timedelta(hours=24)


class IdempotencyKey(models.Model):
    """The answer to one POST, written in the same transaction as what the POST changed; kept for `KEPT_FOR`.

    `principal` is `user:17` or `token:<uuid>`, `route` the method and path, `fingerprint` the SHA-256 of the body.
    """

    principal = models.CharField(max_length=48)
    route = models.CharField(max_length=300)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["principal", "route", "key"], name="core_idempotencykey_once"),)

    def __str__(self) -> str:
        return f"{self.route} {self.key}"


class SharedCache(models.Model):
    """The table behind Django's database cache: limits and used one-time codes that every process must know."""

    cache_key = models.CharField(primary_key=True, max_length=255)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "core_shared_cache"

    def __str__(self) -> str:
        return self.cache_key
