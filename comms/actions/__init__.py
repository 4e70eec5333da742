"""Every verb about what is said. Importing this package makes them known."""

from comms.actions import (
    approvals,
    by_hand,
    channels,
    deliveries,
    policies,
    releases,
    statements,
    subscribers,
    templates,
    withdrawal,
)

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
