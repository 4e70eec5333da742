"""Technical rows that have run out go away, the others stay."""

from datetime import timedelta

from django.core.cache import cache
from django.test import Client

from crisisdesk.core import clock
from crisisdesk.core.models import IdempotencyKey, SharedCache, SignInThrottle
from crisisdesk.core.tasks import tidy
from tests.conftest import World


def test_only_what_has_run_out_is_removed(world: World) -> None:
    now = clock.now()
    for hours in (1, 25):
        IdempotencyKey.objects.create(
            principal="user:1",
            route="POST /",
            key=str(hours),
            fingerprint="",
            status=201,
            body=b"",
            created_at=now - timedelta(hours=hours),
        )
    SignInThrottle.objects.create(account="old", tries=[now - timedelta(hours=1)])
    SignInThrottle.objects.create(account="new", tries=[now - timedelta(hours=1), now])
    cache.set("kept", 1, timeout=60)
    cache.set("gone", 1, timeout=60)
    SharedCache.objects.filter(cache_key__contains="gone").update(expires=now - timedelta(seconds=1))
    client: Client = world.client("legal")
    for _again in range(2):
        tidy()
        assert [row.key for row in IdempotencyKey.objects.all()] == ["1"]
        assert [row.account for row in SignInThrottle.objects.all()] == ["new"]
        assert cache.get("kept") == 1
        assert cache.get("gone") is None
        assert client.get("/profile/").status_code == 200
