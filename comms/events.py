"""What happens to texts before they leave, as sentences without gender, the actor after a colon."""

from django.utils.translation import gettext_lazy as _

from comms.models.policies import PolicyText
from comms.quorum import QUOTED
from comms.states import Purpose, ReviewOutcome
from crisisdesk.core.access.roles import Role
from crisisdesk.core.errors import constraint_message
from crisisdesk.core.languages import language_word
from crisisdesk.core.log.events import declare


def _purpose(code: str) -> str:
    return str(Purpose(code).label) if code in Purpose.values else code


def _roles(codes: str | list[str]) -> str:
    """Roles of one stage (`care/comms_lead`) or of several, in the reader's language."""
    if isinstance(codes, list):
        return ", ".join(_roles(stage) for stage in codes)
    if codes == QUOTED:
        return str(_("person quoted"))
    return " / ".join(str(Role(code).label) if code in Role.values else code for code in codes.split("/"))


def _outcome(code: str) -> str:
    return str(ReviewOutcome(code).label) if code in ReviewOutcome.values else code


def _text(code: str) -> str:
    return str(PolicyText(code).label) if code in PolicyText.values else code


_LEVELS = {"deputy": _("deputy"), "executive": _("executive")}

LANGUAGE = {"language": language_word}
PURPOSE = {"purpose": _purpose, **LANGUAGE}
DECIDED = {**PURPOSE, "roles": _roles}

declare("statement.drafted", _("Draft started – {purpose} ({language}): {actor}"), words=PURPOSE)
declare("statement.edited", _("Text edited – {purpose}, version {number} ({language}): {actor}"), words=PURPOSE)
declare("statement.changed", _("Settings of a statement changed – {purpose}: {actor}"), words=PURPOSE)
declare("statement.revised", _("New version {number} started – {purpose} ({language}): {actor}"), words=PURPOSE)
declare(
    "statement.submitted",
    _("Sent for approval – {purpose}, version {number} ({language}): {actor}"),
    tone="step",
    words=DECIDED,
)
declare(
    "statement.taken_back",
    _("Taken back from approval – {purpose}, version {number} ({language}): {actor}"),
    words=PURPOSE,
)
declare(
    "approval.given",
    _("Approved as {roles} – {purpose}, version {number} ({language}): {actor}"),
    tone="good",
    words=DECIDED,
)
declare(
    "approval.informed",
    _("Told without having to decide ({roles}) – {purpose}, version {number} ({language}): {actor}"),
    words=DECIDED,
)
declare(
    "approval.informed_of_decision",
    _("Told that it is approved ({roles}) – {purpose}, version {number} ({language}): {actor}"),
    words=DECIDED,
)
declare(
    "approval.widened",
    _("No answer from {roles}, the {level} may decide too – {purpose}, version {number} ({language}): {actor}"),
    tone="bad",
    words={**DECIDED, "level": _LEVELS},
)
declare(
    "approval.left_to_deputy",
    _("Nobody else decides as {roles}, the deputy is asked – {purpose}, version {number} ({language}): {actor}"),
    tone="step",
    words=DECIDED,
)
declare(
    "approval.unanswered",
    _("No answer from {roles}, and no {level} is available – {purpose}, version {number} ({language}): {actor}"),
    tone="bad",
    words={**DECIDED, "level": _LEVELS},
)
declare(
    "statement.approved",
    _("Approved word for word – {purpose}, version {number} ({language}): {actor}"),
    tone="good",
    words=PURPOSE,
)
declare(
    "statement.returned",
    _("Returned for changes – {purpose}, version {number} ({language}): {actor}"),
    tone="bad",
    words=PURPOSE,
)
declare(
    "statement.rejected", _("Rejected – {purpose}, version {number} ({language}): {actor}"), tone="bad", words=PURPOSE
)
declare(
    "statement.published",
    _("Published – {purpose}, version {number} ({language}): {actor}"),
    tone="good",
    words=PURPOSE,
)
declare(
    "statement.corrected",
    _("Corrected by a new text – {purpose}, version {number} ({language}): {actor}"),
    words=PURPOSE,
)

declare(
    "release.signed",
    _("Signed from an approved template – {purpose} ({language}): {actor}"),
    tone="step",
    words=PURPOSE,
)
declare(
    "release.reviewed",
    _("Signed text reviewed, {outcome} – {purpose} ({language}): {actor}"),
    tone="good",
    words={**PURPOSE, "outcome": _outcome},
)
declare(
    "release.review_overdue",
    _("Nobody has reviewed the signed text in time – {purpose} ({language}): {actor}"),
    tone="bad",
    words=PURPOSE,
)

declare("template.created", _("Template added ({template}): {actor}"))
declare("template.drafted", _("Template version {number} started ({template}, {language}): {actor}"), words=LANGUAGE)
declare("template.edited", _("Template edited ({template}, {language}, version {number}): {actor}"), words=LANGUAGE)
declare(
    "template.submitted",
    _("Template sent for approval ({template}, {language}, version {number}): {actor}"),
    tone="step",
    words=LANGUAGE,
)
declare(
    "template.confirmed",
    _("Template approved by one person ({template}, {language}, version {number}): {actor}"),
    tone="good",
    words=LANGUAGE,
)
declare(
    "template.approved",
    _("Template approved for use ({template}, {language}, version {number}): {actor}"),
    tone="good",
    words=LANGUAGE,
)
declare(
    "template.returned",
    _("Template returned for changes ({template}, {language}, version {number}): {actor}"),
    tone="bad",
    words=LANGUAGE,
)
declare("template.retired", _("Template retired ({template}, {language}, version {number}): {actor}"), words=LANGUAGE)
declare("value.registered", _("Value for closed fields registered: {actor}"))
declare("value.closed", _("Value for closed fields withdrawn: {actor}"))

declare("policy.changed", _("Approval policy changed ({text}): {actor}"), tone="step", words={"text": _text})
declare("policy.proposed", _("Weaker approval policy proposed ({text}): {actor}"), tone="bad", words={"text": _text})
declare("policy.declined", _("Weaker approval policy declined ({text}): {actor}"), words={"text": _text})

constraint_message("comms_version_final", _("A submitted text never changes. Start a new version."))
constraint_message("comms_four_eyes", _("Whoever wrote in a text does not decide about it. Somebody else has to."))
constraint_message("comms_approval_of_request", _("This decision is about another text. Open it again."))
constraint_message("comms_quoted_agrees", _("Only the person quoted can agree to the quotation"))
constraint_message("comms_version_allowed", _("Nobody has approved this text as it stands"))
constraint_message("comms_request_satisfied", _("Approvals are missing"))
constraint_message("comms_review_by_other", _("You signed this text. Somebody else has to review it."))
constraint_message("comms_template_final", _("An approved template never changes. Start a new version."))
constraint_message("comms_template_four_eyes", _("Whoever wrote a template does not approve it. Somebody else has to."))
constraint_message("comms_template_approved", _("Two people who did not write it approve a template"))
