"""Approval: a text is submitted, decided about by the people its policy names, and goes out once all have agreed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.text import format_lazy, get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comms import hashing, quorum
from comms.actions.inputs import ApproveInputs, SubmitInputs, TurnDownInputs
from comms.actions.quoting import out_of_reach, to_agree
from comms.actions.versions import (
    about,
    case_is_open,
    difference,
    fit,
    next_version,
    out_of_date,
    primary_version,
    stale_variants,
    wordings,
)
from comms.candidates import Candidates
from comms.citing import says_nothing_wrong
from comms.models import Approval, ApprovalPolicy, ApprovalRequest, Contributor, RequestStage, StatementVersion
from comms.notices import tell_authors, tell_deciders, tell_next
from comms.placeholders import names_in
from comms.sending.actions.deliveries import publish_statement, schedule_statement, send_or_hold_back
from comms.sending.models import Account
from comms.states import ALLOWED_VERSION, Purpose, StatementState, Verdict
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.roles import Role
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.errors import Invalid, Stale, Unmet
from crisisdesk.core.models import User

DECIDES = (Capability.APPROVE, Capability.APPROVE_LEGAL)


def _deciding(request: ApprovalRequest) -> tuple[Capability, ...]:
    """The capability to decide; where people are quoted, seeing the text, for `is_asked` knows who they are."""
    return (*DECIDES, Capability.VIEW) if request.quotes else DECIDES


# --- submit --------------------------------------------------------------------------------------------------------


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
    _inform(act, request, candidates, "approval.informed")
    return version


def _inform(act: Act, request: ApprovalRequest, candidates: Candidates, kind: str) -> None:
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
    _close(act, request)
    act.save(version)  # it leaves its open state before its successor is made
    draft = next_version(act, version)
    act.record("statement.taken_back", on=version, payload_hash=version.payload_hash, **about(version))
    return draft


def _close(act: Act, request: ApprovalRequest) -> None:
    request.decided_at = act.now
    act.save(request)
    request.stages.filter(done_at=None).update(done_at=act.now, lease_until=None)


# --- decide ----------------------------------------------------------------------------------------------------------


def _standing(verdict: Verdict) -> Any:
    """The decision this person has made already, if it is the same one about the same text."""

    def find(request: ApprovalRequest, act: Act, *, payload_hash: str = "", **values: Any) -> Approval | None:
        if act.actor.user is None:
            return None
        mine = request.approvals.filter(user=act.actor.user, verdict=verdict)
        return mine.filter(payload_hash=payload_hash).first()

    return find


@action(
    "comms.approve_statement",
    needs=_deciding,
    needs_fresh=True,
    repeat=_standing(Verdict.APPROVE),
    title=_("Approve exactly this text"),
    inputs=ApproveInputs,
    only_person=True,
)
def approve_statement(request_: ApprovalRequest, act: Act, *, payload_hash: str, comment: str = "") -> Approval:
    """Approve exactly the text named by `payload_hash`. With the last approval the text is allowed, and goes out if its
    authors wanted it to go out as soon as it is approved."""
    stage = _stage_of(request_, act)
    approval = _decide(act, request_, stage, Verdict.APPROVE, payload_hash, comment)
    if stage.approvals.filter(verdict=Verdict.APPROVE).count() >= stage.required:
        _fill(act, stage)
    # Whoever decides in a role has agreed to being quoted, too.
    for own in request_.stages.filter(person=act.user, filled_at=None):
        _fill(act, own)
    act.record(
        "approval.given",
        on=request_,
        entry=approval.entry,
        payload_hash=payload_hash,
        roles=stage.code,
        deputy=approval.on_behalf_of_id is not None,
        **about(request_.version),
    )
    if not request_.stages.filter(filled_at=None).exists():
        _allow(act, request_)
    return approval


def _fill(act: Act, stage: RequestStage) -> None:
    """The stage has its people; its timer rests."""
    stage.filled_at = stage.done_at = act.now
    stage.lease_until = None
    act.save(stage)


def _allow(act: Act, request: ApprovalRequest) -> None:
    """The last approval is there: the version is allowed, and leaves if it may leave now."""
    act.move(request, "satisfy")
    _close(act, request)
    version = request.version
    act.move(version, "approve")
    version.approved_at = act.now
    act.save(version)
    act.record("statement.approved", on=version, payload_hash=version.payload_hash, **about(version))
    if request.informed_roles:
        _inform(act, request, Candidates(version), "approval.informed_of_decision")
    go_on(act, version)


def go_on(act: Act, version: StatementVersion) -> None:
    """What follows an approval: wait for the time chosen, leave at once, or stay approved until a person publishes.
    Nothing of it is refused to whoever approved: what cannot leave is told to those who can do something about it.

    A translation waits for the primary language; approved before it, it leaves together with it.
    """
    statement = version.statement
    if not version.is_primary and not _primary_is_out(version):
        return
    if statement.scheduled_at is not None and statement.scheduled_at > act.now:
        act.move(version, "schedule")
        act.save(version)
        act.record("statement.scheduled", on=version, at=statement.scheduled_at.isoformat(), **about(version))
        return
    if statement.scheduled_at is not None or not statement.publish_when_approved:
        return
    send_or_hold_back(act, version)
    if version.is_primary and _primary_is_out(version):
        for translation in statement.versions.filter(state=StatementState.APPROVED).exclude(language=version.language):
            send_or_hold_back(act, translation)


def _primary_is_out(version: StatementVersion) -> bool:
    primary = primary_version(version)
    return primary is not None and primary.state in (
        StatementState.SCHEDULED,
        StatementState.PUBLISHING,
        StatementState.CORRECTED,
    )


@publish_statement.guard
@schedule_statement.guard
def primary_is_out_first(version: StatementVersion, act: Act, **values: Any) -> Unmet | None:
    """The primary language goes out first."""
    if version.is_primary or _primary_is_out(version):
        return None
    return Unmet("primary_first", _("The text in the primary language goes out first"))


@action(
    "comms.return_statement",
    needs=_deciding,
    repeat=_standing(Verdict.RETURN),
    title=_("Return for changes"),
    inputs=TurnDownInputs,
    only_person=True,
)
def return_statement(request_: ApprovalRequest, act: Act, *, payload_hash: str, comment: str) -> Approval:
    """Send the text back to its authors and say what has to change; a new draft with the same words waits for them."""
    approval = _turn_down(act, request_, Verdict.RETURN, payload_hash, comment)
    next_version(act, request_.version)
    return approval


@action(
    "comms.reject_statement",
    needs=_deciding,
    repeat=_standing(Verdict.REJECT),
    title=_("Reject"),
    inputs=TurnDownInputs,
    only_person=True,
)
def reject_statement(request_: ApprovalRequest, act: Act, *, payload_hash: str, comment: str) -> Approval:
    """Refuse the text and say why."""
    return _turn_down(act, request_, Verdict.REJECT, payload_hash, comment)


def _turn_down(act: Act, request: ApprovalRequest, verdict: Verdict, payload_hash: str, comment: str) -> Approval:
    approval = _decide(act, request, _stage_of(request, act), verdict, payload_hash, comment)
    act.move(request, verdict.value)
    _close(act, request)
    act.move(request.version, verdict.value)
    act.save(request.version)
    tell_authors(act, request.version)
    kind = "statement.returned" if verdict is Verdict.RETURN else "statement.rejected"
    act.record(kind, on=request.version, entry=approval.entry, payload_hash=payload_hash, **about(request.version))
    return approval


def _decide(
    act: Act, request: ApprovalRequest, stage: RequestStage, verdict: Verdict, payload_hash: str, comment: str
) -> Approval:
    """Write the decision; the database refuses a contributor, another text and a second decision."""
    entry = act.entry("reason", on=request, text=comment.strip()) if comment.strip() else None
    return act.save(
        Approval(
            request=request,
            stage=stage,
            user=act.user,
            on_behalf_of=Candidates(request.version).in_place_of(act.user, stage.roles),
            verdict=verdict,
            payload_hash=payload_hash,
            via=act.actor.via,
            entry=entry,
            created_at=act.now,
        )
    )


def _stage_of(request: ApprovalRequest, act: Act) -> RequestStage:
    """Where this decision counts: the stage with the fewest roles the person may decide in, else as the one quoted."""
    found: RequestStage = min(
        _stages_for(request, act), key=lambda stage: (not stage.roles, stage.order, len(stage.roles), stage.pk)
    )
    return found


def _stages_for(request: ApprovalRequest, act: Act) -> list[RequestStage]:
    """The stages in which the acting person may decide now."""

    def find() -> list[RequestStage]:
        return list(RequestStage.objects.open_to(act.user, act.now).filter(request=request))

    return act.once(("stages", request.pk), find)


def the_text_that_was_read(
    request: ApprovalRequest, act: Act, *, payload_hash: str | None = None, **values: Any
) -> None:
    """A decision names the newest text of the statement; about another one it is refused with the newest hash."""
    newest = request.version.statement.newest(request.version.language) or request.version
    if payload_hash is not None and (payload_hash != request.payload_hash or newest != request.version):
        raise Stale(
            _("The text has changed since you opened it. Look at what is different and decide again."),
            current_hash=newest.payload_hash or newest.draft_hash(),
            version=str(newest.uuid),
            difference=difference(request.version.master.text, newest.master.text),
        )


def still_waits(request: ApprovalRequest, act: Act, **values: Any) -> Unmet | None:
    """A request is decided once."""
    if request.is_open:
        return None
    message = _("This has been decided already: {state}")
    return Unmet("decided", format_lazy(message, state=request.get_state_display()), {"state": request.state})


def work_goes_on(request: ApprovalRequest, act: Act, **values: Any) -> Unmet | None:
    """In a closed or merged case nobody decides any more, and so nothing leaves."""
    return case_is_open(request.version, act)


def four_eyes(request: ApprovalRequest, act: Act, **values: Any) -> Unmet | None:
    """Nobody decides about their own words."""
    if Contributor.objects.filter(version=request.version, user=act.actor.user).exists():
        return Unmet("four_eyes", _("You wrote in this text. Somebody else has to decide about it."))
    return None


def is_asked(request: ApprovalRequest, act: Act, **values: Any) -> Unmet | None:
    """Only who the policy names decides, deputies from their time on."""
    user = act.actor.user
    if user is None or not request.is_open or not request.version.statement.case.is_open:
        return None
    if _stages_for(request, act):
        return None
    if request.approvals.filter(user=user).exists():
        return Unmet("decided_before", _("You have decided about this text already"))
    return Unmet("not_asked", _("Your role does not decide about this text, or not yet"))


for deciding_verb in (approve_statement, return_statement, reject_statement):
    for check in (the_text_that_was_read, work_goes_on, still_waits, four_eyes, is_asked):
        deciding_verb.guard(check)


@approve_statement.guard
def still_true(request: ApprovalRequest, act: Act, **values: Any) -> Unmet | None:
    """Nobody approves what has turned out wrong since it was submitted; it can be returned and rejected."""
    return says_nothing_wrong(request.version) if request.is_open else None


# --- time runs out ----------------------------------------------------------------------------------------------------


@action("comms.widen_stage", title=_("Note that more people may decide"), by_system=True)
def widen_stage(stage: RequestStage, act: Act) -> RequestStage:
    """Note in the course that the deputy, or then the executive, may decide too, or that nobody is there who could.

    Time never approves anything.
    """
    request = stage.request
    level = "executive" if stage.executive_at is not None and stage.executive_at <= act.now else "deputy"
    candidates = Candidates(request.version)
    asked = candidates.deputies(stage.roles) if level == "deputy" else candidates.executives()
    asked -= set(request.approvals.values_list("user_id", flat=True))  # nobody decides twice
    if not asked:
        kind, notice = "approval.unanswered", ""
    elif level == "executive":
        kind, notice = "approval.widened", "approval.executive"
    elif candidates.own(stage.roles):
        kind, notice = "approval.widened", "approval.deputy"
    else:
        kind = notice = "approval.left_to_deputy"
    act.record(kind, on=request, roles="/".join(stage.roles), level=level, **about(request.version))
    if notice:
        tell_next(act, stage, asked, kind=notice)
    if level == "deputy" and stage.executive_at is not None:
        stage.due_at, stage.lease_until, stage.fence = stage.executive_at, None, stage.fence + 1
        act.save(stage)
    return stage


@widen_stage.guard
def time_has_come(stage: RequestStage, act: Act, **values: Any) -> Unmet | None:
    """Only an open stage whose time has come."""
    if stage.filled_at or stage.done_at or stage.due_at > act.now:
        return Unmet("not_due", _("Its time has not come"))
    return None
