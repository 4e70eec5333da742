"""What waits for one person, from all parts of the desk: the home page and the figures of the rail."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case, Clock, RoleAssignment, Signal, Task
from cases.querysets import open_world
from cases.states import OPEN_CASE, RoleState, SignalState
from comms.models import ApprovalRequest, ReleaseReview, StatementVersion
from comms.querysets import RequestQuerySet, held_by
from comms.sending.models import Delivery
from comms.states import StatementState
from crisisdesk.core import clock
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.compiled import Compiled
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.access.roles import Role
from crisisdesk.core.languages import language_word
from crisisdesk.core.models import Brand, Membership, Notification

# So many of each kind stand on the home page; the lists behind them show the rest.
MOST = 12
MOST_CLOCKS = 6
# Kinds of items that ask for a decision.
DECISIONS = frozenset({"offer", "approval"})
# Badges stop counting here.
MOST_COUNTED = 99


@dataclass(frozen=True)
class Item:
    """One thing that waits for the reader. `due_at` is when somebody else is asked, or when it is late; `since` is set
    instead where it waits without a limit of its own.

    `case` is None for the offer of a role in a case that is not the reader's to see yet; `about` is then its reference.
    """

    kind: str
    row: Any
    icon: str
    title: str
    about: str
    case: Case | None
    url: str
    label: str
    due_at: datetime | None = None
    since: datetime | None = None

    @property
    def is_late(self) -> bool:
        """Whether its minute has passed."""
        return self.due_at is not None and self.due_at <= clock.now()


@dataclass(frozen=True)
class Counts:
    """The figures of the rail, `99+` beyond the limit; which brand's newsroom it leads to; what kinds of items wait."""

    mine: int | str = 0
    signals: int | str = 0
    cases: int | str = 0
    unread: int | str = 0
    newsroom: str = ""
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Waiting:
    """The home page of one person.

    `roleless` says what a person without any role has to know: `ask` for one, `give` roles, `add_brand` first; else "".
    """

    items: list[Item] = field(default_factory=list)
    roleless: str = ""
    signals: list[Signal] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)

    @property
    def first(self) -> Item | None:
        """The loudest of all."""
        return self.items[0] if self.items else None

    @property
    def rest(self) -> list[Item]:
        """What comes after the loudest."""
        return self.items[1:]

    @property
    def clocks(self) -> list[tuple[Clock, Case]]:
        """Clocks that run in the reader's own cases, the next to end first."""
        running = [(row, case) for case in self.cases if case.mine for row in case.running]  # type: ignore[attr-defined]
        return sorted(running, key=lambda pair: pair[0].due_at)[:MOST_CLOCKS]

    @cached_property
    def digest(self) -> str:
        """Changes exactly when the page would show something else, times aside."""
        seen: list[Any] = [self.roleless]
        seen += [(item.kind, item.row.pk, item.due_at, item.is_late) for item in self.items]
        seen += [(row.pk, row.state, row.severity, _clocks(row.running)) for row in self.signals]  # type: ignore[attr-defined]
        seen += [(row.pk, row.version, _clocks(row.running)) for row in self.cases]  # type: ignore[attr-defined]
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def waiting(principal: Principal, counted: Counts | None = None) -> Waiting:
    """Everything the home page shows; a constant number of queries.

    What others wait for the reader to decide comes first, then the rest; both by time. The figures of the rail tell
    which kinds wait at all: the others are not asked for again.
    """
    if principal.user is None:
        return Waiting()
    never = datetime.max.replace(tzinfo=UTC)
    counted = counted or counts(principal)
    items = [item for kind, read in _READ.items() if kind in counted.kinds for item in read(principal)]
    return Waiting(
        items=sorted(items, key=lambda item: (item.kind not in DECISIONS, item.due_at or item.since or never)),
        roleless=_roleless(principal),
        signals=list(signals_of(principal)[:MOST]),
        cases=list(cases_of(principal)[:MOST]),
    )


def _roleless(principal: Principal) -> str:
    grants = principal.grants
    if grants is None or grants.brands or grants.cases:
        return ""
    if not principal.is_superuser:
        return "ask"
    return "give" if principal.brands_with(Capability.MANAGE) else "add_brand"


def counts(principal: Principal) -> Counts:
    """The figures of the rail in one query, after the reader's own roles were read.

    A row for everything counted, up to the limit of a badge: counted by the database in subqueries it would cost
    several times as much. Every page asks it, so the question is put together once in each process.
    """
    if principal.user is None:
        return Counts()
    found: dict[str, list[str]] = defaultdict(list)
    for what, name in _RAIL.ask(principal):
        found[what].append(name)
    mine = _capped(sum(len(found[what]) for what in OWN))
    signals, cases, unread = (_capped(len(found[what])) for what in ("signals", "cases", "unread"))
    kinds = frozenset(what for what in OWN if found[what])
    return Counts(mine, signals, cases, unread, "".join(found["newsroom"]), kinds)


