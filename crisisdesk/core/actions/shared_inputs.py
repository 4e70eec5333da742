"""Values that actions of several apps ask for."""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crisisdesk.core.access.principals import Principal
from crisisdesk.core.access.roles import CASE_ROLES
from crisisdesk.core.actions.inputs import Choice, Row
from crisisdesk.core.errors import Text as Said
from crisisdesk.core.models import User, UserKind

_CASE_ROLES = tuple((role.value, role.label) for role in CASE_ROLES)
_ROLE, _NO_ROLE = _("Role"), _("A case does not know this role")


def colleagues(principal: Principal, target: Any) -> QuerySet[User]:
    """People with an open account whom the principal works with."""
    return User.objects.visible_to(principal).filter(is_active=True, kind=UserKind.PERSON).order_by("name_sort")


@dataclass(frozen=True)
class Person(Row):
    """A colleague. Programs name any account they see; forms offer people whose account is open."""

    label: Said = ""
    _: KW_ONLY
    of: type[Any] = User
    offered: Callable[[Any, Any], Any] | None = colleagues


@dataclass(frozen=True)
class CaseRole(Choice):
    """A role that somebody can hold in a case."""

    label: Said = _ROLE
    _: KW_ONLY
    among: tuple[tuple[str, Said], ...] = _CASE_ROLES
    wrong: Said = _NO_ROLE
