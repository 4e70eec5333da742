"""The kernel's models: the organisation, people and their grants, the log, tokens."""

from crisisdesk.core.log.history import DeskHistory
from crisisdesk.core.models.base import DeskModel
from crisisdesk.core.models.due import Due
from crisisdesk.core.models.events import Chain, Entry, EntryKind, Event, EventSeal
from crisisdesk.core.models.files import StoredFile, Upload
from crisisdesk.core.models.idempotency import IdempotencyKey, SharedCache
from crisisdesk.core.models.notifications import DeadNotice, Notification, Unsent, Way
from crisisdesk.core.models.organisation import Brand, BrandGrant, Membership, MembershipTimer, Organisation
from crisisdesk.core.models.tokens import ApiToken, SignInThrottle, TokenRate
from crisisdesk.core.models.users import User, UserKind

__all__ = [
    "ApiToken",
    "Brand",
    "BrandGrant",
    "Chain",
    "DeadNotice",
    "DeskHistory",
    "DeskModel",
    "Due",
    "Entry",
    "EntryKind",
    "Event",
    "EventSeal",
    "IdempotencyKey",
    "Membership",
    "MembershipTimer",
    "Notification",
    "Organisation",
    "SharedCache",
    "SignInThrottle",
    "StoredFile",
    "TokenRate",
    "Unsent",
    "Upload",
    "User",
    "UserKind",
    "Way",
]
