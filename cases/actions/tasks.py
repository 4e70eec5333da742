"""Tasks: adding them, working on them, and saying why one is stuck or left out."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from cases.actions.entries import case_is_open, row_of_open_case
from cases.models import Case, DoneBy, Task
from cases.states import OPEN_TASK, TaskState
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.decorator import visible
from crisisdesk.core.actions.inputs import Inputs, Instant, Note, Reason, Text, Title, YesNo
from crisisdesk.core.actions.shared_inputs import CaseRole, Person
from crisisdesk.core.errors import Invalid, Unmet
from crisisdesk.core.models import User


def fulfil(act: Act, case: Case, deed: DoneBy) -> None:
    """Finish the open tasks whose step asks for exactly what the act has just done. A part of the verb that did it."""
    for task in case.tasks.open().filter(step__done_by=deed).select_related("step"):
        act.move(task, "finish")
        task.finished_at, task.finished_by = act.now, act.actor.user
        act.save(task)
        act.record("task.fulfilled", on=task, deed=deed.value)


class TaskInputs(Inputs):
    """A task beside the protocol."""

    title = Title(_("What is to be done"), missing=_("Say what is to be done"))
    instruction = Text(longest=5_000, required=False, page=False)
    role = CaseRole(required=False, blank=True, empty=_("anybody"))
    assignee = Person(_("Who"), required=False, empty=_("nobody yet"))
    due_at = Instant(_("Until"), required=False)
    blocking = YesNo(_("Must be done before the case is resolved"), required=False)


@action("cases.add_task", needs=Capability.CONTRIBUTE, title=_("Add a task"), creates=True, inputs=TaskInputs)
def add_task(
    case: Case,
    act: Act,
    *,
    title: str,
    instruction: str = "",
    role: str = "",
    assignee: User | None = None,
    due_at: datetime | None = None,
    blocking: bool = False,
) -> Task:
    """Add a task for a role or a person, due to the minute."""
    if assignee is not None and not assignee.is_active:
        raise Invalid({"assignee": _("This account is closed; choose somebody else")})
    task = act.save(
        Task(
            case=case,
            own_title=title,
            own_instruction=instruction,
            role=role,
            assignee=assignee,
            due_at=due_at,
            blocking=blocking,
        )
    )
    act.record("task.added", on=task, role=role, assignee=assignee.pk if assignee else None, blocking=blocking)
    return task


add_task.guard(case_is_open)


@action("cases.start_task", needs=Capability.CONTRIBUTE, moves="start", title=_("Start"))
def start_task(task: Task, act: Act) -> Task:
    """Say “I am on it”."""
    task.started_at = task.started_at or act.now
    task.assignee = task.assignee or act.user
    act.record("task.started", on=task)
    return task


def standing_finish(task: Task, act: Act, **given: object) -> Task | None:
    """The finished task, for the person who finished it before."""
    return task if task.state == TaskState.DONE and act.actor.same_as(task.finished_by_id) else None


class DoneInputs(Inputs):
    """How it went."""

    note = Note(_("How it went"), required=False)


@action(
    "cases.finish_task",
    needs=Capability.CONTRIBUTE,
    moves="finish",
    repeat=standing_finish,
    title=_("Done"),
    inputs=DoneInputs,
)
def finish_task(task: Task, act: Act, *, note: str = "") -> Task:
    """Say that the task is done; a note tells how it went."""
    task.finished_at, task.finished_by = act.now, act.actor.user
    entry = act.entry("note", on=task, text=note) if note else None
    act.record("task.finished", on=task, entry=entry)
    return task


class BlockInputs(Inputs):
    """Why."""

    reason = Reason(missing=_("Say what stands in the way"))


@action("cases.block_task", needs=Capability.CONTRIBUTE, moves="block", title=_("Blocked"), inputs=BlockInputs)
def block_task(task: Task, act: Act, *, reason: str) -> Task:
    """Say that the task cannot go on, and why."""
    task.reason = act.entry("reason", on=task, text=reason)
    act.record("task.blocked", on=task, entry=task.reason)
    return task


class AssignInputs(Inputs):
    """Who goes on with it, and until when."""

    assignee = Person(_("Who"))
    due_at = Instant(_("Until"), required=False, initial=lambda principal, task: task.due_at)


def assigned_so(
    task: Task, act: Act, *, assignee: User | None = None, due_at: datetime | None = None, **given: object
) -> Task | None:
    """The task as it is, where it was handed to this very person before."""
    return task if assignee is not None and task.assignee == assignee and due_at in (None, task.due_at) else None


@action(
    "cases.assign_task",
    needs=Capability.CONTRIBUTE,
    repeat=assigned_so,
    title=_("Hand on"),
    inputs=AssignInputs,
)
def assign_task(task: Task, act: Act, *, assignee: User, due_at: datetime | None = None) -> Task:
    """Hand the task to somebody, who goes on with it; `due_at` says until when, if that changes as well."""
    if not assignee.is_active:
        raise Invalid({"assignee": _("This account is closed; choose somebody else")})
    if not visible(task, Principal.for_user(assignee)):
        raise Invalid({"assignee": _("This person does not see the case; offer them a role first")})
    task.assignee, task.due_at = assignee, due_at or task.due_at
    act.save(task)
    act.record("task.assigned", on=task, user=assignee.pk)
    return task


@assign_task.guard
def task_is_open(task: Task, act: Act, **given: object) -> Unmet | None:
    """What is done or left out stays with whoever did it."""
    if task.state in OPEN_TASK:
        return None
    return Unmet("finished", _("This task is done or left out; add a new one"))


def _lead_where_it_blocks(task: Task) -> Capability:
    return Capability.LEAD if task.blocking else Capability.CONTRIBUTE


class SkipInputs(Inputs):
    """Why."""

    reason = Reason(missing=_("Say why this is left out"))


@action("cases.skip_task", needs=_lead_where_it_blocks, moves="skip", title=_("Leave out"), inputs=SkipInputs)
def skip_task(task: Task, act: Act, *, reason: str) -> Task:
    """Leave the task out, and say why. One that must be done is left out by the lead only."""
    task.reason = act.entry("reason", on=task, text=reason)
    task.finished_at, task.finished_by = act.now, act.actor.user
    act.record("task.skipped", on=task, entry=task.reason)
    return task


def what_comes_first_is_done(task: Task, act: Act, **given: object) -> Unmet | None:
    """Steps the protocol puts before this one are done or left out."""
    if task.step is None or not task.step.depends_on:
        return None
    waiting = task.case.tasks.filter(state__in=OPEN_TASK, step__order__in=task.step.depends_on).select_related("step")
    titles = [before.title for before in waiting]
    if not titles:
        return None
    return Unmet("depends_on", _("This comes first: %(titles)s") % {"titles": ", ".join(titles)})


start_task.guard(what_comes_first_is_done)
finish_task.guard(what_comes_first_is_done)
for verb in (start_task, assign_task, finish_task, block_task, skip_task):
    verb.guard(row_of_open_case)