def _rail(principal: Principal) -> QuerySet[Any, tuple[str, str]]:
    brands = Brand.objects.filter(pk__among=principal.brand_keys(Capability.VIEW), active=True)
    parts = [
        *(_counted(what, rows(principal)) for what, rows in OWN.items()),
        _counted("signals", Signal.objects.visible_to(principal).filter(state=SignalState.NEW)),
        _counted("cases", Case.objects.visible_to(principal).open()),
        _counted("unread", Notification.objects.visible_to(principal).unread()),
        brands.order_by("name").values_list(Value("newsroom"), "slug")[:1],
    ]
    return parts[0].union(*parts[1:], all=True)


_RAIL = Compiled(_rail, lambda principal: held_by(principal).shape)


# --- reads ------------------------------------------------------------------------------------------------------------


def offers_of(principal: Principal) -> QuerySet[RoleAssignment]:
    """Roles the reader was asked to take on."""
    return RoleAssignment.objects.visible_to(principal).offered().filter(user=principal.user, case__state__in=OPEN_CASE)


def approvals_of(principal: Principal) -> RequestQuerySet:
    """Texts the reader may decide about now."""
    return ApprovalRequest.objects.visible_to(principal).waiting_for(principal)


def by_hand_of(principal: Principal) -> QuerySet[StatementVersion]:
    """Approved texts that wait for somebody with the right to publish to post them."""
    waiting_rows = Delivery.objects.for_people().filter(version=OuterRef("pk"))
    may = _capable(principal, Capability.PUBLISH, "statement__case")
    return StatementVersion.objects.visible_to(principal).filter(may, Exists(waiting_rows))


def returned_to(principal: Principal) -> QuerySet[StatementVersion]:
    """The reader's own texts that were rejected, or came back and wait as a new draft."""
    rejected = Q(author=principal.user, state=StatementState.REJECTED)
    again = Q(parent__author=principal.user, parent__state=StatementState.RETURNED, state=StatementState.DRAFT)
    own = StatementVersion.objects.visible_to(principal).newest().filter(rejected | again)
    return own.filter(statement__case__state__in=OPEN_CASE)


def reviews_of(principal: Principal) -> QuerySet[ReleaseReview]:
    """Texts that went out on somebody else's one signature and wait for their review; of those who review."""
    may = _capable(principal, Capability.REVIEW, "release__version__statement__case")
    owed = ReleaseReview.objects.visible_to(principal).filter(may, reviewed_at=None)
    return owed.exclude(release__signed_by=principal.user)


def tasks_of(principal: Principal) -> QuerySet[Task]:
    """Open tasks given to the reader, or to a role the reader holds in the case."""
    held = RoleAssignment.objects.filter(
        user=principal.user, case=OuterRef("case"), role=OuterRef("role"), state=RoleState.ACCEPTED
    )
    on_duty = Membership.objects.current(clock.now()).filter(
        user=principal.user, brand=OuterRef("case__brand"), role=Role.DUTY, is_deputy=False
    )
    mine = Q(Exists(held)) | Q(role=Role.DUTY) & open_world("case__") & Q(Exists(on_duty))
    visible = Task.objects.visible_to(principal).open().filter(case__state__in=OPEN_CASE)
    return visible.filter(Q(assignee=principal.user) | Q(assignee=None) & mine)


def signals_of(principal: Principal) -> QuerySet[Signal]:
    """New signals, and those the reader took over and has not decided about; with their running clocks."""
    own = Q(state=SignalState.TAKEN_OVER, taken_by=principal.user)
    rows = Signal.objects.visible_to(principal).filter(Q(state=SignalState.NEW) | own)
    return rows.select_related("brand", "kind").prefetch_related(_running()).order_by("severity", "-reported_at", "-pk")


def cases_of(principal: Principal) -> QuerySet[Case]:
    """Open cases, those in which the reader has a role first; with running clocks and the reader's roles."""
    own = RoleAssignment.objects.filter(user=principal.user, state=RoleState.ACCEPTED)
    rows = Case.objects.visible_to(principal).open().annotate(mine=Exists(own.filter(case=OuterRef("pk"))))
    return (
        rows.select_related("brand", "kind")
        .prefetch_related(_running(), Prefetch("roles", own, to_attr="my_roles"))
        .order_by("-mine", "severity", "-created_at", "-pk")
    )


def _running() -> Prefetch[str, QuerySet[Clock], str]:
    return Prefetch("clocks", Clock.objects.running().order_by("due_at", "pk"), to_attr="running")


