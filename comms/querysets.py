"""Reads of what is said and who allowed it. Every one of them starts with `visible_to`."""

from collections import defaultdict
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Value

from cases.querysets import open_world
from cases.states import OPEN_CASE, FactState, RoleState
from comms.states import OPEN_VERSION, SIGNED_PURPOSES, RequestState, Stance, StatementState, TemplateState
from crisisdesk.core import clock
from crisisdesk.core.access.among import Slot
from crisisdesk.core.access.compiled import StandIn
from crisisdesk.core.access.querysets import DeskQuerySet
from crisisdesk.core.access.roles import Role

if TYPE_CHECKING:
    from cases.models import Case
    from crisisdesk.core.access.principals import Principal
    from crisisdesk.core.models import User


class TemplateQuerySet(DeskQuerySet):
    """Templates of a brand."""

    def signed_alone(self) -> Self:
        """Templates for texts that may go out on one signature."""
        return self.filter(purpose__in=SIGNED_PURPOSES)

    def for_case(self, case: "Case") -> Self:
        """Templates of the case's brand and kind that are approved in its primary language."""
        return self.filter(
            Q(kinds=None) | Q(kinds=case.kind_id),
            brand=case.brand_id,
            versions__state=TemplateState.APPROVED,
            versions__language=case.primary_language,
        ).distinct()


class TemplateVersionQuerySet(DeskQuerySet):
    """Versions of templates."""

    def approved(self) -> Self:
        """The versions that may go out on one signature."""
        return self.filter(state=TemplateState.APPROVED)


class StatementQuerySet(DeskQuerySet):
    """Statements."""


class StatementVersionQuerySet(DeskQuerySet):
    """Versions of statements."""

    def newest(self) -> Self:
        """The newest version of each statement in each language."""
        later = self.model._base_manager.filter(
            statement=OuterRef("statement"), language=OuterRef("language"), number__gt=OuterRef("number")
        )
        return self.filter(~Exists(later))

    def with_status(self) -> Self:
        """With what `StatementVersion.status` needs, so that a list asks once."""
        stuck = apps.get_model("comms.Delivery").objects.stuck().filter(version=OuterRef("pk"))
        return self.annotate(has_stuck_deliveries=Exists(stuck))

    def for_lists(self) -> Self:
        """With the statement, case and brand a row shows."""
        return self.with_status().select_related("statement__case__brand", "author")

    def open(self) -> Self:
        """Versions somebody works on or decides about."""
        return self.filter(state__in=OPEN_VERSION)

    def published(self) -> Self:
        """Versions the public can read, or could until they were corrected."""
        return self.filter(published_at__isnull=False, state__in=(StatementState.PUBLISHING, StatementState.CORRECTED))

    def last_public(self, case: "Case", language: str) -> Any:
        """What is out in a case in one language: the newest published version, or None."""
        return self.published().filter(statement__case=case, language=language).order_by("-published_at").first()

    def correction_needed(self) -> Self:
        """What is out and says the contrary of what is known by now."""
        citations = apps.get_model("comms.FactCitation").objects.filter(version=OuterRef("pk"))
        return self.filter(
            Exists(citations.contradicted()), state=StatementState.PUBLISHING, published_at__isnull=False
        )


# What a text says of a fact, and the state of the fact that makes it wrong. Leaving a fact open is never wrong.
CONTRADICTIONS = frozenset({(Stance.ASSERT, FactState.REFUTED), (Stance.DENY, FactState.CONFIRMED)})


class CitationQuerySet(QuerySet[Any]):
    """Facts that versions speak of."""

    def contradicted(self) -> Self:
        """Citations that say the contrary of what is known: a refuted fact asserted, a confirmed one denied."""
        wrong = Q(pk__in=[])
        for stance, state in sorted(CONTRADICTIONS):
            wrong |= Q(stance=stance, fact__state=state)
        return self.filter(wrong)


class RequestQuerySet(DeskQuerySet):
    """Requests for approval."""

    def open(self) -> Self:
        """Requests that wait for somebody, in cases on which work goes on."""
        return self.filter(state=RequestState.OPEN, version__statement__case__state__in=OPEN_CASE)

    def waiting_for(self, principal: "Principal") -> Self:
        """Open requests this person may decide about at this moment.

        The stages are found first, as an array: joined, they were looked through once for every request.
        """
        if principal.user is None:
            return self.none()
        stages = apps.get_model("comms.RequestStage").objects.open_to(principal.user, clock.now(), held_by(principal))
        return self.open().filter(pk__among=ArraySubquery(stages.order_by().values("request")))

    def for_lists(self) -> Self:
        """With the rows that a line of a list shows."""
        stage, approval = apps.get_model("comms.RequestStage"), apps.get_model("comms.Approval")
        decided = Prefetch("approvals", approval.objects.select_related("user", "on_behalf_of"))
        return self.select_related(
            "version__statement__case__brand", "version__statement__case__kind", "submitted_by"
        ).prefetch_related(Prefetch("stages", stage.objects.select_related("person").prefetch_related(decided)))


