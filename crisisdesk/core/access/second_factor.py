"""Who must sign in with a second factor, and who has one."""

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import QuerySet

from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal

if TYPE_CHECKING:
    from crisisdesk.core.models import User

# Recovery codes alone are no factor: they only exist beside one of these.
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)

# Rights that put words into the organisation's mouth, or hand out such rights.
GUARDED = (Capability.APPROVE, Capability.APPROVE_LEGAL, Capability.PUBLISH, Capability.MANAGE)


def factors_of(user: "User") -> QuerySet[Authenticator]:
    """The second factors the account has set up."""
    return Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS)


def is_demanded_of(principal: Principal) -> bool:
    """Whether `REQUIRE_MFA` applies: to staff, and to people with a guarded right anywhere. Programs have none."""
    user = principal.user
    if not settings.REQUIRE_MFA or user is None or principal.kind != "user":
        return False
    if user.is_staff or user.is_superuser:
        return True
    return any(principal.brands_with(right) or principal.holds_on_a_case(right) for right in GUARDED)


def is_missing_for(principal: Principal) -> bool:
    """Whether the principal must set up a second factor before going on."""
    return is_demanded_of(principal) and not factors_of(principal.user).exists()  # type: ignore[arg-type]
