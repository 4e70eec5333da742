"""An installation with roles from before they had dates: nobody's rights change, and ends that crossed are mended."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from crisisdesk.core.access.roles import ROLE_CAPABILITIES, Role
from tests.database import _connected_to, _owner, drop_database, owner_connection

BEFORE, AFTER = ("core", "0006_reasons_blanked"), ("core", "0007_membership_dates")
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
INSTANT = timedelta(milliseconds=3)


@pytest.fixture
def owner_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """An empty database of its own, in which the test is the owner."""
    name = f"migration_{uuid.uuid4().hex[:8]}"
    with django_db_blocker.unblock():
        with owner_connection() as server:
            server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            with _connected_to(name, **_owner()):
                yield
        finally:
            drop_database(name)


def migrated(target: tuple[str, str]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate([target])
    return MigrationExecutor(connection).loader.project_state([target]).apps


@pytest.mark.slow
def test_roles_that_are_held_keep_their_rights_and_ends_that_crossed_are_straightened(owner_db: None) -> None:
    apps = migrated(BEFORE)
    kind = apps.get_model("contenttypes.ContentType").objects.create(app_label="core", model="brand")
    permissions = {
        str(capability.value): apps.get_model("auth.Permission").objects.create(
            codename=str(capability.value), content_type=kind, name=str(capability.value)
        )
        for capability in {one for capabilities in ROLE_CAPABILITIES.values() for one in capabilities}
    }
    brand = apps.get_model("core.Brand").objects.create(name="Zrnko", slug="zrnko")
    user = apps.get_model("core.User").objects.create(email="jana@zrnko.example", name="Jana", password="")
    held = apps.get_model("core.Membership").objects
    known = {"user": user, "brand": brand}
    held.create(**known, role="duty", since=SINCE, until=SINCE + INSTANT)  # ended while the next was being given
    held.create(**known, role="duty", since=SINCE + INSTANT / 3)
    held.create(**known, role="legal", since=SINCE, until=SINCE - INSTANT)  # an end noted before the beginning
    grant = apps.get_model("core.BrandGrant").objects
    for capability in ROLE_CAPABILITIES[Role.DUTY]:
        grant.create(user=user, content_object=brand, permission=permissions[str(capability.value)])

    apps = migrated(AFTER)
    rows = apps.get_model("core.Membership").objects.order_by("pk").values_list("valid_from", "valid_until")
    assert list(rows) == [
        (SINCE, SINCE + INSTANT / 3),
        (SINCE + INSTANT / 3, None),
        (SINCE, SINCE),
    ]
    grants = apps.get_model("core.BrandGrant").objects.filter(membership__valid_until=None)
    given = set(grants.values_list("permission__codename", flat=True))
    assert given == {str(capability.value) for capability in ROLE_CAPABILITIES[Role.DUTY]}
    assert apps.get_model("core.BrandGrant").objects.count() == len(given)
