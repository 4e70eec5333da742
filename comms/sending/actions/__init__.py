"""Actions of sending. Importing this package registers them."""

from comms.sending.actions import accounts, by_hand, deliveries, publishing, subscribers, withdrawal

__all__ = ["accounts", "by_hand", "deliveries", "publishing", "subscribers", "withdrawal"]
