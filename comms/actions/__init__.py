"""Every verb about what is said. Importing this package makes them known."""

from comms.actions import approvals, policies, releases, statements, templates
from comms.sending.actions import accounts as channels
from comms.sending.actions import by_hand, deliveries, subscribers, withdrawal

__all__ = [
    "approvals",
    "by_hand",
    "channels",
    "deliveries",
    "policies",
    "releases",
    "statements",
    "subscribers",
    "templates",
    "withdrawal",
]