def _capable(principal: Principal, capability: Capability, path: str) -> Q:
    """The condition that the capability is held on the case at `path`, as literal lists."""
    brands, cases = principal.brand_keys(capability), principal.case_keys(capability)
    return Q(**{f"{path}__brand__among": brands}) & open_world(f"{path}__") | Q(**{f"{path}__among": cases})


def _counted(what: str, rows: QuerySet[Any]) -> QuerySet[Any, tuple[str, str]]:
    """A row `(what, "")` for each of the rows, up to one more than a badge counts."""
    return rows.order_by().values_list(Value(what), Value(""))[: MOST_COUNTED + 1]


def _capped(number: int) -> int | str:
    return number if number <= MOST_COUNTED else f"{MOST_COUNTED}+"


def _clocks(rows: list[Clock]) -> list[tuple[int, datetime, bool]]:
    return [(row.pk, row.due_at, row.is_late) for row in rows]


# What waits for the reader in person, by kind; the order in which the home page reads them.
OWN: dict[str, Callable[[Principal], QuerySet[Any]]] = {
    "offer": offers_of,
    "approval": approvals_of,
    "by_hand": by_hand_of,
    "returned": returned_to,
    "review": reviews_of,
    "task": tasks_of,
}


# --- items ------------------------------------------------------------------------------------------------------------


def _offers(principal: Principal) -> Iterable[Item]:
    for row in offers_of(principal).select_related("case__brand").order_by("due_at")[:MOST]:
        seen = principal.has(Capability.VIEW, row.case)
        title = _("Role offered: {role}").format(role=row.get_role_display())
        about = row.case.title if seen else row.case.reference
        url = reverse("cases:role", args=[row.uuid])
        case = row.case if seen else None
        yield Item("offer", row, "user-plus", title, about, case, url, _("Look and answer"), row.answer_by)


def _approvals(principal: Principal) -> Iterable[Item]:
    for row in approvals_of(principal).for_lists()[:MOST]:
        widens = min((stage.widens_at for stage in row.stages.all() if stage.widens_at), default=None)
        title = _("Decide: {text}").format(text=version_name(row.version))
        url = reverse("comms:approval", args=[row.uuid])
        yield _item("approval", row, "file-check", title, row.version.statement.case, url, _("Read and decide"), widens)


def _by_hand(principal: Principal) -> Iterable[Item]:
    for row in _versions(by_hand_of(principal)).order_by("approved_at")[:MOST]:
        title = _("Publish by hand: {text}").format(text=version_name(row))
        url = reverse("comms:by_hand", args=[row.statement.uuid])
        since = row.published_at or row.approved_at
        yield _item("by_hand", row, "hand", title, row.statement.case, url, _("Publish by hand"), since=since)


def _returned(principal: Principal) -> Iterable[Item]:
    for row in _versions(returned_to(principal)).order_by("-created_at")[:MOST]:
        title = _("Came back: {text}").format(text=version_name(row))
        yield _item("returned", row, "undo-2", title, row.statement.case, _statement(row), _("Read the comment"))


def _reviews(principal: Principal) -> Iterable[Item]:
    for row in (
        reviews_of(principal).select_related("release__version__statement__case__brand").order_by("due_at")[:MOST]
    ):
        version = row.release.version
        title = _("Review what was signed: {text}").format(text=version_name(version))
        url = reverse("comms:review", args=[row.uuid])
        yield _item("review", row, "glasses", title, version.statement.case, url, _("Review"), row.due_at)


def _tasks(principal: Principal) -> Iterable[Item]:
    rows = tasks_of(principal).select_related("case__brand", "step").order_by(F("due_at").asc(nulls_last=True), "pk")
    for row in rows[:MOST]:
        url = reverse("cases:course", args=[row.case.reference])
        yield _item("task", row, "square-check", row.title, row.case, url, _("Open the task"), row.due_at)


_READ: dict[str, Callable[[Principal], Iterable[Item]]] = {
    "offer": _offers,
    "approval": _approvals,
    "by_hand": _by_hand,
    "returned": _returned,
    "review": _reviews,
    "task": _tasks,
}


def _item(
    kind: str, row: Any, icon: str, title: str, case: Case, url: str, label: str, *due_at: Any, **since: Any
) -> Item:
    return Item(kind, row, icon, title, case.title, case, url, label, *due_at, **since)


def _statement(row: StatementVersion) -> str:
    return f"{reverse('comms:statement', args=[row.statement.uuid])}?language={row.language}"


def _versions(rows: QuerySet[StatementVersion]) -> QuerySet[StatementVersion]:
    return rows.select_related("statement__case__brand", "statement__case__kind")


def version_name(version: StatementVersion) -> str:
    """How a text is called in a sentence: `update, version 2 (Czech)`."""
    return _("{purpose}, version {number} ({language})").format(
        purpose=version.statement.get_purpose_display(),
        number=version.number,
        language=language_word(version.language),
    )
