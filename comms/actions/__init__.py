"""Every verb about what is said. Importing this package makes them known."""

from comms.actions import deciding, policies, releases, statements, submitting, templates, widening
from comms.sending.actions import accounts, by_hand, deliveries, publishing, subscribers, withdrawal

__all__ = [
    "accounts",
    "by_hand",
    "deciding",
    "deliveries",
    "policies",
    "publishing",
    "releases",
    "statements",
    "submitting",
    "subscribers",
    "templates",
    "widening",
    "withdrawal",
]
