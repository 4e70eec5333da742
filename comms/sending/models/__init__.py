"""The models of how texts leave: accounts, deliveries with their attempts, newsroom posts, subscribers."""

from comms.sending.models.accounts import Account, AccountKind
from comms.sending.models.deliveries import (
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
from comms.sending.models.newsroom import NewsroomPost
from comms.sending.models.subscribers import Recipient, RecipientState, Subscriber, SubscriberState

__all__ = [
    "Account",
    "AccountKind",
    "Aggregate",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryState",
    "NewsroomPost",
    "Operation",
    "Outcome",
    "Recipient",
    "RecipientState",
    "Stopped",
    "Subscriber",
    "SubscriberState",
    "Withdrawal",
    "aggregate",
]
