"""Visibility as a condition of literal lists, and the writing of grants.

The shape `brand = ANY (…) AND NOT confidential OR pk = ANY (…)` with lists read beforehand costs a millisecond at a
million cases for every kind of user; a subquery inside the OR costs more than a second, a UNION breaks filters and
pages. A list too long to be read is an array the database makes itself (decision 0021).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q

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
    path = "pk" if scope_path == "self" else scope_path
    return Q(**{f"{path}__among": principal.brand_keys(Capability.VIEW)})


def case_q(principal: Principal, prefix: str = "") -> Q:
    """The condition under which cases are visible; `prefix` is the path to the case, ending in `__`, or empty."""
    if principal.is_system:
        return EVERYTHING
    brands, cases = principal.brand_keys(Capability.VIEW), principal.case_keys(Capability.VIEW)
    seen = Q()
    if brands:
        seen |= Q(**{f"{prefix}brand_id__among": brands, f"{prefix}confidential": False})
    if cases:
        by_grant = Q(**{f"{prefix[:-2]}_id__among" if prefix.count("__") == 1 else f"{prefix}pk__among": cases})
        if principal.brands_only is not None:
            by_grant &= Q(**{f"{prefix}brand_id__in": sorted(principal.brands_only)})
        seen |= by_grant
    if not seen:
        return NOTHING
    if principal.exercise is not None:
        return seen & Q(**{f"{prefix}pk": principal.exercise, f"{prefix}realm": "exercise"})
    return seen & Q(**{f"{prefix}realm": "live"})


def write_grants(user: "User", case: Any, roles: Iterable[str]) -> bool:
    """Make the user's grants on a case exactly those of `roles`; True if anything changed."""
    return _write(apps.get_model(GRANT_MODELS["case"]), roles, user=user, content_object=case)


def write_membership_grants(membership: "Membership", at: datetime) -> bool:
    """Make the grants of a membership exactly those of its role, from before it begins until it is over at `at`.

    True if anything changed.
    """
    roles = () if membership.is_over(at) else (membership.role,)
    held = {"user": membership.user, "content_object": membership.brand, "membership": membership}
    return _write(apps.get_model(GRANT_MODELS["brand"]), roles, **held)


def _write(model: Any, roles: Iterable[str], **given: Any) -> bool:
    wanted_capabilities = {capability.value for capability in capabilities_of(roles)}
    granted = model.objects.filter(**given)
    content_type = ContentType.objects.get_for_model(given["content_object"])
    permissions = Permission.objects.filter(content_type=content_type).order_by()
    rows = permissions.annotate(held=Exists(granted.filter(permission=OuterRef("pk"))))
    wanted, held = set(), set()
    for pk, codename, is_held in rows.values_list("pk", "codename", "held"):
        if codename in wanted_capabilities:
            wanted.add(pk)
        if is_held:
            held.add(pk)
    if held - wanted:
        granted.filter(permission_id__in=held - wanted).delete()
    model.objects.bulk_create(
        [model(**given, permission_id=permission) for permission in sorted(wanted - held)], ignore_conflicts=True
    )
    return wanted != held
