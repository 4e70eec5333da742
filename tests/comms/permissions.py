"""Who may do and see what with texts, before they leave the house."""

from collections.abc import Mapping
from typing import Any

from comms.actions.policies import change_policy
from comms.models import (
    ApprovalPolicy,
    PolicyProposal,
    RegisteredValue,
    StatementTemplate,
    TemplateVersion,
)
from tests.comms import build
from tests.conftest import World
from tests.permissions_table import HIDDEN, PageRow, VerbRow, everybody_but

# Everybody of the brand who is more than a reader; a service account among them.
CONTRIBUTORS = everybody_but("observer", "manager", "superuser", "outsider")
# Who holds a right to approve; which text they decide about, the policy says.
DECIDERS = everybody_but(
    "duty", "community", "scribe", "agency", "observer", "manager", "superuser", "outsider", "service"
)
WRITERS = frozenset({"duty", "crisis_lead", "comms_lead", "service", "manager", "superuser"})
ADMINISTRATORS = frozenset({"manager", "superuser"})
OUTSIDE: Mapping[str, int] = {"outsider": HIDDEN}


def _template(world: World) -> StatementTemplate:
    return StatementTemplate.objects.get(brand=world.brand, code="general")


def _template_draft(world: World) -> TemplateVersion:
    return _template(world).versions.get(language="en")


def _value(world: World) -> RegisteredValue:
    build.prepared(world)
    return RegisteredValue.objects.filter(brand=world.brand).earliest("pk")


def _policy(world: World) -> ApprovalPolicy:
    return ApprovalPolicy.objects.get(text="apology")


def _proposal(world: World) -> PolicyProposal:
    weaker = change_policy(_policy(world), world.principal("manager"), stages=[{"roles": ["comms_lead"]}])
    assert isinstance(weaker, PolicyProposal)
    return weaker


VERBS = (
    VerbRow("comms.draft_statement", build.case, CONTRIBUTORS),
    VerbRow("comms.edit_statement", build.draft, CONTRIBUTORS),
    VerbRow("comms.add_language", lambda world: build.draft(world).statement, CONTRIBUTORS),
    VerbRow("comms.revise_statement", build.approved, CONTRIBUTORS),
    VerbRow("comms.change_statement", lambda world: build.draft(world).statement, CONTRIBUTORS),
    VerbRow("comms.submit_statement", build.draft, CONTRIBUTORS),
    VerbRow("comms.take_back_statement", lambda world: build.submitted(world).version, CONTRIBUTORS),
    VerbRow("comms.approve_statement", build.submitted, frozenset({"comms_lead"}), fresh=True),
    VerbRow("comms.return_statement", build.submitted, frozenset({"comms_lead"})),
    VerbRow("comms.reject_statement", build.submitted, frozenset({"comms_lead"})),
    VerbRow("comms.release_template", build.case, frozenset({"duty"}), fresh=True),
    VerbRow("comms.review_release", build.review, DECIDERS),
    VerbRow("comms.create_template", lambda world: world.brand, WRITERS),
    VerbRow("comms.draft_template", _template, WRITERS),
    VerbRow("comms.edit_template", _template_draft, WRITERS),
    VerbRow("comms.submit_template", _template_draft, WRITERS),
    VerbRow("comms.approve_template", build.in_approval, DECIDERS, fresh=True),
    VerbRow("comms.return_template", build.in_approval, DECIDERS),
    VerbRow("comms.retire_template", lambda world: build.prepared(world)[0], WRITERS),
    VerbRow("comms.register_value", lambda world: world.brand, ADMINISTRATORS),
    VerbRow("comms.close_value", _value, ADMINISTRATORS),
    VerbRow("comms.change_policy", _policy, ADMINISTRATORS),
    VerbRow("comms.confirm_policy", _proposal, frozenset({"superuser"}), fresh=True),
    VerbRow("comms.decline_policy", _proposal, ADMINISTRATORS),
)


def _case(world: World) -> Mapping[str, Any]:
    return {"reference": build.case(world).reference}


def _statement(world: World) -> Mapping[str, Any]:
    return {"uuid": build.draft(world).statement.uuid}


def _prepared(world: World) -> Mapping[str, Any]:
    return {"reference": build.case(world).reference, "uuid": build.prepared(world)[0].template.uuid}


PAGES = (
    PageRow("comms:statements"),
    PageRow("comms:approvals"),
    PageRow("comms:templates"),
    PageRow("comms:statement", _statement, answers=OUTSIDE),
    PageRow("comms:change", _statement, answers=OUTSIDE),
    PageRow("comms:case_statements", _case, answers=OUTSIDE),
    PageRow("comms:draft", _case, answers=OUTSIDE),
    PageRow("comms:first_statement", _case, answers=OUTSIDE),
    PageRow("comms:release", _prepared, answers=OUTSIDE),
    PageRow("comms:approval", lambda world: {"uuid": build.submitted(world).uuid}, answers=OUTSIDE),
    PageRow("comms:review", lambda world: {"uuid": build.review(world).uuid}, answers=OUTSIDE),
    PageRow("comms:template", lambda world: {"uuid": _template_draft(world).uuid}, answers=OUTSIDE),
)

BUTTONS = {
    "comms:autosave",
    "comms:add_language",
    "comms:take_back",
    "comms:revise",
    "comms:template_submit",
    "comms:template_approve",
    "comms:template_return",
    "comms:template_retire",
    "comms:template_draft",
}
