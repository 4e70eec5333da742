"""One case as one person sees it: what stands where, and the loudest next step."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.course import Line, events_of, told
from cases.head import read_people_and_clocks, with_head
from cases.models import Case, Clock, ClockCode, Fact, RoleAssignment, Severity, SeverityAssessment, Task
from cases.querysets import CaseQuerySet
from cases.states import CaseState, FactState, RoleState
from cases.views.verbs import next_steps
from comms.models import ApprovalRequest, RequestStage, StatementVersion
from comms.querysets import held_by
from comms.states import StatementState
from crisisdesk.core import clock
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.compiled import Compiled
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.access.roles import Role
from crisisdesk.desk.waiting import by_hand_of, returned_to, tasks_of, version_name

EVENTS = 8
FACTS = 6
# Facts people have to see first: what is open, then what is known, then what is wrong.
_FACT_ORDER = (FactState.OPEN, FactState.UNVERIFIED, FactState.CONFIRMED, FactState.REFUTED)


@dataclass(frozen=True)
class Link:
    """A button of the next step; `post` carries a verb out at once."""

    url: str
    label: str
    post: bool = False


@dataclass(frozen=True)
class Step:
    """The loudest next step. `tone` is late, held or calm; the first link is the page's one primary button."""

    code: str
    title: str
    text: str = ""
    links: tuple[Link, ...] = ()
    tone: str = ""


@dataclass(frozen=True)
class Seat:
    """One stage of a decision as a line: the state of its mark, the roles with their count, and who."""

    state: str
    label: str
    who: str
    is_mine: bool = False


@dataclass(frozen=True)
class Decision:
    """A text in approval with who decides about it."""

    request: ApprovalRequest
    seats: list[Seat]

    @property
    def done(self) -> int:
        """How many stages have all their people."""
        return sum(seat.state == "done" for seat in self.seats)


@dataclass(frozen=True)
class Overview:
    """What the page shows, read in a constant number of queries."""

    case: Case
    principal: Principal
    seq: int
    lines: list[Line] = field(default_factory=list)
    roles: list[RoleAssignment] = field(default_factory=list)
    running: list[Clock] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    versions: list[StatementVersion] = field(default_factory=list)
    requests: list[ApprovalRequest] = field(default_factory=list)
    my_stages: frozenset[int] = frozenset()
    by_hand: list[StatementVersion] = field(default_factory=list)
    returned: list[StatementVersion] = field(default_factory=list)
    to_correct: list[StatementVersion] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    is_assessed: bool = False

    def may(self, capability: Capability) -> bool:
        """Whether the reader holds a capability on the case."""
        return self.principal.has(capability, self.case)

    @property
    def offers(self) -> list[RoleAssignment]:
        """Roles the reader was asked to take on here."""
        return [row for row in self.roles if row.state == RoleState.OFFERED and self.principal.same_as(row.user_id)]

    @property
    def mine(self) -> list[ApprovalRequest]:
        """Texts the reader may decide about now."""
        return [row for row in self.requests if any(stage.pk in self.my_stages for stage in row.stages.all())]

    @property
    def decisions(self) -> list[Decision]:
        """Every text in approval, stage by stage."""
        return [Decision(row, [self._seat(stage) for stage in row.stages.all()]) for row in self.requests]

    @cached_property
    def deputised(self) -> frozenset[str]:
        """Roles with somebody who stands in for them; in a closed world nobody does. Asked once a text waits."""
        if self.case.closed_world:
            return frozenset()
        deputies = self.case.members(clock.now()).filter(is_deputy=True, user__is_active=True)
        return frozenset(deputies.values_list("role", flat=True))

    def _seat(self, stage: RequestStage) -> Seat:
        given = stage.approved_by
        label, is_mine = f"{stage.label} {len(given)}/{stage.required}", stage.pk in self.my_stages
        if given:
            who = ", ".join(f"{row.user.short_name} {_hour(row.created_at)}" for row in given)
        elif is_mine:
            who = _("waits for you")
        elif coming := [row for row in stage.coming if row[0] != "deputy" or self.deputised & set(stage.roles)]:
            level, at = coming[0]
            said = _("deputy from {time}") if level == "deputy" else _("executive from {time}")
            who = said.format(time=_hour(at))
        else:
            who = ", ".join(row.user.short_name for row in self.held if row.role in stage.roles)
        return Seat("done" if stage.filled_at else "waiting", label, who, is_mine and not given)

    @property
    def held(self) -> list[RoleAssignment]:
        """Who has which role."""
        return [row for row in self.roles if row.state == RoleState.ACCEPTED]

    @property
    def lead(self) -> RoleAssignment | None:
        """The crisis lead, or who was asked to be."""
        return next((row for row in self.roles if row.role == Role.CRISIS_LEAD), None)

    @property
    def missing(self) -> list[str]:
        """Roles the policy asks for and nobody has accepted."""
        taken = {row.role for row in self.held}
        return [str(Role(code).label) for code in self.case.level.get("required_roles", ()) if code not in taken]

    def running_clock(self, code: str) -> Clock | None:
        """The clock of that code that ends next."""
        return next((row for row in self.running if row.code == code), None)

    @property
    def is_published(self) -> bool:
        """Whether the public has heard from us in this case."""
        return any(row.published_at for row in self.versions)

    def in_state(self, *states: str) -> list[StatementVersion]:
        """The newest versions in one of the states, the primary language first."""
        return [row for row in self.versions if row.state in states]

    @cached_property
    def step(self) -> Step:
        """The loudest next step for this reader."""
        return next(found for rule in RULES for found in rule(self))


