"""Who sees whom: colleagues on the same brands; administrators of the installation see everybody."""

from django.db.models import QuerySet

from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.models import Membership, User


def people_visible_to(principal: Principal) -> QuerySet[User]:
    """Accounts the principal may know of."""
    if principal.is_anonymous:
        return User.objects.none()
    if principal.manages_installation():
        return User.objects.all()
    brands = sorted(principal.brands_with(Capability.VIEW))
    colleagues = Membership.objects.filter(brand_id__in=brands, until=None).values_list("user", flat=True)
    return User.objects.filter(pk__in={principal.user.pk, *colleagues})  # type: ignore[union-attr]
