"""What can be wrong with a request, said once for web, API and admin.

Every error knows its HTTP status, a stable code for programs and a sentence for people. Faces only render them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class Unmet:
    """One condition that stands in the way, with the sentence that says what to do."""

    code: str
    message: Text
    details: Mapping[str, Any] = field(default_factory=dict)


class DomainError(Exception):
    """The request could not be carried out."""

    status = 400
    code = "refused"
    title: Text = _("This could not be done")

    def __init__(self, message: Text | None = None, **details: Any) -> None:
        self.message: Text = message or self.title
        self.details = details
        super().__init__(message)

    def __str__(self) -> str:
        return str(self.message)


class Invalid(DomainError):
    """Some values are not right; `errors` maps a field name (or "" for the whole) to sentences with the remedy."""

    status = 422
    code = "invalid"
    title = _("Please check the highlighted fields")

    def __init__(self, errors: Mapping[str, Text | Sequence[Text]], message: Text | None = None) -> None:
        super().__init__(message)
        self.errors: dict[str, list[Text]] = {
            name: [said] if isinstance(said, str | Promise) else list(said) for name, said in errors.items()
        }

    def __str__(self) -> str:
        return " ".join(str(sentence) for said in self.errors.values() for sentence in said)


class Denied(DomainError):
    """The person sees the object but may not do this."""

    status = 403
    code = "denied"
    title = _("You do not have the right to do this")


class NotFresh(Denied):
    """The sign-in is too old for a verb that decides; signing in again is the remedy."""

    code = "reauthenticate"
    title = _("Please confirm that it is you")


class Missing(DomainError):
    """There is no such object, or this person must not know that there is."""

    status = 404
    code = "missing"
    title = _("There is nothing here")


class NotNow(DomainError):
    """The state or a guard does not allow this now; `unmet` lists every condition in the way."""

    status = 409
    code = "not_now"
    title = _("This is not possible right now")

    def __init__(self, unmet: Sequence[Unmet], message: Text | None = None) -> None:
        super().__init__(message)
        self.unmet = list(unmet)

    def __str__(self) -> str:
        return " ".join(str(condition.message) for condition in self.unmet) or str(self.message)


class Stale(DomainError):
    """The text or row changed since this person read it; `details` carries the present hash or version."""

    status = 412
    code = "stale"
    title = _("This has changed since you opened it")


_constraint_messages: dict[str, Text] = {}
_UNIQUE = ("_key", "_uniq")


def constraint_message(name: str, message: Text) -> None:
    """Give the sentence for a database constraint that a trigger raises by `name`."""
    _constraint_messages[name] = message


def of_constraint(name: str | None) -> DomainError | None:
    """The domain error of a violated database constraint, or None where nobody has named it."""
    if not name:
        return None
    if name in _constraint_messages:
        return NotNow([Unmet(name, _constraint_messages[name])])
    from django.apps import apps

    for model in apps.get_models():
        for constraint in model._meta.constraints:
            message = constraint.violation_error_message
            if constraint.name == name and message and message != constraint.default_violation_error_message:
                return NotNow([Unmet(constraint.violation_error_code or name, message)])
        for column in model._meta.local_concrete_fields:
            # PostgreSQL's and Django's names for the constraint behind `unique=True`.
            if column.unique and name.startswith(f"{model._meta.db_table}_{column.column}_") and name.endswith(_UNIQUE):
                named = {"model_name": model._meta.verbose_name, "field_label": column.verbose_name}
                return Invalid({column.name: column.error_messages["unique"] % named})
    return None