def overview(case: Case, principal: Principal) -> Overview:
    """Read everything the page shows of a case the principal sees."""
    asks = _asks(case, principal)
    versions = _versions(case)
    read_people_and_clocks(case)
    tasks = Task.objects.filter(pk__in=asks["task"]).select_related("step").order_by(F("due_at").asc(nulls_last=True))
    return Overview(
        case=case,
        principal=principal,
        seq=case.chain.head_seq,
        lines=told(events_of(case, limit=EVENTS)),
        roles=case.open_roles,  # type: ignore[attr-defined]
        running=[row for row in case.clocks.all() if row.is_running],
        facts=_facts(case),
        versions=_shown(case, versions),
        requests=_requests(case, versions),
        my_stages=asks["stage"],
        by_hand=[row for row in versions if row.pk in asks["by_hand"]],
        returned=[row for row in versions if row.pk in asks["returned"]],
        to_correct=[row for row in versions if row.pk in asks["to_correct"]],
        tasks=list(tasks) if asks["task"] else [],
        is_assessed=case.is_assessed,  # type: ignore[attr-defined]
    )


def with_assessed(rows: CaseQuerySet) -> CaseQuerySet:
    """Cases with what the page and its head need beside their own columns."""
    judged = SeverityAssessment.objects.filter(case=OuterRef("pk"))
    return with_head(rows).annotate(is_assessed=Exists(judged))


def _asks(case: Case, principal: Principal) -> dict[str, frozenset[int]]:
    """What the case asks of the reader: keys of versions, of stages of requests and of tasks, by kind."""
    found: dict[str, set[int]] = defaultdict(set)
    for kind, pk in _OF_READER.ask(principal, case=case.pk) if principal.user else ():
        found[kind].add(pk)
    return {kind: frozenset(found[kind]) for kind in ("by_hand", "returned", "to_correct", "stage", "task")}


def _of_reader(principal: Principal, case: int) -> QuerySet[Any, Any]:
    user = principal.user
    stages = RequestStage.objects.open_to(user, clock.now(), held_by(principal))  # type: ignore[arg-type]
    kinds: dict[str, QuerySet[Any]] = {
        "by_hand": by_hand_of(principal).filter(statement__case=case),
        "returned": returned_to(principal).filter(statement__case=case),
        "to_correct": StatementVersion.objects.correction_needed().filter(statement__case=case),
        "stage": stages.filter(request__version__statement__case=case),
        "task": tasks_of(principal).filter(case=case),
    }
    parts = [rows.order_by().values_list(Value(kind), "pk") for kind, rows in kinds.items()]
    return parts[0].union(*parts[1:], all=True)


_OF_READER = Compiled(_of_reader, lambda principal: held_by(principal).shape)


def _requests(case: Case, versions: Iterable[StatementVersion]) -> list[ApprovalRequest]:
    """The requests that wait; where no text is in approval there is none to ask for."""
    if not case.is_open or not any(row.state == StatementState.IN_APPROVAL for row in versions):
        return []
    return list(ApprovalRequest.objects.open().filter(version__statement__case=case).for_lists())


def _facts(case: Case) -> list[Fact]:
    rows = case.facts.exclude(state=FactState.OBSOLETE).select_related("owner", "verified_by")[:50]
    return sorted(rows, key=lambda row: _FACT_ORDER.index(FactState(row.state)))[:FACTS]


def _versions(case: Case) -> list[StatementVersion]:
    """All versions in the case."""
    rows = StatementVersion.objects.filter(statement__case=case).select_related("statement")
    return list(rows.order_by("-statement__created_at", "language", "-number"))


