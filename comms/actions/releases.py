"""One signature: an untouched approved template with closed fields goes out at once and is read again next morning."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import Case, RoleAssignment
from comms import hashing
from comms.actions.statements import template_is_approved
from comms.actions.versions import about, case_is_open, count_in, start_version
from comms.candidates import Candidates
from comms.models import (
    ApprovalPolicy,
    PolicyText,
    RegisteredValue,
    ReleaseReview,
    Statement,
    StatementVersion,
    TemplateRelease,
    TemplateVersion,
)
from comms.models.templates import APPROVERS_NEEDED
from comms.notices import tell_reviewers
from comms.placeholders import OpenValue, PlaceholderType, closed
from comms.sending.actions.publishing import send_out
from comms.sending.models import Account
from comms.states import SIGNED_PURPOSES, ReviewOutcome, StatementState
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.roles import Role
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import LONGEST_REASON, Choice, Inputs, Many, Row, Text, Texts
from crisisdesk.core.errors import Invalid, Unmet
from crisisdesk.core.errors import Text as Said

# Local time by which somebody else has read what went out on one signature.
REVIEW_BY = time(9, 0)

CLOSED_ONLY = {
    PlaceholderType.CHOICE: _("Choose one of the listed values"),
    PlaceholderType.TIME: _("Only a time fits here, for example 11:00"),
    PlaceholderType.PHONE: _("Only a phone number fits here, for example 800 123 456"),
    PlaceholderType.LINK: _("Only an https or e-mail address of the brand's own fits here"),
    PlaceholderType.PRODUCT: _("Choose a registered product or branch"),
    PlaceholderType.BATCH: _("Only a batch code fits here, for example L2207"),
}


def sort_values(
    versions: Sequence[TemplateVersion], values: Mapping[str, str], case: Case
) -> tuple[dict[str, str], dict[str, Said]]:
    """The values that fit their closed fields, in their one form; and a sentence for each that does not."""
    register = RegisteredValue.register_of(case.brand)
    found: dict[str, str] = {}
    errors: dict[str, Said] = {}
    for field in (field for version in versions for field in version.fields()):
        given = str(values.get(field.name, ""))
        try:
            found[field.name] = closed(field, given, register)
        except OpenValue:
            free = _("A free text does not fit: it needs the ordinary approval.")
            sentence = CLOSED_ONLY[field.type]
            errors[field.name] = format_lazy("{}. {}", sentence, free) if " " in given.strip() else sentence
    for name in values.keys() - found.keys() - errors.keys():
        errors[name] = _("The template has no such field")
    return found, errors


def closed_values(versions: Sequence[TemplateVersion], values: Mapping[str, str], case: Case) -> dict[str, str]:
    """The values of all closed fields in their one form; `Invalid` names each field that holds anything else."""
    found, errors = sort_values(versions, values, case)
    if errors:
        raise Invalid(errors)
    return found


def _out_already(
    case: Case,
    act: Act,
    *,
    versions: Sequence[TemplateVersion] = (),
    values: Mapping[str, str] | None = None,
    **rest: Any,
) -> StatementVersion | None:
    """The version this person has signed with the same values and that still stands."""
    if not versions or act.actor.user is None:
        return None
    mine = TemplateRelease.objects.filter(
        signed_by=act.actor.user,
        template_version=versions[0],
        version__statement__case=case,
        version__state=StatementState.PUBLISHING,
    )
    wanted = closed_values(versions, values or {}, case)
    return next((row.version for row in mine.select_related("version") if row.values == wanted), None)


class ReleaseInputs(Inputs):
    """An approved template with closed values; the version in the primary language comes first."""

    versions = Many(each=Row(of=TemplateVersion), missing=_("Choose a template"), page=False)
    # What does not fit a closed field, the body says with the remedy for its type.
    values = Texts(each=Text(longest=500, required=False), page=False)
    accounts = Many(each=Row(of=Account), required=False, page=False)


@action(
    "comms.release_template",
    needs=Capability.PUBLISH,
    needs_fresh=True,
    creates=True,
    repeat=_out_already,
    title=_("Sign and publish"),
    inputs=ReleaseInputs,
    only_person=True,
)
def release_template(
    case: Case,
    act: Act,
    *,
    versions: Sequence[TemplateVersion],
    values: Mapping[str, str],
    accounts: Sequence[Account] | None = None,
) -> StatementVersion:
    """Sign an approved template with closed values and publish it, in each language of `versions` (all of one template,
    the case's primary language first). The version in the primary language is returned."""
    _check_versions(case, versions)
    template_is_approved(versions)
    filled_in = closed_values(versions, values, case)
    statement = act.save(Statement(case=case, purpose=versions[0].template.purpose))
    open_accounts = Account.objects.filter(brand=case.brand_id, active=True)
    chosen = None if accounts is None else [account.pk for account in accounts]
    statement.accounts.set(open_accounts if chosen is None else open_accounts.filter(pk__in=chosen))
    signed = [_sign(act, statement, template, filled_in) for template in versions]
    for version in signed:
        send_out(act, version)
    return signed[0]


def _check_versions(case: Case, versions: Sequence[TemplateVersion]) -> None:
    if versions[0].language != case.primary_language:
        raise Invalid({"versions": _("The primary language of the case goes first")})
    one_template = len({version.template_id for version in versions}) == 1
    if not one_template or len({version.language for version in versions}) != len(versions):
        raise Invalid({"versions": _("Choose one template, each language once")})
    template = versions[0].template
    if template.purpose not in SIGNED_PURPOSES:
        raise Invalid(
            {"versions": _("Only first statements and updates go out on one signature; this text needs approval")}
        )
    if template.brand_id != case.brand_id:
        raise Invalid({"versions": _("Choose a template of this brand")})
    kinds = set(template.kinds.values_list("pk", flat=True))
    if kinds and case.kind_id not in kinds:
        raise Invalid({"versions": _("This template is for another kind of crisis")})


def _sign(act: Act, statement: Statement, template: TemplateVersion, values: dict[str, str]) -> StatementVersion:
    """One language: the template with its values, the signature, and the review it owes."""
    fields = {field.name for field in template.fields()}
    own = {name: value for name, value in values.items() if name in fields}
    texts = {hashing.MASTER: template.filled(own)}
    version = start_version(act, statement, template.language, texts=texts)
    count_in(act, version)
    version.template_version, version.values = template, own
    version.channels = sorted(
        Account.objects.speaking(version.language).filter(statements=statement).values_list("uuid", flat=True)
    )
    version.next_update_at = _promised(template, own, act.now, statement.case)
    version.submitted_by, version.submitted_at, version.approved_at = act.user, act.now, act.now
    version.payload_hash = version.computed_hash()
    act.move(version, "sign")
    act.save(version)
    release = act.save(
        TemplateRelease(
            version=version,
            template_version=template,
            values=own,
            payload_hash=version.payload_hash,
            signed_by=act.user,
            signed_at=act.now,
            via=act.actor.via,
        )
    )
    review = act.later(ReleaseReview(release=release, due_at=next_morning(act.now, statement.case)))
    tell_reviewers(act, review, Candidates(version).own([Role.COMMS_LEAD, Role.CRISIS_LEAD]))
    act.record(
        "release.signed",
        on=version,
        payload_hash=version.payload_hash,
        template=template.template.code,
        template_version=str(template.uuid),
        **about(version),
    )
    return version


def _promised(template: TemplateVersion, values: Mapping[str, str], now: datetime, case: Case) -> datetime | None:
    """The next instant at which the local clock shows the time the template promises; None without one time field."""
    times = [values[field.name] for field in template.fields() if field.type is PlaceholderType.TIME]
    if len(times) != 1:
        return None
    return _next_local(now, time.fromisoformat(times[0]), case)


def _next_local(now: datetime, at: time, case: Case) -> datetime:
    local = now.astimezone(case.zone)
    promised = datetime.combine(local.date(), at, tzinfo=case.zone)
    return promised if promised > now else datetime.combine(local.date() + timedelta(days=1), at, tzinfo=case.zone)


def next_morning(now: datetime, case: Case) -> datetime:
    """9:00 on the day after, where the people of the case live."""
    local = now.astimezone(case.zone)
    return datetime.combine(local.date() + timedelta(days=1), REVIEW_BY, tzinfo=case.zone)


@release_template.guard
def _release_in_open_case(case: Case, act: Act, **values: Any) -> Unmet | None:
    return case_is_open(Statement(case=case), act)


@release_template.guard
def signed_by_the_duty_officer(case: Case, act: Act, **values: Any) -> Unmet | None:
    """One signature is enough only if it is the one the policy names."""
    policy = ApprovalPolicy.objects.filter(text=PolicyText.FIRST_TEMPLATE).first()
    roles = sorted((policy or ApprovalPolicy()).signs_alone())
    user = act.actor.user
    if user is not None and RoleAssignment.objects.holders(case, *roles).filter(pk=user.pk).exists():
        return None
    labels = ", ".join(str(Role(role).label) for role in roles)
    return Unmet("signature", format_lazy(_("Only this role signs a prepared text alone: {roles}"), roles=labels))


@release_template.guard
def two_others_approved(
    case: Case, act: Act, *, versions: Sequence[TemplateVersion] = (), **values: Any
) -> Unmet | None:
    """Who signs was not one of the two who approved the template."""
    for version in versions:
        others = version.approvals.filter(payload_hash=version.payload_hash).exclude(user=act.actor.user)
        if others.values("user").distinct().count() < APPROVERS_NEEDED:
            return Unmet("two_others", _("Two people besides you have to have approved this template"))
        if version.computed_hash() != version.payload_hash:
            return Unmet("template_changed", _("This template is not what was approved; it cannot be used"))
    return None


@release_template.guard
def said_once(
    case: Case,
    act: Act,
    *,
    versions: Sequence[TemplateVersion] = (),
    values: Mapping[str, str] | None = None,
    **rest: Any,
) -> Unmet | None:
    """The same words do not go out twice because two people press the button."""
    if not versions or values is None:
        return None
    wanted = closed_values(versions, values, case)
    standing = TemplateRelease.objects.filter(
        template_version=versions[0], version__statement__case=case, version__state=StatementState.PUBLISHING
    )
    if any(row.values == wanted for row in standing):
        return Unmet("out_already", _("Exactly this text is out already"))
    return None


def _reviewed(review: ReleaseReview, act: Act, *, outcome: str = "", **values: Any) -> ReleaseReview | None:
    return review if act.actor.same_as(review.reviewed_by_id) and review.outcome == outcome else None


class ReviewInputs(Inputs):
    """Was it in order?"""

    outcome = Choice(
        _("Was the text in order?"),
        among=ReviewOutcome.choices,
        radio=True,
        wrong=_("Choose whether the text was in order"),
    )
    comment = Text(_("Comment"), longest=LONGEST_REASON, rows=3, required=False)


@action(
    "comms.review_release",
    needs=(Capability.APPROVE, Capability.APPROVE_LEGAL, Capability.REVIEW),
    repeat=_reviewed,
    title=_("Review what was signed"),
    inputs=ReviewInputs,
    only_person=True,
)
def review_release(review: ReleaseReview, act: Act, *, outcome: str, comment: str = "") -> ReleaseReview:
    """Say, as somebody else than the signer, whether the text that went out on one signature was in order."""
    if outcome == ReviewOutcome.FAULTED and not comment:
        raise Invalid({"comment": _("Say what was wrong")})
    review.outcome, review.reviewed_by, review.reviewed_at = outcome, act.user, act.now
    review.done_at, review.lease_until = act.now, None
    review.entry = act.entry("reason", on=review, text=comment) if comment else None
    act.save(review)
    act.record("release.reviewed", on=review, entry=review.entry, outcome=outcome, **about(review.release.version))
    return review


@review_release.guard
def reviewed_once(review: ReleaseReview, act: Act, **values: Any) -> Unmet | None:
    """There is one review."""
    return Unmet("reviewed", _("This has been reviewed already")) if review.reviewed_at else None


@review_release.guard
def reviewed_by_somebody_else(review: ReleaseReview, act: Act, **values: Any) -> Unmet | None:
    """Whoever signed does not review."""
    if act.actor.same_as(review.release.signed_by_id):
        return Unmet("four_eyes", _("You signed this text. Somebody else has to review it."))
    return None


@action("comms.remind_review", title=_("Note that a review is overdue"), by_system=True)
def remind_review(review: ReleaseReview, act: Act) -> ReleaseReview:
    """Note in the course that nobody has reviewed a signed text in time."""
    act.record("release.review_overdue", on=review, **about(review.release.version))
    return review


@remind_review.guard
def is_overdue(review: ReleaseReview, act: Act, **values: Any) -> Unmet | None:
    """Only once the time is over and nobody has reviewed."""
    if review.reviewed_at or review.due_at > act.now:
        return Unmet("not_due", _("Its time has not come"))
    return None
