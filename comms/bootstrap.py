"""Installs the shipped approval policies, and for each brand its channel accounts and first texts.

What is there already, by its code, stays exactly as the organisation left it; only what is missing is added.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from cases.models import CrisisKind
from comms.actions.templates import create_template, draft_template
from comms.models import ApprovalPolicy, PolicyStage, StatementTemplate
from comms.sending.actions.accounts import open_account
from comms.sending.models import Account, AccountKind
from crisisdesk.core import clock
from crisisdesk.core.access.principals import SYSTEM, Principal
from crisisdesk.core.access.roles import Role
from crisisdesk.core.models import Brand, Membership, User

DEFAULTS = Path(__file__).parent / "defaults"
LANGUAGES = ("cs", "en")


def read(name: str) -> Any:
    """The content of one file of defaults."""
    return yaml.safe_load((DEFAULTS / name).read_text(encoding="utf-8"))


@transaction.atomic
def install_comms() -> dict[str, int]:
    """Add what is missing; returns how many of each were added."""
    policies, texts, accounts = read("approval.yaml"), read("templates.yaml"), read("accounts.yaml")
    added = {"approval_policies": 0, "accounts": 0, "templates": 0}
    for row in policies["policies"]:
        added["approval_policies"] += _install_policy(row, policies["columns"])
    for brand in Brand.objects.all():
        for position, row in enumerate(accounts):
            added["accounts"] += _install_account(brand, row, position)
        if author := _author(brand):
            for position, row in enumerate(texts["templates"]):
                added["templates"] += _install_template(brand, author, row, position, texts["fields"])
    return added


def _install_policy(given: Mapping[str, Any], columns: Mapping[str, list[str]]) -> int:
    if ApprovalPolicy.objects.filter(text=given["text"]).exists():
        return 0
    policy = ApprovalPolicy.objects.create(
        text=given["text"],
        name_cs=given["name"]["cs"],
        name_en=given["name"]["en"],
        minutes=given.get("minutes", 0),
        signed_by=given.get("signed_by", []),
    )
    PolicyStage.objects.bulk_create(
        PolicyStage(
            policy=policy,
            roles=stage.get("roles", []),
            severities=stage.get("severities", []),
            kinds=columns[stage["kinds"]] if "kinds" in stage else [],
            except_kinds=columns[stage["except_kinds"]] if "except_kinds" in stage else [],
            tag=stage.get("tag", ""),
            informed=stage.get("informed", False),
            quoted=stage.get("quoted", False),
        )
        for stage in given.get("stages", [])
    )
    return 1


def _install_account(brand: Brand, given: Mapping[str, Any], position: int) -> int:
    if Account.objects.filter(brand=brand, code=given["code"]).exists():
        return 0
    open_account(
        brand,
        SYSTEM,
        code=given["code"],
        kind=given["kind"],
        name_cs=given["name"]["cs"],
        name_en=given["name"]["en"],
        network=given.get("network", ""),
        languages=[brand.default_language] if given["kind"] == AccountKind.MANUAL else [],
        position=position,
    )
    return 1


def _author(brand: Brand) -> Principal | None:
    """Who puts the texts in: an administrator of the brand or the installation, since these approve nothing."""
    held = Membership.objects.current(clock.now())
    manager = held.filter(brand=brand, role=Role.MANAGER, user__is_active=True).first()
    user = manager.user if manager else User.objects.filter(is_superuser=True, is_active=True).first()
    return Principal.for_user(user, via="command") if user else None


def _install_template(
    brand: Brand, author: Principal, given: Mapping[str, Any], position: int, fields: Mapping[str, Any]
) -> int:
    if StatementTemplate.objects.filter(brand=brand, code=given["code"]).exists():
        return 0
    template = create_template(
        brand,
        author,
        code=given["code"],
        name_cs=given["name"]["cs"],
        name_en=given["name"]["en"],
        purpose=given["purpose"],
        kinds=list(CrisisKind.objects.filter(code__in=given.get("kinds", []))),
        cleared_by=given.get("cleared_by", []),
        position=position,
    )
    for language in LANGUAGES:
        draft_template(
            template,
            author,
            language=language,
            title=given["title"][language],
            text=given["text"][language],
            closed_fields=[_field(name, fields[name], language) for name in given["fields"]],
        )
    return 1


def _field(name: str, given: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": given["type"],
        "label_cs": given["label"]["cs"],
        "label_en": given["label"]["en"],
        "help_cs": given["help"]["cs"],
        "help_en": given["help"]["en"],
        "choices": [{"code": row["code"], "text": row[language]} for row in given.get("choices", [])],
    }