def _shown(case: Case, versions: Iterable[Any]) -> list[StatementVersion]:
    gone = (StatementState.SUPERSEDED, StatementState.RETRACTED)
    newest: dict[tuple[int, str], StatementVersion] = {}
    for row in versions:
        known = newest.setdefault((row.statement_id, row.language), row)
        if row.number > known.number:
            newest[row.statement_id, row.language] = row
    shown = [row for row in newest.values() if row.state not in gone]
    return sorted(shown, key=lambda row: row.language != case.primary_language)


# --- the next step ----------------------------------------------------------------------------------------------------
# Each rule yields at most one step; the first that speaks wins. What only this reader can do comes before the rest.


def _offer(view: Overview) -> Iterator[Step]:
    for row in view.offers[:1]:
        text = _("You are asked to take this role on in the case. Without an answer by {until} the deputy is asked.")
        yield Step(
            "offer",
            _("Answer: {role}").format(role=row.get_role_display()),
            text.format(until=_hour(row.answer_by)),
            (
                Link(reverse("cases:accept_role", args=[row.uuid]), _("I accept"), post=True),
                Link(reverse("cases:decline_role", args=[row.uuid]), _("Decline…")),
            ),
        )


def _correct(view: Overview) -> Iterator[Step]:
    for row in view.to_correct[:1] if view.may(Capability.CONTRIBUTE) else ():
        yield Step(
            "correct",
            _("Correct what is out: {text}").format(text=version_name(row)),
            _("What it says of a fact turned out wrong."),
            (Link(_statement(row), _("Open")),),
            "late",
        )


def _decide(view: Overview) -> Iterator[Step]:
    for row in view.mine[:1]:
        widens = min((stage.widens_at for stage in row.stages.all() if stage.widens_at), default=None)
        said = [_("It waits for you.")]
        if widens:
            said.append(_("At {time} the deputy is asked too.").format(time=_hour(widens)))
        said += _promise(view)
        yield Step(
            "decide",
            _("Decide: {text}").format(text=version_name(row.version)),
            " ".join(said),
            (Link(reverse("comms:approval", args=[row.uuid]), _("Read and decide")),),
        )


def _post(view: Overview) -> Iterator[Step]:
    for row in view.by_hand[:1]:
        yield Step(
            "by_hand",
            _("Publish by hand: {text}").format(text=version_name(row)),
            _("The text is approved. It waits for somebody to post it where the desk has no access."),
            (Link(reverse("comms:by_hand", args=[row.statement.uuid]), _("Publish by hand")),),
        )


def _change(view: Overview) -> Iterator[Step]:
    for row in view.returned[:1]:
        yield Step(
            "returned",
            _("Change the text: {text}").format(text=version_name(row)),
            _("It came back with a comment."),
            (Link(_statement(row), _("Read the comment")),),
            "held",
        )


def _begin(view: Overview) -> Iterator[Step]:
    case = view.case
    if case.state not in (CaseState.REPORTED, CaseState.TRIAGE, CaseState.WATCHING) or not view.may(Capability.LEAD):
        return
    limit = view.running_clock(ClockCode.SEV)
    if not view.is_assessed:
        text = _until(_("Three questions are enough. In doubt choose the graver answer."), limit)
        link = _case_link(case, "cases:assess_severity", _("Answer three questions"))
        yield Step("assess", _("Judge how grave it is"), text, (link,), _tone(limit))
    elif view.lead is None:
        yield _find_lead(view)
    else:
        yield from _go_on(view)


def _lead(view: Overview) -> Iterator[Step]:
    if view.case.activated_at and view.lead is None and view.may(Capability.LEAD) and view.case.is_open:
        yield _find_lead(view)


def _find_lead(view: Overview) -> Step:
    limit = view.running_clock(ClockCode.LEAD)
    text = _until(_("Take the lead yourself, or ask somebody. Two leads are no lead."), limit)
    link = _case_link(view.case, "cases:people", _("Offer the role"))
    return Step("lead", _("Find a crisis lead"), text, (link,), _tone(limit))


def _speak(view: Overview) -> Iterator[Step]:
    case = view.case
    if case.state != CaseState.ACTIVE or view.is_published or case.statement_waived_at:
        return
    limit = view.running_clock(ClockCode.FIRST)
    ready, drafts = view.in_state(StatementState.APPROVED), view.in_state(StatementState.DRAFT)
    if ready and view.may(Capability.PUBLISH):
        title, link = (
            _("Publish: {text}").format(text=version_name(ready[0])),
            Link(_statement(ready[0]), _("Publish…")),
        )
        yield Step("publish", title, _until(_("It is approved word for word."), limit), (link,), _tone(limit))
    elif view.requests:
        yield _awaited(view)
    elif not view.may(Capability.CONTRIBUTE) or case.severity == Severity.ROUTINE:
        return
    elif drafts:
        title = _("Finish: {text}").format(text=version_name(drafts[0]))
        text = _until(_("A draft is there. Finish it and send it for approval."), limit)
        yield Step("draft", title, text, (Link(_statement(drafts[0]), _("Go on writing")),), _tone(limit))
    else:
        text = _("Say what is known, what is done, and when more follows. An approved template needs one signature.")
        links = (
            _case_link(case, "comms:first_statement", _("From a template")),
            _case_link(case, "comms:case_statements", _("In your own words")),
        )
        yield Step("first", _("Make the first statement"), _until(text, limit), links, _tone(limit))


