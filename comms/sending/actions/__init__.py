"""Every action about what leaves the house. Importing this package makes them known."""

from comms.sending.actions import accounts, by_hand, deliveries, publishing, subscribers, withdrawal

__all__ = ["accounts", "by_hand", "deliveries", "publishing", "subscribers", "withdrawal"]
