"""Changing who has to approve what. One person makes a policy stricter, two people make it weaker."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import CrisisKind
from comms import quorum
from comms.models import ApprovalPolicy, PolicyProposal, PolicyStage
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.roles import CASE_ROLES, ROLE_CAPABILITIES, Role
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Choice, Code, Inputs, Many, Record, Whole, YesNo
from crisisdesk.core.actions.shared_inputs import CaseRole
from crisisdesk.core.errors import Invalid, Unmet

TAGS = ("employee",)
_DECIDING = {Capability.APPROVE, Capability.APPROVE_LEGAL}


def _stages(given: Sequence[Mapping[str, Any]]) -> list[quorum.Stage]:
    """Stages from plain values: `roles` or `quoted`, `required`, `order`, `informed`, `severities`, `kinds`,
    `except_kinds`, `tag`."""
    stages = []
    for row in given:
        roles = tuple(row.get("roles") or ())
        informed, quoted = bool(row.get("informed")), bool(row.get("quoted"))
        unable = [role for role in roles if not informed and not ROLE_CAPABILITIES[Role(role)] & _DECIDING]
        if not roles and not quoted:
            raise Invalid({"stages": _("A stage names at least one role, or asks the people quoted")})
        if quoted and (roles or informed or (row.get("required") or 1) > 1):
            raise Invalid({"stages": _("A stage for the people quoted names no role and asks each of them once")})
        if unable:
            named = ", ".join(str(Role(role).label) for role in unable)
            raise Invalid({"stages": format_lazy(_("These roles do not approve texts: {roles}"), roles=named)})
        when = quorum.Condition(
            severities=frozenset(row.get("severities") or ()),
            kinds=frozenset(row.get("kinds") or ()),
            except_kinds=frozenset(row.get("except_kinds") or ()),
            tag=row.get("tag") or "",
        )
        stages.append(
            quorum.Stage(
                roles, row.get("required") or 1, row.get("order") or 1, informed=informed, quoted=quoted, when=when
            )
        )
    return stages


class StageInputs(Inputs):
    """`required` people out of any of the roles; empty conditions mean always."""

    roles = Many(each=CaseRole(), most=len(CASE_ROLES), required=False)
    required = Whole(least=1, most=9, required=False)
    order = Whole(least=1, most=9, required=False)
    informed = YesNo(required=False, help=_("The roles are told of the text and do not decide."))
    quoted = YesNo(required=False, help=_("Instead of roles: each person whose words the statement quotes decides."))
    severities = Many(each=Whole(least=1, most=4), most=4, required=False)
    kinds = Many(each=Code(longest=40), most=50, required=False)
    except_kinds = Many(each=Code(longest=40), most=50, required=False)
    tag = Choice(among=[(tag, tag) for tag in TAGS], required=False, blank=True)


class PolicyInputs(Inputs):
    """The whole policy. A weaker one waits for a second person."""

    stages = Many(each=Record(of=StageInputs), empty=True)
    minutes = Whole(most=7 * 24 * 60, required=False)
    signed_by = Many(each=CaseRole(), required=False)


@action("comms.change_policy", needs=Capability.MANAGE, title=_("Change an approval policy"), inputs=PolicyInputs)
def change_policy(
    policy: ApprovalPolicy,
    act: Act,
    *,
    stages: Sequence[Mapping[str, Any]],
    minutes: int | None = None,
    signed_by: Sequence[str] | None = None,
) -> ApprovalPolicy | PolicyProposal:
    """Change who has to approve a kind of text. A stricter policy is in force at once; a weaker one waits for a second
    person and is returned as a proposal. Requests that run keep the policy they were made with.

    Weaker is what asks fewer people or others, lets more roles sign alone, or lets deputies in earlier.
    """
    wanted = _stages(stages)
    content: dict[str, Any] = {
        "minutes": policy.minutes if minutes is None else minutes,
        "signed_by": list(policy.signed_by if signed_by is None else signed_by),
        "stages": [dict(row) for row in stages],
    }
    kinds = set(CrisisKind.objects.values_list("code", flat=True))
    signs_more = policy.signs_alone(content["signed_by"]) - policy.signs_alone()
    sooner = quorum.opens_sooner(policy.minutes, content["minutes"])
    if signs_more or sooner or quorum.weaker(policy.as_stages(), wanted, kinds, TAGS):
        proposal = act.save(
            PolicyProposal(policy=policy, content=content, on_version=policy.version, proposed_by=act.user)
        )
        act.record("policy.proposed", on=policy, text=policy.text, proposal=str(proposal.uuid))
        return proposal
    _apply(act, policy, content)
    return policy


def _apply(act: Act, policy: ApprovalPolicy, content: Mapping[str, Any]) -> None:
    policy.minutes, policy.signed_by = content["minutes"], content["signed_by"]
    policy.version += 1
    act.save(policy)
    policy.stages.all().delete()
    for stage in _stages(content["stages"]):
        act.save(PolicyStage.from_stage(policy, stage))
    act.record("policy.changed", on=policy, text=policy.text, version=policy.version)


@action(
    "comms.confirm_policy",
    needs=Capability.MANAGE,
    needs_fresh=True,
    title=_("Confirm a weaker policy"),
    locks=("policy",),
    only_person=True,
)
def confirm_policy(proposal: PolicyProposal, act: Act) -> ApprovalPolicy:
    """Put a weaker policy in force, as the second person."""
    policy = proposal.policy
    if policy.version != proposal.on_version:
        act.refuse("stale", _("The policy has changed since this was proposed; propose it anew"))
    _decide(act, proposal, accepted=True)
    _apply(act, policy, proposal.content)
    return policy


@action("comms.decline_policy", needs=Capability.MANAGE, title=_("Decline a weaker policy"))
def decline_policy(proposal: PolicyProposal, act: Act) -> PolicyProposal:
    """Leave the policy as it is."""
    _decide(act, proposal, accepted=False)
    act.record("policy.declined", on=proposal.policy, text=proposal.policy.text)
    return proposal


def _decide(act: Act, proposal: PolicyProposal, *, accepted: bool) -> None:
    proposal.accepted, proposal.decided_by, proposal.decided_at = accepted, act.user, act.now
    act.save(proposal)


@confirm_policy.guard
@decline_policy.guard
def proposal_waits(proposal: PolicyProposal, act: Act, **values: Any) -> Unmet | None:
    """A proposal is decided once."""
    return Unmet("decided", _("This has been decided already")) if proposal.decided_at else None


@confirm_policy.guard
def confirmed_by_somebody_else(proposal: PolicyProposal, act: Act, **values: Any) -> Unmet | None:
    """The second person is not the first."""
    if act.actor.same_as(proposal.proposed_by_id):
        return Unmet("four_eyes", _("You proposed this. Somebody else has to confirm it."))
    return None
