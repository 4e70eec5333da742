"""Set-up: kinds of crisis and severity policies."""

from collections.abc import Sequence
from datetime import time
from typing import TypedDict, Unpack

from django.utils.translation import gettext_lazy as _

from cases.actions.inputs import severity_of
from cases.models import ClockCode, CrisisKind, LimitUnit, PolicyLevel, PolicyLimit, Protocol, SeverityPolicy
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import (
    LONGEST_TEXT,
    Changes,
    Choice,
    Code,
    Inputs,
    Many,
    Row,
    Text,
    TimeOfDay,
    Whole,
    YesNo,
)
from crisisdesk.core.actions.shared_inputs import CaseRole
from crisisdesk.core.models import Organisation


class KindDetails(TypedDict, total=False):
    """What a kind of crisis can have besides its names."""

    description_cs: str
    description_en: str
    start_severity: int
    protocol: Protocol | None
    policy: SeverityPolicy | None
    position: int
    active: bool


class KindChanges(KindDetails, total=False):
    """What can change about a kind of crisis."""

    name_cs: str
    name_en: str


class KindInputs(Inputs):
    """A new kind of crisis."""

    code = Code(longest=40)
    name_cs = Text(longest=120)
    name_en = Text(longest=120)
    description_cs = Text(longest=LONGEST_TEXT, required=False)
    description_en = Text(longest=LONGEST_TEXT, required=False)
    start_severity = severity_of(required=False)
    protocol = Row(of=Protocol, by="code", required=False, nullable=True)
    policy = Row(of=SeverityPolicy, by="code", required=False, nullable=True)
    position = Whole(most=1_000, required=False)
    active = YesNo(required=False)


class KindChange(Changes, of=KindInputs, without=("code",)):
    """What can change about a kind of crisis."""


@action(
    "cases.create_kind",
    needs=Capability.MANAGE,
    title=_("Add a kind of crisis"),
    creates=True,
    inputs=KindInputs,
)
def create_kind(
    organisation: Organisation, act: Act, *, code: str, name_cs: str, name_en: str, **details: Unpack[KindDetails]
) -> CrisisKind:
    """Add a kind of crisis with its protocol, its policy and the severity it starts from."""
    kind = act.save(CrisisKind(code=code, name_cs=name_cs, name_en=name_en, **details))
    act.record("kind.created", on=kind, crisis_kind=code)
    return kind


@action("cases.change_kind", needs=Capability.MANAGE, title=_("Change the kind of crisis"), inputs=KindChange)
def change_kind(kind: CrisisKind, act: Act, **changes: Unpack[KindChanges]) -> CrisisKind:
    """Change a kind of crisis. Cases that are active keep what they were activated with."""
    changed = act.assign(kind, changes)
    act.save(kind)
    act.record("kind.changed", on=kind, crisis_kind=kind.code, fields=changed)
    return kind


class SeverityPolicyChanges(TypedDict, total=False):
    """What can change about a severity policy."""

    name_cs: str
    name_en: str
    standard: bool


class SeverityPolicyInputs(Inputs):
    """A new severity policy."""

    code = Code(longest=40)
    name_cs = Text(longest=120)
    name_en = Text(longest=120)
    standard = YesNo(required=False)


class SeverityPolicyChange(Changes, of=SeverityPolicyInputs, without=("code",)):
    """What can change about a severity policy."""


@action(
    "cases.create_policy",
    needs=Capability.MANAGE,
    title=_("Add a severity policy"),
    creates=True,
    inputs=SeverityPolicyInputs,
)
def create_policy(
    organisation: Organisation, act: Act, *, code: str, name_cs: str, name_en: str, standard: bool = False
) -> SeverityPolicy:
    """Add a severity policy; its limits and levels are set afterwards."""
    policy = act.save(SeverityPolicy(code=code, name_cs=name_cs, name_en=name_en, standard=standard))
    act.record("severity_policy.created", on=policy, policy=code)
    return policy


@action(
    "cases.change_policy",
    needs=Capability.MANAGE,
    title=_("Change the severity policy"),
    inputs=SeverityPolicyChange,
)
def change_policy(policy: SeverityPolicy, act: Act, **changes: Unpack[SeverityPolicyChanges]) -> SeverityPolicy:
    """Change the name of a policy or whether it is the standard one."""
    changed = act.assign(policy, changes)
    act.save(policy)
    act.record("severity_policy.changed", on=policy, policy=policy.code, fields=changed)
    return policy


class LimitInputs(Inputs):
    """One limit; without an amount and times there is none at this severity."""

    severity = severity_of()
    code = Choice(among=ClockCode.choices, wrong=_("There is no such clock or severity"))
    amount = Whole(least=1, most=1_000_000, required=False, nullable=True)
    unit = Choice(among=LimitUnit.choices, required=False)
    times = Many(each=TimeOfDay(), most=24, required=False)
    waking_hours = YesNo(required=False)


@action("cases.set_limit", needs=Capability.MANAGE, title=_("Set a limit"), inputs=LimitInputs)
def set_limit(
    policy: SeverityPolicy,
    act: Act,
    *,
    severity: int,
    code: str,
    amount: int | None = None,
    unit: str = LimitUnit.MINUTES,
    times: Sequence[time] = (),
    waking_hours: bool = False,
) -> PolicyLimit | None:
    """Set how long something may take at one severity. Without an amount and times there is no limit, and no clock."""
    limit = PolicyLimit.objects.filter(policy=policy, severity=severity, code=code).first()
    act.record(
        "severity_policy.limit_set",
        on=policy,
        policy=policy.code,
        severity=int(severity),
        clock=str(code),
        amount=amount,
        unit=str(unit),
        times=[f"{moment:%H:%M}" for moment in times],
    )
    if not amount and not times:
        if limit is not None:
            limit.delete()
        return None
    limit = limit or PolicyLimit(policy=policy, severity=severity, code=code)
    limit.amount, limit.unit, limit.times, limit.waking_hours = amount or None, unit, list(times), waking_hours
    return act.save(limit)


class LevelInputs(Inputs):
    """What one severity needs besides time."""

    severity = severity_of()
    required_roles = Many(each=CaseRole(), most=20, required=False)
    review_required = YesNo(required=False)
    suggest_hold = YesNo(required=False)


@action("cases.set_level", needs=Capability.MANAGE, title=_("Set what a severity needs"), inputs=LevelInputs)
def set_level(
    policy: SeverityPolicy,
    act: Act,
    *,
    severity: int,
    required_roles: Sequence[str] = (),
    review_required: bool = True,
    suggest_hold: bool = False,
) -> PolicyLevel:
    """Set which roles a severity needs, whether it is reviewed, and whether holding campaigns is suggested."""
    level = PolicyLevel.objects.filter(policy=policy, severity=severity).first()
    level = level or PolicyLevel(policy=policy, severity=severity)
    level.required_roles = list(dict.fromkeys(required_roles))
    level.review_required, level.suggest_hold = review_required, suggest_hold
    act.save(level)
    act.record("severity_policy.changed", on=policy, policy=policy.code, fields=["levels"], severity=int(severity))
    return level