def _awaited(view: Overview) -> Step:
    row = view.requests[0]
    roles = ", ".join(stage.label for stage in row.stages.all() if not stage.filled_at)
    return Step(
        "awaited",
        _("In approval: {text}").format(text=version_name(row.version)),
        " ".join([_("It waits for: {roles}.").format(roles=roles), *_promise(view)]),
        (Link(reverse("comms:approval", args=[row.uuid]), _("See who decides")),),
        "held",
    )


def _late_task(view: Overview) -> Iterator[Step]:
    yield from (_task(view, row, "late") for row in [row for row in view.tasks if row.is_late][:1])


def _next_task(view: Overview) -> Iterator[Step]:
    yield from (_task(view, row, "") for row in view.tasks[:1])


def _task(view: Overview, row: Task, tone: str) -> Step:
    more = len(view.tasks) - 1
    said = [_("Due at {time}.").format(time=_hour(row.due_at))] if row.due_at else []
    if row.instruction:
        said.append(row.instruction)
    if more:
        said.append(ngettext("{n} more task of yours follows.", "{n} more tasks of yours follow.", more).format(n=more))
    url = reverse("cases:course", args=[view.case.reference]) + f"#task-{row.uuid}"
    return Step("task", row.title, " ".join(said), (Link(url, _("Open the task")),), tone)


def _update(view: Overview) -> Iterator[Step]:
    limit = view.running_clock(ClockCode.NEXT)
    if limit is None or not (limit.is_near or limit.is_late) or not view.may(Capability.CONTRIBUTE):
        return
    if view.requests:
        yield _awaited(view)
        return
    text = _until(_("Say something even if nothing is new."), limit)
    link = _case_link(view.case, "comms:case_statements", _("Write an update"))
    yield Step("update", _("Prepare the next update"), text, (link,), _tone(limit))


def _go_on(view: Overview) -> Iterator[Step]:
    for step in next_steps(view.case, view.principal)["way"][:1]:
        code, title = step.verb.__name__, str(step.onward.question) if step.onward else step.title
        if step.is_possible:
            calm = "" if code == "activate_case" else "calm"
            yield Step(code, title, step.text, (Link(step.url, step.title, post=not step.has_form),), calm)
        else:
            unmet = " ".join(f"{condition.message}." for condition in step.unmet)
            link = _case_link(view.case, "cases:course", _("Course and tasks"))
            yield Step(code, title, _("Not yet: {why}").format(why=unmet), (link,), "calm")


def _watch(view: Overview) -> Iterator[Step]:
    if view.requests:
        yield _awaited(view)


def _nothing(view: Overview) -> Iterator[Step]:
    if not view.case.is_open:
        yield Step("closed", _("The case is closed"), _("The course and the statements stay readable."), (), "calm")
        return
    text = ""
    if view.running:
        coming = view.running[0]
        text = _("Next: {clock}, until {time}.").format(clock=coming.get_code_display(), time=_hour(coming.due_at))
    yield Step("nothing", _("Nothing waits for you here"), text, (), "calm")


RULES: tuple[Callable[[Overview], Iterator[Step]], ...] = (
    _offer, _correct, _decide, _post, _change, _begin, _lead, _speak, _late_task, _update, _next_task, _go_on, _watch,
    _nothing,
)  # fmt: skip


def _case_link(case: Case, name: str, label: str) -> Link:
    return Link(reverse(name, args=[case.reference]), label)


def _statement(row: StatementVersion) -> str:
    return reverse("comms:statement", args=[row.statement.uuid])


def _hour(instant: Any) -> str:
    local, today = timezone.localtime(instant), timezone.localdate()
    return formats.date_format(local, "G:i" if local.date() == today else "j. n. G:i")


def _until(text: str, limit: Clock | None) -> str:
    if limit is None:
        return text
    said = _("The limit was {time}.") if limit.is_late else _("Limit: {time}.")
    return f"{text} {said.format(time=_hour(limit.due_at))}"


def _tone(limit: Clock | None) -> str:
    return "late" if limit is not None and limit.is_late else ""


def _promise(view: Overview) -> list[str]:
    limit = view.running_clock(ClockCode.NEXT)
    return [_("Promised to the public for {time}.").format(time=_hour(limit.due_at))] if limit else []