class RequestStageQuerySet(DeskQuerySet):
    """Stages of requests, and who may decide in them."""

    def unfilled(self) -> Self:
        """Stages that wait in cases on which work goes on, none of an earlier order before them."""
        earlier = self.model._base_manager.filter(
            request=OuterRef("request"), order__lt=OuterRef("order"), filled_at=None
        )
        waiting = {"request__state": RequestState.OPEN, "filled_at": None, f"{_CASE}__state__in": OPEN_CASE}
        return self.filter(~Exists(earlier), **waiting)

    def open_to(self, user: "User", now: datetime, held: "Held | None" = None) -> Self:
        """Stages in which this person may decide now: by a role, or because they are quoted.

        Not where they contributed to the text or have decided already. A role held in the case counts; a role on the
        brand counts where nobody has accepted it in the case; deputies count from `deputy_at` on, executives from
        `executive_at` on. Only one's own roles are read, so the question stays one query for any number of requests.
        """
        if user.kind != "person" or not user.is_active:
            return self.none()
        contributor, approval = apps.get_model("comms.Contributor"), apps.get_model("comms.Approval")
        return self.unfilled().filter(
            _by_role(held or Held(user, now), now) | Q(person=user),
            ~Exists(contributor.objects.filter(version=OuterRef("request__version"), user=user)),
            ~Exists(approval.objects.filter(request=OuterRef("request"), user=user)),
        )


class Held:
    """The roles of one person, read once by one query: open cases by role, and brands by role and whether as deputy.

    Nothing waits in a case on which work no longer goes on, so the roles of all the years before are not read.
    """

    def __init__(self, user: "User | None" = None, now: datetime | None = None) -> None:
        self.cases: dict[str, list[int] | Slot] = {}
        self.brands: dict[tuple[str, bool], list[int] | Slot] = {}
        if user is not None:
            self._read(user, now or clock.now())

    def _read(self, user: "User", now: datetime) -> None:
        assignments = apps.get_model("cases.RoleAssignment")
        accepted = assignments.objects.filter(user=user, state=RoleState.ACCEPTED, case__state__in=OPEN_CASE)
        in_cases = accepted.order_by().values_list(Value("case"), "role", Value(value=False), "case_id")
        memberships = apps.get_model("core.Membership").objects.current(now).filter(user=user)
        on_brands = memberships.order_by().values_list(Value("brand"), "role", "is_deputy", "brand_id")
        cases, brands = defaultdict(list), defaultdict(list)
        for scope, role, is_deputy, pk in in_cases.union(on_brands, all=True):
            if scope == "case":
                cases[role].append(pk)
            else:
                brands[role, is_deputy].append(pk)
        self.cases.update(cases)
        self.brands.update(brands)

    @property
    def shape(self) -> tuple[frozenset[str], frozenset[tuple[str, bool]]]:
        """Which roles are held at all: a compiled question serves everybody who holds the same."""
        return frozenset(self.cases), frozenset(self.brands)

    def as_slots(self) -> "Held":
        """The same roles, held wherever whoever asks holds them."""
        made = Held()
        for role in sorted(self.cases):
            made.cases[role] = Slot(partial(_cases_by, role))
        for key in sorted(self.brands):
            made.brands[key] = Slot(partial(_brands_by, key))
        return made


def _cases_by(role: str, principal: "Principal") -> Any:
    return held_by(principal).cases[role]


def _brands_by(key: tuple[str, bool], principal: "Principal") -> Any:
    return held_by(principal).brands[key]


def held_by(principal: "Principal") -> Held:
    """The roles of a principal, kept with it as its grants are."""
    known: Held | None = principal.__dict__.get("_held")
    if known is None:
        known = held_by(principal.original).as_slots() if isinstance(principal, StandIn) else Held(principal.user)
        principal.__dict__["_held"] = known
    return known


_CASE = "request__version__statement__case"


def _by_role(held: Held, now: datetime) -> Q:
    """The condition that one of the roles held entitles to a stage."""
    found = Q(pk__in=[])
    for role, cases in held.cases.items():
        found |= Q(**{f"{_CASE}__among": cases}) & _entitled(role, now)
    # An account that was closed holds a role no longer, so those who hold it on the brand step in.
    accepted = apps.get_model("cases.RoleAssignment").objects.filter(state=RoleState.ACCEPTED, user__is_active=True)
    for (role, is_deputy), brands in held.brands.items():
        taken = accepted.filter(case=OuterRef(_CASE), role=role)
        of_brand = Q(**{f"{_CASE}__brand__among": brands}) & open_world(f"{_CASE}__")
        own = _contains(role) & ~Q(Exists(taken))
        found |= of_brand & (_later(role, now) if is_deputy else own | _executive(role, now))
    return found


def _contains(role: str) -> Q:
    return Q(roles__contains=[role])


def _executive(role: str, now: datetime) -> Q:
    return Q(executive_at__lte=now) if role == Role.EXEC else Q(pk__in=[])


def _entitled(role: str, now: datetime) -> Q:
    return _contains(role) | _executive(role, now)


def _later(role: str, now: datetime) -> Q:
    return (_contains(role) & Q(deputy_at__lte=now)) | _executive(role, now)
