"""The models of what is said and who allowed it; how it leaves stands in `comms.sending.models`."""

from comms.models.approvals import Approval, ApprovalRequest, ReleaseReview, RequestStage, TemplateRelease, authority_of
from comms.models.policies import ApprovalPolicy, PolicyProposal, PolicyStage, PolicyText
from comms.models.statements import Contributor, Draft, FactCitation, Statement, StatementVersion, VersionText
from comms.models.templates import (
    RegisteredType,
    RegisteredValue,
    StatementTemplate,
    TemplateApproval,
    TemplateContributor,
    TemplatePlaceholder,
    TemplateVersion,
)
from comms.sending import models as sending  # Django knows the models of an app by this module
from comms.states import (
    HeldBack,
    Purpose,
    RequestState,
    ReviewOutcome,
    Stance,
    StatementState,
    Status,
    TemplateState,
    Verdict,
)

__all__ = [
    "Approval",
    "ApprovalPolicy",
    "ApprovalRequest",
    "Contributor",
    "Draft",
    "FactCitation",
    "HeldBack",
    "PolicyProposal",
    "PolicyStage",
    "PolicyText",
    "Purpose",
    "RegisteredType",
    "RegisteredValue",
    "ReleaseReview",
    "RequestStage",
    "RequestState",
    "ReviewOutcome",
    "Stance",
    "Statement",
    "StatementState",
    "StatementTemplate",
    "StatementVersion",
    "Status",
    "TemplateApproval",
    "TemplateContributor",
    "TemplatePlaceholder",
    "TemplateRelease",
    "TemplateState",
    "TemplateVersion",
    "Verdict",
    "VersionText",
    "authority_of",
    "sending",
]
