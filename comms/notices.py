"""What people are told about texts. A notice names the case and the kind of text, never the text itself."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comms.candidates import Candidates
from comms.models import ApprovalRequest, ReleaseReview, RequestStage, StatementVersion
from comms.states import HeldBack, Purpose, StatementState
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.roles import ROLE_CAPABILITIES
from crisisdesk.core.actions.act import Act
from crisisdesk.core.jobs.notifications import declare_notice, notify
from crisisdesk.core.languages import language_word
from crisisdesk.core.models import User


def _purpose(code: str) -> str:
    return str(Purpose(code).label)


def _why(code: str) -> str:
    return str(HeldBack(code).label)


def _in_reader_language(names: dict[str, str]) -> str:
    return names["cs" if get_language() == "cs" else "en"]


_WORDS = {"purpose": _purpose, "language": language_word}


def _decided(request: ApprovalRequest, user: User) -> bool:
    """Whether the person is not waited for any more: the request or all their stages were decided, or they did."""
    if not request.is_open or not request.version.statement.case.is_open:
        return True
    if request.approvals.filter(user=user).exists():
        return True
    candidates = Candidates(request.version)
    return not any(_asks(stage, user, candidates) for stage in request.stages.filter(filled_at=None))


def _asks(stage: RequestStage, user: User, candidates: Candidates) -> bool:
    if stage.person_id is not None:
        return stage.person_id == user.pk
    asked = candidates.own(stage.roles) | candidates.deputies(stage.roles)
    return user.pk in asked or (stage.executive_at is not None and user.pk in candidates.executives())


def _closed(request: ApprovalRequest, user: User) -> bool:
    return not request.is_open


def _sent_again(version: StatementVersion, user: User) -> bool:
    """Whether the authors have reacted already."""
    newest = version.statement.newest(version.language) or version
    return newest != version and newest.state != StatementState.DRAFT


def _waits_no_longer(version: StatementVersion, user: User) -> bool:
    """Whether somebody has published, scheduled or replaced the approved text meanwhile."""
    return version.state != StatementState.APPROVED


def _reviewed(review: ReleaseReview, user: User) -> bool:
    return review.reviewed_at is not None


declare_notice(
    "approval.waiting",
    subject=_("{reference}: a text waits for your decision ({purpose}, {language})"),
    text=_(
        "Please read the text and approve it, return it or reject it. It goes out only when everybody asked has agreed."
    ),
    button=_("Read and decide"),
    words=_WORDS,
    settled=_decided,
)
declare_notice(
    "approval.quoted",
    subject=_("{reference}: a text quotes you and waits for your agreement ({purpose}, {language})"),
    text=_("Please read the text and approve it, return it or reject it. It does not go out without your agreement."),
    button=_("Read and decide"),
    words=_WORDS,
    settled=_decided,
)
declare_notice(
    "approval.deputy",
    subject=_("{reference}: a text waits for your decision as deputy ({purpose}, {language})"),
    text=_("Nobody has answered in time. Please read the text and approve it, return it or reject it."),
    button=_("Read and decide"),
    words=_WORDS,
    settled=_decided,
)
declare_notice(
    "approval.left_to_deputy",
    subject=_("{reference}: a text waits for your decision as deputy ({purpose}, {language})"),
    text=_(
        "Whoever holds the role wrote in the text or is not there, so you decide as deputy. "
        "Please read the text and approve it, return it or reject it."
    ),
    button=_("Read and decide"),
    words=_WORDS,
    settled=_decided,
)
declare_notice(
    "approval.executive",
    subject=_("{reference}: a text waits for your decision ({purpose}, {language})"),
    text=_(
        "Nobody who was asked has answered in time, so the executive may decide too. "
        "Please read the text and approve it, return it or reject it."
    ),
    button=_("Read and decide"),
    words=_WORDS,
    settled=_decided,
)
declare_notice(
    "approval.informed",
    subject=_("{reference}: for your information, a text is being decided about ({purpose}, {language})"),
    text=_(
        "You are not asked to decide. If something in the text worries you, tell those who do; they stand beside it."
    ),
    button=_("Read the text"),
    words=_WORDS,
    settled=_closed,
)
declare_notice(
    "approval.informed_of_decision",
    subject=_("{reference}: for your information, a text is approved ({purpose}, {language})"),
    text=_("You are not asked to decide. This is the text that was approved."),
    button=_("Read the text"),
    words=_WORDS,
)
declare_notice(
    "statement.came_back",
    subject=_("{reference}: your text came back ({purpose}, {language})"),
    text=_(
        "Somebody who decides about the text asks for changes or has rejected it; the reason stands beside the text."
    ),
    button=_("Open the text"),
    words=_WORDS,
    settled=_sent_again,
)
declare_notice(
    "statement.missed",
    subject=_("{reference}: a text did not go out at its time ({purpose}, {language})"),
    text=_(
        "It could not leave when it was scheduled, so it stays approved. "
        "Please decide whether it goes out now, later or not at all."
    ),
    button=_("Open the text"),
    words=_WORDS,
    settled=_waits_no_longer,
)
declare_notice(
    "statement.held_back",
    subject=_("{reference}: a text is approved and did not leave ({purpose}, {language})"),
    text=_("{why}. Put that right and publish the text, or start a new version."),
    button=_("Open the text"),
    words={**_WORDS, "why": _why},
    settled=_waits_no_longer,
)
declare_notice(
    "statement.not_everywhere",
    subject=_("{reference}: a text has left, but not everywhere ({purpose}, {language})"),
    text=_("Closed or stopped, and so not reached: {accounts}."),
    button=_("Open the text"),
    words={**_WORDS, "accounts": _in_reader_language},
)
declare_notice(
    "release.to_review",
    subject=_("{reference}: a text went out on one signature and waits to be read again ({purpose}, {language})"),
    text=_("Please read what went out and say by 9:00 whether it was in order."),
    button=_("Read it"),
    words=_WORDS,
    settled=_reviewed,
)


def _about(version: StatementVersion) -> dict[str, Any]:
    return {
        "reference": version.statement.case.reference,
        "purpose": version.statement.purpose,
        "language": version.language,
    }


def _round(version: StatementVersion) -> str:
    return str(version.number)


def tell_deciders(
    act: Act, request: ApprovalRequest, users: Iterable[int], *, kind: str = "approval.waiting", round_: str = ""
) -> None:
    """Tell people that a text waits for them, or (`kind`) what else there is to know about it.

    The round is the version's number, unless what is told comes about more than once while the version waits.
    """
    path = reverse("comms:approval", args=[request.uuid])
    people = request.version.statement.case.may_tell(User.objects.filter(pk__in=users))
    round_ = round_ or _round(request.version)
    notify(act, people, kind, on=request, round_=round_, path=path, **_about(request.version))


def tell_next(act: Act, stage: RequestStage, users: Iterable[int], *, kind: str) -> None:
    """Tell people that they may decide too, because nobody has within the stage's time.

    Stages whose time comes at the same instant are one round: whoever may decide in both reads of it once. A stage
    whose time comes later is another round.
    """
    tell_deciders(act, stage.request, users, kind=kind, round_=stage.due_at.isoformat())


def tell_authors(act: Act, version: StatementVersion) -> None:
    """Tell everybody who wrote in a text that it came back."""
    authors = version.statement.case.may_tell(User.objects.filter(pk__in=version.contributors.values("user")))
    path = reverse("comms:statement", args=[version.statement.uuid])
    about = _about(version)
    notify(act, authors, "statement.came_back", on=version, round_=_round(version), path=path, **about)


def tell_publishers(act: Act, version: StatementVersion, kind: str, *, round_: str = "", **values: Any) -> None:
    """Tell everybody who wrote in a text, and whoever may publish it in its case, what keeps it from leaving.

    The round is the version's number, unless the same can come about more than once for a version.
    """
    roles = [role for role, held in ROLE_CAPABILITIES.items() if Capability.PUBLISH in held]
    writers = version.contributors.values_list("user_id", flat=True)
    found = User.objects.filter(pk__in={*Candidates(version).own(roles), *writers})
    people, path = version.statement.case.may_tell(found), reverse("comms:statement", args=[version.statement.uuid])
    notify(act, people, kind, on=version, round_=round_ or _round(version), path=path, **_about(version), **values)


def tell_reviewers(act: Act, review: ReleaseReview, users: Iterable[int]) -> None:
    """Tell people that a signed text waits to be read again; not at night."""
    version = review.release.version
    path = reverse("comms:statement", args=[version.statement.uuid])
    reviewers, about = version.statement.case.may_tell(User.objects.filter(pk__in=users)), _about(version)
    notify(act, reviewers, "release.to_review", on=review, round_=_round(version), path=path, urgent=False, **about)
