"""The state machines of what is said: templates, versions of statements, requests for approval."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crisisdesk.core.states import States


class Purpose(models.TextChoices):
    """What a statement is for; also the key of the approval policy."""

    FIRST = "first", _("first statement")
    UPDATE = "update", _("update")
    APOLOGY = "apology", _("apology")
    CORRECTION = "correction", _("correction")
    REPLY = "reply", _("answer to a topic")
    PRESS_ANSWER = "press_answer", _("press answer")
    STAFF = "staff", _("staff message")
    REGULATOR = "regulator", _("notice to an authority")


# What an approved template may say on one signature: what happened and when more follows. Who may admit fault, correct,
# or write to somebody in particular is decided each time.
SIGNED_PURPOSES = (Purpose.FIRST, Purpose.UPDATE)
# These are for everybody; the others go to somebody and never to the newsroom or its subscribers.
PUBLIC_PURPOSES = frozenset({Purpose.FIRST, Purpose.UPDATE, Purpose.APOLOGY, Purpose.CORRECTION})


class StatementState(models.TextChoices):
    """Where one version in one language stands. What became of its sending is told by its deliveries."""

    DRAFT = "draft", _("draft")
    IN_APPROVAL = "in_approval", _("in approval")
    RETURNED = "returned", _("returned for changes")
    REJECTED = "rejected", _("rejected")
    APPROVED = "approved", _("approved")
    SCHEDULED = "scheduled", _("scheduled")
    PUBLISHING = "publishing", _("given to the channels")
    SUPERSEDED = "superseded", _("replaced by a new version")
    CORRECTED = "corrected", _("corrected")
    RETRACTED = "retracted", _("retracted")


class Stance(models.TextChoices):
    """What a text says of a fact it cites."""

    ASSERT = "assert", _("asserts it")
    DENY = "deny", _("denies it")
    OPEN = "open", _("leaves it open")


class HeldBack(models.TextChoices):
    """Why an approved text did not leave although it was to leave as soon as it was approved."""

    NO_CHANNEL = "no_channel", _("None of the chosen channels is open for this language")
    REFUTED_FACT = "refuted_fact", _("The text asserts a fact that has been refuted")
    CONFIRMED_FACT = "confirmed_fact", _("The text denies a fact that has been confirmed")
    EXERCISE = "exercise", _("An exercise reaches no live channel")


_S = StatementState

# Versions in which a statement goes on in one language; the database allows one of them at a time.
OPEN_VERSION = (_S.DRAFT, _S.IN_APPROVAL, _S.APPROVED, _S.SCHEDULED)
# Versions somebody allowed, word for word.
ALLOWED_VERSION = (_S.APPROVED, _S.SCHEDULED, _S.PUBLISHING, _S.CORRECTED, _S.RETRACTED)
# Versions whose settings, such as the channels, are part of what was submitted.
SUBMITTED_VERSION = (_S.IN_APPROVAL, _S.APPROVED, _S.SCHEDULED, _S.PUBLISHING)

STATEMENT_STATES = States(
    StatementState,
    start=[_S.DRAFT],
    edges={
        "submit": ([_S.DRAFT], _S.IN_APPROVAL),
        "sign": ([_S.DRAFT], _S.APPROVED),
        "take_back": ([_S.IN_APPROVAL], _S.RETURNED),
        "return": ([_S.IN_APPROVAL], _S.RETURNED),
        "reject": ([_S.IN_APPROVAL], _S.REJECTED),
        "approve": ([_S.IN_APPROVAL], _S.APPROVED),
        "schedule": ([_S.APPROVED], _S.SCHEDULED),
        "unschedule": ([_S.SCHEDULED], _S.APPROVED),
        "publish": ([_S.APPROVED, _S.SCHEDULED], _S.PUBLISHING),
        "supersede": ([_S.APPROVED, _S.SCHEDULED], _S.SUPERSEDED),
        "correct": ([_S.PUBLISHING], _S.CORRECTED),
        "retract": ([_S.SCHEDULED, _S.PUBLISHING, _S.CORRECTED], _S.RETRACTED),
    },
)


class Status(models.TextChoices):
    """The six words people read for a statement; computed, never stored."""

    DRAFT = "draft", _("draft")
    IN_APPROVAL = "in_approval", _("in approval")
    APPROVED = "approved", _("approved")
    SCHEDULED = "scheduled", _("scheduled")
    PUBLISHED = "published", _("published")
    NEEDS_ATTENTION = "needs_attention", _("needs attention")


class RequestState(models.TextChoices):
    """What became of a request for approval."""

    OPEN = "open", _("open")
    SATISFIED = "satisfied", _("approved")
    RETURNED = "returned", _("returned for changes")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("taken back")


_R = RequestState

REQUEST_STATES = States(
    RequestState,
    start=[_R.OPEN],
    edges={
        "satisfy": ([_R.OPEN], _R.SATISFIED),
        "return": ([_R.OPEN], _R.RETURNED),
        "reject": ([_R.OPEN], _R.REJECTED),
        "withdraw": ([_R.OPEN], _R.WITHDRAWN),
    },
)


class Verdict(models.TextChoices):
    """What somebody decided about a text."""

    APPROVE = "approve", _("approved")
    RETURN = "return", _("returned for changes")
    REJECT = "reject", _("rejected")


class TemplateState(models.TextChoices):
    """Where one version of a template in one language stands."""

    DRAFT = "draft", _("draft")
    IN_APPROVAL = "in_approval", _("in approval")
    APPROVED = "approved", _("approved")
    RETIRED = "retired", _("retired")


_T = TemplateState

TEMPLATE_STATES = States(
    TemplateState,
    start=[_T.DRAFT],
    edges={
        "submit": ([_T.DRAFT], _T.IN_APPROVAL),
        "return": ([_T.IN_APPROVAL], _T.DRAFT),
        "approve": ([_T.IN_APPROVAL], _T.APPROVED),
        "retire": ([_T.APPROVED], _T.RETIRED),
    },
)


class ReviewOutcome(models.TextChoices):
    """What the morning after says about a text that went out on one signature."""

    CONFIRMED = "confirmed", _("in order")
    FAULTED = "faulted", _("not in order")
