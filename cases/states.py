"""The state machines of a crisis: what exists, and which verb leads from where to where."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crisisdesk.core.states import States


class SignalState(models.TextChoices):
    """What became of a signal."""

    NEW = "new", _("new")
    TAKEN_OVER = "taken_over", _("taken over")
    ATTACHED = "attached", _("in a case")
    DISMISSED = "dismissed", _("dismissed")


SIGNAL_STATES = States(
    SignalState,
    start=[SignalState.NEW],
    edges={
        "take_over": ([SignalState.NEW], SignalState.TAKEN_OVER),
        "attach": ([SignalState.NEW, SignalState.TAKEN_OVER], SignalState.ATTACHED),
        "dismiss": ([SignalState.NEW, SignalState.TAKEN_OVER], SignalState.DISMISSED),
    },
)


class CaseState(models.TextChoices):
    """Where a case stands between the first signal and the lessons learned."""

    REPORTED = "reported", _("reported")
    TRIAGE = "triage", _("triage")
    WATCHING = "watching", _("watching")
    ACTIVE = "active", _("active")
    CONTAINED = "contained", _("contained")
    RESOLVED = "resolved", _("resolved")
    IN_REVIEW = "in_review", _("in review")
    CLOSED = "closed", _("closed")
    DISMISSED = "dismissed", _("dismissed")
    MERGED = "merged", _("merged")


BEFORE_CRISIS = (CaseState.REPORTED, CaseState.TRIAGE, CaseState.WATCHING)
OPEN_CASE = (*BEFORE_CRISIS, CaseState.ACTIVE, CaseState.CONTAINED, CaseState.RESOLVED, CaseState.IN_REVIEW)
# Work goes on in these; a closed case accepts nothing but being opened again.
SETTLED_CASE = (CaseState.CLOSED, CaseState.DISMISSED, CaseState.MERGED)

CASE_STATES = States(
    CaseState,
    start=[CaseState.REPORTED],
    edges={
        "acknowledge": ([CaseState.REPORTED], CaseState.TRIAGE),
        "watch": ([CaseState.TRIAGE], CaseState.WATCHING),
        "activate": ([CaseState.TRIAGE, CaseState.WATCHING], CaseState.ACTIVE),
        "dismiss": (BEFORE_CRISIS, CaseState.DISMISSED),
        "merge": ([CaseState.REPORTED, CaseState.TRIAGE, CaseState.ACTIVE], CaseState.MERGED),
        "contain": ([CaseState.ACTIVE], CaseState.CONTAINED),
        "relapse": ([CaseState.CONTAINED, CaseState.RESOLVED], CaseState.ACTIVE),
        "resolve": ([CaseState.CONTAINED], CaseState.RESOLVED),
        "start_review": ([CaseState.RESOLVED], CaseState.IN_REVIEW),
        "close": ([CaseState.RESOLVED, CaseState.IN_REVIEW], CaseState.CLOSED),
        "reopen": ([CaseState.CLOSED], CaseState.ACTIVE),
    },
)


class RoleState(models.TextChoices):
    """What became of the offer of a role."""

    OFFERED = "offered", _("offered")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    LAPSED = "lapsed", _("lapsed")
    ENDED = "ended", _("ended")


OPEN_ROLE = (RoleState.OFFERED, RoleState.ACCEPTED)

ROLE_STATES = States(
    RoleState,
    start=[RoleState.OFFERED, RoleState.ACCEPTED],
    edges={
        "accept": ([RoleState.OFFERED], RoleState.ACCEPTED),
        "decline": ([RoleState.OFFERED], RoleState.DECLINED),
        "lapse": ([RoleState.OFFERED], RoleState.LAPSED),
        "end": ([RoleState.ACCEPTED], RoleState.ENDED),
    },
)


class TaskState(models.TextChoices):
    """How far a task is."""

    TODO = "todo", _("to do")
    IN_PROGRESS = "in_progress", _("in progress")
    BLOCKED = "blocked", _("blocked")
    DONE = "done", _("done")
    SKIPPED = "skipped", _("skipped")


OPEN_TASK = (TaskState.TODO, TaskState.IN_PROGRESS, TaskState.BLOCKED)

TASK_STATES = States(
    TaskState,
    start=[TaskState.TODO],
    edges={
        "start": ([TaskState.TODO, TaskState.BLOCKED], TaskState.IN_PROGRESS),
        "block": ([TaskState.TODO, TaskState.IN_PROGRESS], TaskState.BLOCKED),
        "finish": (OPEN_TASK, TaskState.DONE),
        "skip": (OPEN_TASK, TaskState.SKIPPED),
    },
)


class FactState(models.TextChoices):
    """How sure we are of a fact."""

    UNVERIFIED = "unverified", _("unverified")
    OPEN = "open", _("open question")
    CONFIRMED = "confirmed", _("confirmed")
    REFUTED = "refuted", _("refuted")
    OBSOLETE = "obsolete", _("obsolete")


FACT_STATES = States(
    FactState,
    start=[FactState.UNVERIFIED, FactState.OPEN],
    edges={
        "confirm": ([FactState.UNVERIFIED, FactState.OPEN, FactState.REFUTED], FactState.CONFIRMED),
        "refute": ([FactState.UNVERIFIED, FactState.OPEN, FactState.CONFIRMED], FactState.REFUTED),
        "retire": (
            [FactState.UNVERIFIED, FactState.OPEN, FactState.CONFIRMED, FactState.REFUTED],
            FactState.OBSOLETE,
        ),
    },
)
