"""Who could decide about a version: people by role in its case, without anybody whose words are in it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from cases.models import RoleAssignment
from comms.models import RequestStage, StatementVersion
from crisisdesk.core import clock
from crisisdesk.core.access.roles import Role
from crisisdesk.core.models import User, UserKind


class Candidates:
    """The people of a case by role, read once. `besides` names people who count as contributors already.

    A role accepted in the case belongs to who accepted it; one that nobody accepted belongs to those who hold it on
    the brand, unless the case is a closed world. Deputies are the brand's. The same rule decides each single question
    in `RequestStageQuerySet.open_to`.
    """

    def __init__(self, version: StatementVersion, *, besides: Iterable[User] = ()) -> None:
        case = version.statement.case
        self._contributors = {*version.contributors.values_list("user_id", flat=True), *(user.pk for user in besides)}
        self._own: dict[str, set[int]] = defaultdict(set)
        self._deputies: dict[str, set[int]] = defaultdict(set)
        persons = {"user__is_active": True, "user__kind": UserKind.PERSON}
        accepted = RoleAssignment.objects.accepted().filter(case=case)
        for role, user in accepted.filter(**persons).values_list("role", "user_id"):
            self._own[role].add(user)
        if case.closed_world:
            return
        taken = set(accepted.filter(user__is_active=True).values_list("role", flat=True))
        memberships = case.members(clock.now()).filter(**persons)
        for role, is_deputy, user in memberships.values_list("role", "is_deputy", "user_id"):
            if is_deputy:
                self._deputies[role].add(user)
            elif role not in taken:
                self._own[role].add(user)

    def own(self, roles: Collection[str]) -> set[int]:
        """Users who hold one of the roles themselves."""
        return {user for role in roles for user in self._own[role]} - self._contributors

    def deputies(self, roles: Collection[str]) -> set[int]:
        """Users who may stand in for one of the roles."""
        return {user for role in roles for user in self._deputies[role]} - self._contributors

    def executives(self) -> set[int]:
        """Users to ask where a stage widens to the executive: who holds the role, else their deputies."""
        return self.own([Role.EXEC]) or self.deputies([Role.EXEC])

    def asked_next(self, stage: RequestStage) -> dict[str, Any] | None:
        """Who is asked next if a stage stays without an answer, `{"level", "at"}`; None where nobody is there."""
        for level, at in stage.coming:
            if self.deputies(stage.roles) if level == "deputy" else self.executives():
                return {"level": level, "at": at}
        return None

    def in_place_of(self, user: User, roles: Collection[str]) -> User | None:
        """The person whose place `user` takes in a stage; None if they decide in their own right."""
        own = self.own(roles)
        return None if user.pk in own or not own else User.objects.get(pk=min(own))
