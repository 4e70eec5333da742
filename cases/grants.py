"""Whether the grants in the database are exactly those of the roles people hold."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from cases.models import Case, CaseGrant, RoleAssignment
from crisisdesk.core.access.permissions import write_grants
from crisisdesk.core.access.roles import capabilities_of
from crisisdesk.core.models import Brand, BrandGrant, Membership, User

# user → object → what they hold there
Held = dict[tuple[int, int], set[str]]


@dataclass(frozen=True)
class Drift:
    """One person's grants on one brand or case that differ from their roles there."""

    user: User
    scope: Brand | Case
    roles: tuple[str, ...]
    missing: tuple[str, ...]
    excess: tuple[str, ...]

    def __str__(self) -> str:
        name = self.scope.reference if isinstance(self.scope, Case) else self.scope.slug
        lacking = f" missing {', '.join(self.missing)}" if self.missing else ""
        beyond = f" excess {', '.join(self.excess)}" if self.excess else ""
        return f"{name} {self.user.email}:{lacking}{beyond}"


def drift() -> list[Drift]:
    """Every difference between grants and roles, on brands and on cases; an empty list is how it should be."""
    members = Membership.objects.filter(until=None).values_list("user", "brand", "role")
    assignments = RoleAssignment.objects.accepted().values_list("user", "case", "role")
    return [
        *_differences(Brand, _collected(members), _granted(BrandGrant)),
        *_differences(Case, _collected(assignments), _granted(CaseGrant)),
    ]


def repair(found: Iterable[Drift]) -> None:
    """Write the grants anew from the roles as they are now, under the lock under which roles change."""
    for one in found:
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=one.user.pk)
            write_grants(one.user, one.scope, _roles_held(one.user, one.scope))


def _roles_held(user: User, scope: Brand | Case) -> list[str]:
    held: QuerySet[Any]
    if isinstance(scope, Case):
        held = RoleAssignment.objects.accepted().filter(user=user, case=scope)
    else:
        held = Membership.objects.filter(user=user, brand=scope, until=None)
    return list(held.values_list("role", flat=True))


def _collected(rows: Iterable[tuple[int, int, str]]) -> Held:
    held: Held = defaultdict(set)
    for user, scope, what in rows:
        held[user, scope].add(what)
    return held


def _granted(model: Any) -> Held:
    return _collected(model.objects.values_list("user", "content_object", "permission__codename"))


def _differences(model: type[Brand] | type[Case], roles: Held, granted: Held) -> list[Drift]:
    differing = []
    for user, scope in sorted({*roles, *granted}):
        held = roles.get((user, scope), set())
        wanted = {str(capability.value) for capability in capabilities_of(held)}
        given = granted.get((user, scope), set())
        if wanted != given:
            differing.append((user, scope, held, wanted - given, given - wanted))
    users = User.objects.in_bulk({user for user, *_ in differing})
    scopes = model._default_manager.in_bulk({scope for _, scope, *_ in differing})
    return [
        Drift(users[user], scopes[scope], tuple(sorted(held)), tuple(sorted(missing)), tuple(sorted(excess)))
        for user, scope, held, missing, excess in differing
    ]
