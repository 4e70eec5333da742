"""What people are told by mail about texts. A mail names the case and the kind of text, never the text itself."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comms.candidates import Candidates
from comms.models import ApprovalRequest, ReleaseReview, StatementVersion
from comms.states import HeldBack, Purpose
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

declare_notice(
    "approval.waiting",
    subject=_("{reference}: a text waits for your decision ({purpose}, {language})"),
    text=_(
        "Please read the text and approve it, return it or reject it. It goes out only when everybody asked has agreed."
    ),
    button=_("Read and decide"),
    words=_WORDS,
)
declare_notice(
    "approval.quoted",
    subject=_("{reference}: a text quotes you and waits for your agreement ({purpose}, {language})"),
    text=_("Please read the text and approve it, return it or reject it. It does not go out without your agreement."),
    button=_("Read and decide"),
    words=_WORDS,
)
declare_notice(
    "approval.deputy",
    subject=_("{reference}: a text waits for your decision as deputy ({purpose}, {language})"),
    text=_("Nobody has answered in time. Please read the text and approve it, return it or reject it."),
    button=_("Read and decide"),
    words=_WORDS,
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
)
declare_notice(
    "approval.informed",
    subject=_("{reference}: for your information, a text is being decided about ({purpose}, {language})"),
    text=_(
        "You are not asked to decide. If something in the text worries you, tell those who do; they stand beside it."
    ),
    button=_("Read the text"),
    words=_WORDS,
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
)
declare_notice(
    "statement.held_back",
    subject=_("{reference}: a text is approved and did not leave ({purpose}, {language})"),
    text=_("{why}. Put that right and publish the text, or start a new version."),
    button=_("Open the text"),
    words={**_WORDS, "why": _why},
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
)


def _about(version: StatementVersion) -> dict[str, Any]:
    return {
        "reference": version.statement.case.reference,
        "purpose": version.statement.purpose,
        "language": version.language,
    }


def tell_deciders(act: Act, request: ApprovalRequest, users: Iterable[int], *, kind: str = "approval.waiting") -> None:
    """Tell people that a text waits for them, or (`kind`) what else there is to know about it."""
    path = reverse("comms:approval", args=[request.uuid])
    notify(act, User.objects.filter(pk__in=users), kind, on=request, path=path, **_about(request.version))


def tell_authors(act: Act, version: StatementVersion) -> None:
    """Tell everybody who wrote in a text that it came back."""
    authors = User.objects.filter(pk__in=version.contributors.values("user"))
    path = reverse("comms:statement", args=[version.statement.uuid])
    notify(act, authors, "statement.came_back", on=version, path=path, **_about(version))


def tell_publishers(act: Act, version: StatementVersion, kind: str, **values: Any) -> None:
    """Tell everybody who wrote in a text, and whoever may publish it in its case, what keeps it from leaving."""
    roles = [role for role, held in ROLE_CAPABILITIES.items() if Capability.PUBLISH in held]
    writers = version.contributors.values_list("user_id", flat=True)
    people = User.objects.filter(pk__in={*Candidates(version).own(roles), *writers})
    path = reverse("comms:statement", args=[version.statement.uuid])
    notify(act, people, kind, on=version, path=path, **_about(version), **values)


def tell_reviewers(act: Act, review: ReleaseReview, users: Iterable[int]) -> None:
    """Tell people that a signed text waits to be read again; not at night."""
    version = review.release.version
    path = reverse("comms:statement", args=[version.statement.uuid])
    reviewers = User.objects.filter(pk__in=users)
    notify(act, reviewers, "release.to_review", on=review, path=path, urgent=False, **_about(version))
