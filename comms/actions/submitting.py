"""Submitting: a text is frozen, hashed, and given to the people its policy names; or taken back to change it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.text import format_lazy, get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comms import hashing, quorum
from comms.actions.inputs import SubmitInputs
from comms.actions.quoting import out_of_reach, to_agree
from comms.actions.versions import (
    about,
    case_is_open,
    fit,
    next_version,
    out_of_date,
    primary_version,
    stale_variants,
    wordings,
)
from comms.candidates import Candidates
from comms.citing import says_nothing_wrong
from comms.models import ApprovalPolicy, ApprovalRequest, RequestStage, StatementVersion
from comms.notices import tell_deciders
from comms.placeholders import names_in
from comms.sending.models import Account
from comms.states import ALLOWED_VERSION, Purpose, StatementState
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.roles import Role
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.errors import Invalid, Stale, Unmet
from crisisdesk.core.models import User


def _submitted(version: StatementVersion, act: Act, **values: Any) -> StatementVersion | None:
    """The version if this person submitted it and it still waits."""
    mine = act.actor.same_as(version.submitted_by_id)
    return version if mine and version.state == StatementState.IN_APPROVAL else None


@action(
    "comms.submit_statement",
    needs=Capability.CONTRIBUTE,
    moves="submit",
    repeat=_submitted,
    title=_("Send for approval"),
    inputs=SubmitInputs,
)
def submit_statement(version: StatementVersion, act: Act, *, base_hash: str = "") -> StatementVersion:
    """Fix the text as it stands, word for word, and ask the people whom the policy names for this case.

    `base_hash` names the text that was on the screen. The policy is copied into the request.
    """
    if base_hash and base_hash != version.draft_hash():
        raise Stale(
            _("Somebody else saved this text meanwhile. Read it before you send it."), current_hash=version.draft_hash()
        )
    statement = version.statement
    texts = fit(wordings(version))
    _check_complete(version, texts[hashing.MASTER])
    _keep_normal_form(version, texts)
    open_accounts = Account.objects.speaking(version.language).filter(statements=statement)
    version.channels = sorted(account.uuid for account in open_accounts)
    version.embargo_until = statement.embargo_until
    version.submitted_by, version.submitted_at = act.user, act.now
    version.payload_hash = version.computed_hash()
    stages, informed = _asked(version, act), told_of(version)
    request = act.save(
        ApprovalRequest(
            version=version,
            payload_hash=version.payload_hash,
            policy={
                "texts": policy_texts(version),
                "severity": version.statement.case.severity,
                "kind": _kind(version),
                "tags": sorted(_tags(version)),
                "stages": [stage.as_json() for stage in stages],
                "informed": informed,
            },
            submitted_by=act.user,
            submitted_at=act.now,
        )
    )
    candidates = _candidates(version, act)
    for stage in stages:
        _ask(act, request, stage, candidates)
    deciders = {user for stage in stages for user in candidates.own(stage.roles)}
    tell_deciders(act, request, deciders)
    quoted = {stage.person.pk for stage in stages if stage.quoted}
    tell_deciders(act, request, quoted - deciders, kind="approval.quoted")
    version.drafts.all().delete()
    act.record(
        "statement.submitted",
        on=version,
        payload_hash=version.payload_hash,
        roles=[stage.code for stage in stages],
        **about(version),
    )
    inform(act, request, candidates, "approval.informed")
    return version


def inform(act: Act, request: ApprovalRequest, candidates: Candidates, kind: str) -> None:
    """Tell those who get to know of a text without deciding about it, and note that they were told."""
    roles = request.informed_roles
    if not roles:
        return
    tell_deciders(act, request, candidates.own(roles), kind=kind)
    act.record(kind, on=request, payload_hash=request.payload_hash, roles="/".join(roles), **about(request.version))


def _check_complete(version: StatementVersion, master: tuple[str, str]) -> None:
    title, text = master
    if not text:
        raise Invalid({"text": _("Write the text first")})
    if fields := names_in(f"{title} {text}"):
        shown = ", ".join(f"{{{name}}}" for name in fields)
        raise Invalid({"text": format_lazy(_("Fill in what still stands in braces: {fields}"), fields=shown)})


def _keep_normal_form(version: StatementVersion, texts: dict[str, tuple[str, str]]) -> None:
    """Write the texts in the one form that is shown, hashed and sent; what they were made from stays known."""
    for row in version.texts.all():
        row.title, row.text = texts[row.channel]
        row.save()


def _kind(version: StatementVersion) -> str:
    kind = version.statement.case.kind
    return kind.code if kind else ""


def _tags(version: StatementVersion) -> frozenset[str]:
    return frozenset(["employee"]) if version.statement.concerns_employee else frozenset()


def policy_texts(version: StatementVersion) -> list[str]:
    """The rows of the policy that apply: the purpose's, and the apology's where fault is admitted."""
    purpose = str(version.statement.purpose)
    return list(dict.fromkeys([purpose, Purpose.APOLOGY.value] if version.statement.admits_fault else [purpose]))


def asked_of(version: StatementVersion, submitter: User | None) -> list[quorum.Stage]:
    """The stages this text needs in its case as it is now, sent by this person."""
    return quorum.asked(_policies(version), _circumstances(version, to_agree(version.statement, submitter)))


def _asked(version: StatementVersion, act: Act) -> list[quorum.Stage]:
    return act.once(("asked", version.pk), lambda: asked_of(version, act.actor.user))


def _candidates(version: StatementVersion, act: Act) -> Candidates:
    """Who could decide once the acting person has sent the text."""
    senders = [act.actor.user] if act.actor.user else []
    return act.once(("candidates", version.pk), lambda: Candidates(version, besides=senders))


def told_of(version: StatementVersion) -> list[str]:
    """The roles that get to know of this text without deciding about it."""
    return quorum.told(_policies(version), _circumstances(version))


def _policies(version: StatementVersion) -> list[list[quorum.Stage]]:
    policies = ApprovalPolicy.objects.filter(text__in=policy_texts(version)).prefetch_related("stages")
    return [policy.as_stages() for policy in policies]


def _circumstances(version: StatementVersion, quoted: tuple[User, ...] = ()) -> quorum.Circumstances:
    return quorum.Circumstances(version.statement.case.severity, _kind(version), _tags(version), quoted)


def _ask(act: Act, request: ApprovalRequest, stage: quorum.Stage, candidates: Candidates) -> None:
    """One stage of a request. Where nobody but contributors holds the roles, the deputies are asked at once.

    A stage that asks the executive anyway does not widen to the executive; one for a person quoted widens to nobody.
    """
    alone = bool(stage.roles) and not candidates.own(stage.roles)
    wait = timedelta(minutes=stage.minutes)
    deputy_at = act.now if alone else act.now + wait if stage.minutes else None
    executive_at = act.now + 2 * wait if stage.minutes and Role.EXEC not in stage.roles else None
    row = RequestStage(
        request=request,
        order=stage.order,
        roles=list(stage.roles),
        person=stage.person,
        required=stage.required,
        deputy_at=deputy_at,
        executive_at=executive_at,
        due_at=deputy_at or act.now,
        done_at=None if deputy_at else act.now,
    )
    act.later(row)


@submit_statement.guard
def primary_goes_first(version: StatementVersion, act: Act, **values: Any) -> Unmet | None:
    """The primary language is submitted first; the other follows with its own clock and never holds it up."""
    if version.is_primary:
        return None
    primary = primary_version(version)
    if primary is not None and primary.state in (StatementState.IN_APPROVAL, *ALLOWED_VERSION):
        return None
    language = version.statement.case.primary_language
    return Unmet(
        "primary_first", format_lazy(_("Send the text in the primary language ({language}) first"), language=language)
    )


@submit_statement.guard
def translation_is_current(version: StatementVersion, act: Act, **values: Any) -> Unmet | None:
    """A translation of an older text is not submitted."""
    if out_of_date(version):
        return Unmet(
            "stale_translation",
            _(
                "The text in the primary language has changed since this was translated. "
                "Compare, correct and save it again."
            ),
        )
    if channels := stale_variants(version):
        message = _("The main text has changed since the wording for {channels} was made. Save that wording again.")
        return Unmet("stale_variant", format_lazy(message, channels=", ".join(channels)))
    return None


@submit_statement.guard
def has_a_channel(version: StatementVersion, act: Act, **values: Any) -> Unmet | None:
    """A text that goes nowhere is not decided about."""
    if Account.objects.speaking(version.language).filter(statements=version.statement).exists():
        return None
    return Unmet("no_channel", _("Choose at least one channel that carries this language"))


@submit_statement.guard
def can_be_approved(version: StatementVersion, act: Act, **values: Any) -> Unmet | None:
    """A request nobody could ever satisfy is refused at once, with the roles that are missing."""
    stages = [stage for stage in _asked(version, act) if not stage.quoted]
    candidates = _candidates(version, act)
    people = {
        place: candidates.own(stage.roles) | candidates.deputies(stage.roles) for place, stage in enumerate(stages)
    }
    missing = [stages[place] for place in quorum.unfilled(stages, people)]
    if not missing:
        return None
    message = _(
        "Nobody is left who could approve as: {roles}. Fill the role in the case; whoever wrote in the text "
        "does not count."
    )
    roles = ", ".join(dict.fromkeys(role for stage in missing for role in stage.roles))
    return Unmet("unsatisfiable", format_lazy(message, roles=RoleNames(missing)), {"roles": roles})


@submit_statement.guard
def quoted_people_can_agree(version: StatementVersion, act: Act, **values: Any) -> Unmet | None:
    """Nobody who is quoted is asked in vain: they see the case, and wrote in no text that another sends."""
    people = [stage.person for stage in _asked(version, act) if stage.quoted]
    if absent := out_of_reach(version.statement.case, people):
        message = _(
            "Quoted, but no longer able to see this case: {people}. Offer them a role in the case, or take the "
            "quotation out of the text and of the settings."
        )
        return Unmet("quoted_absent", format_lazy(message, people=", ".join(absent)))
    writers = set(version.contributors.values_list("user_id", flat=True))
    if wrote := [person.name for person in people if person.pk in writers]:
        message = _("Quoted, and wrote in this text: {people}. Let them send it for approval; so they stand by it.")
        return Unmet("quoted_wrote", format_lazy(message, people=", ".join(wrote)))
    return None


class RoleNames:
    """Names of the roles of some stages, in the language in which they are read."""

    def __init__(self, stages: Sequence[quorum.Stage]) -> None:
        self.stages = stages

    def __str__(self) -> str:
        named = [get_text_list([str(Role(role).label) for role in stage.roles], gettext("or")) for stage in self.stages]
        return ", ".join(dict.fromkeys(named))


submit_statement.guard(case_is_open)
submit_statement.guard(says_nothing_wrong)


@action("comms.take_back_statement", needs=Capability.CONTRIBUTE, moves="take_back", title=_("Take back to change"))
def take_back_statement(version: StatementVersion, act: Act) -> StatementVersion:
    """Take a text out of approval to change it; a new draft says what it said. Decisions made so far stay on record."""
    request = version.request
    act.move(request, "withdraw")
    close_request(act, request)
    act.save(version)  # it leaves its open state before its successor is made
    draft = next_version(act, version)
    act.record("statement.taken_back", on=version, payload_hash=version.payload_hash, **about(version))
    return draft


def close_request(act: Act, request: ApprovalRequest) -> None:
    request.decided_at = act.now
    act.save(request)
    request.stages.filter(done_at=None).update(done_at=act.now, lease_until=None)
