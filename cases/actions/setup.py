"""Set-up: kinds of crisis and severity policies."""

from collections.abc import Iterable, Sequence
from datetime import time
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import ClockCode, CrisisKind, LimitUnit, PolicyLevel, PolicyLimit, Severity, SeverityPolicy
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.roles import CASE_ROLES
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.errors import Invalid
from crisisdesk.core.models import Organisation

_KIND_FIELDS = (
    "name_cs",
    "name_en",
    "description_cs",
    "description_en",
    "start_severity",
    "protocol",
    "policy",
    "position",
    "active",
)
_POLICY_FIELDS = ("name_cs", "name_en", "standard")


def assign(row: Any, fields: dict[str, Any], editable: Iterable[str]) -> None:
    """Set the given fields of a row; names outside `editable` are refused."""
    unknown = sorted(set(fields) - set(editable))
    if unknown:
        raise Invalid({name: _("This cannot be changed here") for name in unknown})
    for name, value in fields.items():
        setattr(row, name, value)


@action("cases.create_kind", needs=Capability.MANAGE, title=_("Add a kind of crisis"), creates=True)
def create_kind(organisation: Organisation, act: Act, *, code: str, **fields: Any) -> CrisisKind:
    """Add a kind of crisis with its protocol, its policy and the severity it starts from."""
    kind = CrisisKind(code=code)
    assign(kind, fields, _KIND_FIELDS)
    act.save(kind)
    act.record("kind.created", on=kind, crisis_kind=code)
    return kind


@action("cases.change_kind", needs=Capability.MANAGE, title=_("Change the kind of crisis"))
def change_kind(kind: CrisisKind, act: Act, **fields: Any) -> CrisisKind:
    """Change a kind of crisis. Cases that are active keep what they were activated with."""
    assign(kind, fields, _KIND_FIELDS)
    act.save(kind)
    act.record("kind.changed", on=kind, crisis_kind=kind.code, fields=sorted(fields))
    return kind


@action("cases.create_policy", needs=Capability.MANAGE, title=_("Add a severity policy"), creates=True)
def create_policy(organisation: Organisation, act: Act, *, code: str, **fields: Any) -> SeverityPolicy:
    """Add a severity policy; its limits and levels are set afterwards."""
    policy = SeverityPolicy(code=code)
    assign(policy, fields, _POLICY_FIELDS)
    act.save(policy)
    act.record("severity_policy.created", on=policy, policy=code)
    return policy


@action("cases.change_policy", needs=Capability.MANAGE, title=_("Change the severity policy"))
def change_policy(policy: SeverityPolicy, act: Act, **fields: Any) -> SeverityPolicy:
    """Change the name of a policy or whether it is the standard one."""
    assign(policy, fields, _POLICY_FIELDS)
    act.save(policy)
    act.record("severity_policy.changed", on=policy, policy=policy.code, fields=sorted(fields))
    return policy


@action("cases.set_limit", needs=Capability.MANAGE, title=_("Set a limit"))
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
    if severity not in Severity.values or code not in ClockCode.values:
        raise Invalid({"code": _("There is no such clock or severity")})
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


@action("cases.set_level", needs=Capability.MANAGE, title=_("Set what a severity needs"))
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
    if severity not in Severity.values:
        raise Invalid({"severity": _("Severity runs from 1 (critical) to 4 (routine)")})
    unknown = [role for role in required_roles if role not in set(CASE_ROLES)]
    if unknown:
        raise Invalid({"required_roles": _("A case does not know this role")})
    level = PolicyLevel.objects.filter(policy=policy, severity=severity).first()
    level = level or PolicyLevel(policy=policy, severity=severity)
    level.required_roles = list(dict.fromkeys(required_roles))
    level.review_required, level.suggest_hold = review_required, suggest_hold
    act.save(level)
    act.record("severity_policy.changed", on=policy, policy=policy.code, fields=["levels"], severity=int(severity))
    return level
