"""Values that several resources show."""

from typing import Any

from rest_framework import serializers

from crisisdesk.core.access.roles import CASE_ROLES

ROLES = [(role.value, role.label) for role in CASE_ROLES]


class PersonRef(serializers.Serializer[Any]):
    """A colleague, as far as a list needs it."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()
