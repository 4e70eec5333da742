"""Whether the grants in the database are exactly those of the roles people hold."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from cases.models import Case, CaseGrant, RoleAssignment
from crisisdesk.core import clock
from crisisdesk.core.access.permissions import write_grants, write_membership_grants
from crisisdesk.core.access.roles import capabilities_of
from crisisdesk.core.models import Brand, BrandGrant, Membership, User

# user and case, or membership → what they hold there
Held = dict[Any, set[str]]


@dataclass(frozen=True)
class Drift:
    """Grants of one person that differ from their roles: on a case, or by one `membership` on a brand."""

    user: User
    scope: Brand | Case
    roles: tuple[str, ...]
    missing: tuple[str, ...]
    excess: tuple[str, ...]
    membership: Membership | None = None

    def __str__(self) -> str:
        name = self.scope.reference if isinstance(self.scope, Case) else self.scope.slug
        lacking = f" missing {', '.join(self.missing)}" if self.missing else ""
        beyond = f" excess {', '.join(self.excess)}" if self.excess else ""
        return f"{name} {self.user.email}:{lacking}{beyond}"


def drift() -> list[Drift]:
    """Every difference between grants and roles, on brands and on cases; an empty list is how it should be.

    The grants of a membership are there from before it begins until it is over. After its end they stay until the desk
    has noted the end (seconds, while workers run): they give nobody anything and are counted here as excess.
    """
    return [*_on_brands(), *_on_cases()]


def repair(found: Iterable[Drift]) -> None:
    """Write the grants anew from the roles as they are now, under the lock under which roles change."""
    for one in found:
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=one.user.pk)
            if one.membership is not None:
                write_membership_grants(Membership.objects.get(pk=one.membership.pk), clock.now())
            else:
                held = RoleAssignment.objects.accepted().filter(user=one.user, case=one.scope)
                write_grants(one.user, one.scope, list(held.values_list("role", flat=True)))


def _on_brands() -> list[Drift]:
    held = dict(Membership.objects.not_over(clock.now()).order_by().values_list("pk", "role"))
    granted = _collected(BrandGrant.objects.values_list("membership", "permission__codename"))
    differing = _differences({pk: {role} for pk, role in held.items()}, granted)
    rows = Membership.objects.select_related("user", "brand").in_bulk([pk for pk, *_ in differing])
    return [
        Drift(rows[pk].user, rows[pk].brand, held, missing, excess, membership=rows[pk])
        for pk, held, missing, excess in differing
    ]


def _on_cases() -> list[Drift]:
    accepted = RoleAssignment.objects.accepted().values_list("user", "case", "role")
    granted = CaseGrant.objects.values_list("user", "content_object", "permission__codename")
    differing = _differences(_by_pair(accepted), _by_pair(granted))
    users = User.objects.in_bulk({user for (user, _case), *_ in differing})
    cases = Case._default_manager.in_bulk({case for (_user, case), *_ in differing})
    return [Drift(users[user], cases[case], held, missing, excess) for (user, case), held, missing, excess in differing]


def _by_pair(rows: Iterable[tuple[int, int, str]]) -> Held:
    return _collected(((user, scope), what) for user, scope, what in rows)


def _collected(rows: Iterable[tuple[Any, str]]) -> Held:
    held: Held = defaultdict(set)
    for key, what in rows:
        held[key].add(what)
    return held


def _differences(roles: Held, granted: Held) -> list[tuple[Any, tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    """Key, roles, missing and excess, wherever the capabilities of the roles and those granted are not the same."""
    differing = []
    for key in sorted({*roles, *granted}):
        held = roles.get(key, set())
        wanted = {str(capability.value) for capability in capabilities_of(held)}
        given = granted.get(key, set())
        if wanted != given:
            missing, excess = sorted(wanted - given), sorted(given - wanted)
            differing.append((key, tuple(sorted(held)), tuple(missing), tuple(excess)))
    return differing
