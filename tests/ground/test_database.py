"""What every other test stands on: the role, the rollback, the committed copy."""

from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError, connection, transaction


@pytest.mark.django_db
def test_tests_work_as_the_application_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'core_user'")
        user, owner = cursor.fetchone()
    assert user == connection.settings_dict["APPLICATION_ROLE"] != owner
