"""Values that several resources take or show."""

from typing import Any

from rest_framework import serializers

from cases.models import Case, CrisisKind, Severity
from cases.models.assessments import AnswerChoice
from crisisdesk.core.access.roles import CASE_ROLES
from crisisdesk.core.api.account import ReasonIn
from crisisdesk.core.api.viewsets import Input, VisibleField
from crisisdesk.core.models import User

LONG = 20_000
ROLES = [(role.value, role.label) for role in CASE_ROLES]

__all__ = [
    "LONG",
    "ROLES",
    "AnswersIn",
    "OptionalAnswersIn",
    "OptionalReasonIn",
    "PersonRef",
    "ReasonIn",
    "case_field",
    "kind_field",
    "person_field",
]


class PersonRef(serializers.Serializer[Any]):
    """A colleague, as far as a list needs it."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()


class OptionalReasonIn(Input):
    """Why, if there is something to say."""

    reason = serializers.CharField(max_length=5000, required=False, allow_blank=True)


class AnswersIn(Input):
    """The three questions of the quick severity; `severity` chooses another level, and `sentence` then says why."""

    harm = serializers.ChoiceField(AnswerChoice.choices)
    spreading = serializers.ChoiceField(AnswerChoice.choices)
    growing = serializers.ChoiceField(AnswerChoice.choices)
    sentence = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    severity = serializers.ChoiceField(Severity.choices, required=False)


class OptionalAnswersIn(AnswersIn):
    """The same, all three answers or none."""

    harm = serializers.ChoiceField(AnswerChoice.choices, required=False)
    spreading = serializers.ChoiceField(AnswerChoice.choices, required=False)
    growing = serializers.ChoiceField(AnswerChoice.choices, required=False)


def kind_field(**options: Any) -> VisibleField:
    """A kind of crisis by its code."""
    return VisibleField(CrisisKind, slug_field="code", **options)


def case_field(**options: Any) -> VisibleField:
    """A case by its reference."""
    return VisibleField(Case, slug_field="reference", **options)


def person_field(**options: Any) -> VisibleField:
    """A colleague by uuid."""
    return VisibleField(User, **options)
