"""Installs the shipped kinds of crisis, severity policy and protocols.

What is there already, by its code, stays exactly as the organisation left it; only what is missing is added.
"""

from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from cases.actions.protocols import draft_protocol, publish_protocol
from cases.clocks import Limit, Unit
from cases.models import (
    CrisisKind,
    DoneBy,
    PolicyLevel,
    PolicyLimit,
    Protocol,
    ProtocolStep,
    SeverityPolicy,
)
from crisisdesk.core.access.principals import SYSTEM

DEFAULTS = Path(__file__).parent / "defaults"


def read(name: str) -> Any:
    """The content of one file of defaults."""
    return yaml.safe_load((DEFAULTS / name).read_text(encoding="utf-8"))


@transaction.atomic
def install_cases() -> dict[str, int]:
    """Add what is missing; returns how many of each were added."""
    policy = read("severity.yaml")
    return {
        "severity_policies": _install_policy(policy),
        "protocols": sum(install_protocol(read(f"protocols/{path.name}")) for path in protocol_files()),
        "kinds": sum(_install_kind(kind, place, policy["code"]) for place, kind in enumerate(read("kinds.yaml"))),
    }


def protocol_files() -> list[Path]:
    """The shipped protocols, one file each."""
    return sorted((DEFAULTS / "protocols").glob("*.yaml"))


def limit_of(cell: Mapping[str, Any]) -> Limit:
    """One cell of the table of limits: `minutes`, `working_minutes` or `working_days`, `times`, `waking_hours`."""
    unit = next((unit for unit in Unit if unit.value in cell), Unit.MINUTES)
    return Limit(
        amount=cell.get(unit.value),
        unit=unit,
        times=tuple(time.fromisoformat(moment) for moment in cell.get("times", ())),
        waking_hours=cell.get("waking_hours", False),
    )


def _install_policy(given: Mapping[str, Any]) -> int:
    if SeverityPolicy.objects.filter(code=given["code"]).exists():
        return 0
    policy = SeverityPolicy.objects.create(
        code=given["code"],
        name_cs=given["name"]["cs"],
        name_en=given["name"]["en"],
        standard=not SeverityPolicy.objects.filter(standard=True).exists(),
    )
    PolicyLevel.objects.bulk_create(
        PolicyLevel(
            policy=policy,
            severity=severity,
            required_roles=level["required_roles"],
            review_required=level["review_required"],
            suggest_hold=level["suggest_hold"],
        )
        for severity, level in given["levels"].items()
    )
    PolicyLimit.objects.bulk_create(
        PolicyLimit(
            policy=policy, severity=severity, code=code, **vars(limit_of(cell)) | {"times": list(limit_of(cell).times)}
        )
        for code, cells in given["limits"].items()
        for severity, cell in cells.items()
    )
    return 1


def _limit(policy: SeverityPolicy, severity: int, code: str, limit: Limit) -> PolicyLimit:
    return PolicyLimit(
        policy=policy,
        severity=severity,
        code=code,
        amount=limit.amount,
        unit=limit.unit.value,
        times=list(limit.times),
        waking_hours=limit.waking_hours,
    )


@transaction.atomic
def install_protocol(given: Mapping[str, Any]) -> int:
    """Add one protocol as a file describes it, published; ValueError where a step is `done_by` what nobody knows."""
    if Protocol.objects.filter(code=given["code"]).exists():
        return 0
    protocol = Protocol.objects.create(code=given["code"], name_cs=given["name"]["cs"], name_en=given["name"]["en"])
    version = draft_protocol(protocol, SYSTEM)
    ProtocolStep.objects.bulk_create(
        ProtocolStep(
            version=version,
            order=order,
            kind=step.get("kind", "manual"),
            role=step["role"],
            offset_minutes=step["minutes"],
            blocking=step.get("blocking", False),
            title_cs=step["title"]["cs"],
            title_en=step["title"]["en"],
            instruction_cs=step["instruction"]["cs"],
            instruction_en=step["instruction"]["en"],
            template_code=step.get("template", ""),
            done_by=DoneBy(step["done_by"]) if "done_by" in step else "",
        )
        for order, step in enumerate(given["steps"], start=1)
    )
    publish_protocol(version, SYSTEM)
    return 1


def _install_kind(given: Mapping[str, Any], position: int, policy: str) -> int:
    if CrisisKind.objects.filter(code=given["code"]).exists():
        return 0
    CrisisKind.objects.create(
        code=given["code"],
        name_cs=given["name"]["cs"],
        name_en=given["name"]["en"],
        start_severity=given["severity"],
        protocol=Protocol.objects.get(code=given["protocol"]),
        policy=SeverityPolicy.objects.get(code=policy),
        position=position,
    )
    return 1
