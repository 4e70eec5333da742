"""The models of what is said, who allowed it, and how it leaves."""

from comms.models.approvals import (
    Approval,
    ApprovalRequest,
    ReleaseReview,
    RequestStage,
    TemplateRelease,
    authority_of,
)
from comms.models.channels import Account, AccountKind
from comms.models.deliveries import (
    Aggregate,
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    Operation,
    Outcome,
    Stopped,
    Withdrawal,
    aggregate,
)
from comms.models.newsroom import NewsroomPost
from comms.models.policies import ApprovalPolicy, PolicyProposal, PolicyStage, PolicyText
from comms.models.statements import (
    Contributor,
    Draft,
    FactCitation,
    Statement,
    StatementVersion,
    VersionText,
)
from comms.models.subscribers import Recipient, RecipientState, Subscriber, SubscriberState
from comms.models.templates import (
    RegisteredType,
    RegisteredValue,
    StatementTemplate,
    TemplateApproval,
    TemplatePlaceholder,
    TemplateVersion,
)
from comms.states import Purpose, RequestState, ReviewOutcome, StatementState, Status, TemplateState, Verdict

__all__ = [
    "Account",
    "AccountKind",
    "Aggregate",
    "Approval",
    "ApprovalPolicy",
    "ApprovalRequest",
    "Contributor",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryState",
    "Draft",
    "FactCitation",
    "NewsroomPost",
    "Operation",
    "Outcome",
    "PolicyProposal",
    "PolicyStage",
    "PolicyText",
    "Purpose",
    "Recipient",
    "RecipientState",
    "RegisteredType",
    "RegisteredValue",
    "ReleaseReview",
    "RequestStage",
    "RequestState",
    "ReviewOutcome",
    "Statement",
    "StatementState",
    "StatementTemplate",
    "StatementVersion",
    "Status",
    "Stopped",
    "Subscriber",
    "SubscriberState",
    "TemplateApproval",
    "TemplatePlaceholder",
    "TemplateRelease",
    "TemplateState",
    "TemplateVersion",
    "Verdict",
    "VersionText",
    "Withdrawal",
    "aggregate",
    "authority_of",
]
