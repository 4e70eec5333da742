"""Visibility as a condition of literal lists, and the writing of grants.

The shape `brand IN (…) AND NOT confidential OR pk IN (…)` with lists read beforehand costs a millisecond at a million
cases for every kind of user; a subquery inside the OR costs more than a second, a UNION breaks filters and pages.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import GRANT_MODELS, Principal
from crisisdesk.core.access.roles import capabilities_of

if TYPE_CHECKING:
    from crisisdesk.core.models import Membership, User

EVERYTHING = Q()
NOTHING = Q(pk__in=[])


def is_case_path(model_scope: str) -> bool:
    """Whether a `scope_path` ends at a case (`case`, `statement__case`)."""
    return model_scope.rpartition("__")[2] == "case"


def visible_q(principal: Principal, scope_path: str) -> Q:
    """The condition under which rows with this `scope_path` are visible; see `DeskModel`."""
    if principal.is_system:
        return EVERYTHING
    if scope_path == "":
        return NOTHING if principal.is_anonymous else EVERYTHING
    if is_case_path(scope_path):
        return case_q(principal, f"{scope_path}__")
    brands = sorted(principal.brands_with(Capability.VIEW))
    return Q(**{"pk__in" if scope_path == "self" else f"{scope_path}__in": brands})


def case_q(principal: Principal, prefix: str = "") -> Q:
    """The condition under which cases are visible; `prefix` is the path to the case, ending in `__`, or empty."""
    if principal.is_system:
        return EVERYTHING
    brands = sorted(principal.brands_with(Capability.VIEW))
    cases = sorted(principal.cases_with(Capability.VIEW))
    seen = Q()
    if brands:
        seen |= Q(**{f"{prefix}brand_id__in": brands, f"{prefix}confidential": False})
    if cases:
        by_grant = Q(**{f"{prefix[:-2]}_id__in" if prefix.count("__") == 1 else f"{prefix}pk__in": cases})
        if principal.brands_only is not None:
            by_grant &= Q(**{f"{prefix}brand_id__in": sorted(principal.brands_only)})
        seen |= by_grant
    if not seen:
        return NOTHING
    if principal.exercise is not None:
        return seen & Q(**{f"{prefix}pk": principal.exercise, f"{prefix}realm": "exercise"})
    return seen & Q(**{f"{prefix}realm": "live"})


def _permissions(scope: Any, capabilities: Iterable[Capability]) -> dict[str, int]:
    content_type = ContentType.objects.get_for_model(scope)
    wanted = [str(capability.value) for capability in capabilities]
    rows = Permission.objects.filter(content_type=content_type, codename__in=wanted)
    return dict(rows.values_list("codename", "pk"))


def write_grants(user: "User", case: Any, roles: Iterable[str]) -> bool:
    """Make the user's grants on a case exactly those of `roles`; True if anything changed."""
    model = apps.get_model(GRANT_MODELS["case"])
    return _write(model, _permissions(case, capabilities_of(roles)), user=user, content_object=case)


def write_membership_grants(membership: "Membership", at: datetime) -> bool:
    """Make the grants of a membership exactly those of its role, from before it begins until it is over at `at`.

    True if anything changed.
    """
    roles = () if membership.is_over(at) else (membership.role,)
    wanted = _permissions(membership.brand, capabilities_of(roles))
    held = {"user": membership.user, "content_object": membership.brand, "membership": membership}
    return _write(apps.get_model(GRANT_MODELS["brand"]), wanted, **held)


def _write(model: Any, permissions: dict[str, int], **given: Any) -> bool:
    wanted = set(permissions.values())
    held = set(model.objects.filter(**given).values_list("permission_id", flat=True))
    model.objects.filter(**given, permission_id__in=held - wanted).delete()
    model.objects.bulk_create(
        [model(**given, permission_id=permission) for permission in sorted(wanted - held)], ignore_conflicts=True
    )
    return wanted != held
