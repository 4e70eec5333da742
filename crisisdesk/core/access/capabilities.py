"""What a person may do, on a brand or on one case."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class Capability(models.TextChoices):
    """The ten rights an action can ask for.

    The same ten exist as object permissions on `Brand` and on `Case`; the value is the permission's codename.
    """

    VIEW = "view", _("see")
    CONTRIBUTE = "contribute", _("contribute")
    LEAD = "lead", _("lead")
    APPROVE = "approve", _("approve")
    APPROVE_LEGAL = "approve_legal", _("approve for legal")
    SPEAK = "speak", _("speak for the organisation")
    PUBLISH = "publish", _("publish")
    HOLD = "hold", _("hold campaigns")
    REVIEW = "review", _("review")
    MANAGE = "manage", _("manage")


# A service account may feed the desk and work with cases, but it never decides about a text and never sends one.
NEVER_FOR_SERVICES = frozenset(
    {Capability.APPROVE, Capability.APPROVE_LEGAL, Capability.SPEAK, Capability.PUBLISH, Capability.MANAGE}
)

# What a superuser may do without a grant: keep the installation running, nothing that decides about a text.
OF_SUPERUSERS = frozenset({Capability.VIEW, Capability.MANAGE})


def as_permissions() -> "list[tuple[str, str | StrPromise]]":
    """The capabilities in the shape of `Meta.permissions`: `(codename, name)` pairs."""
    return [(capability.value, f"Can {capability.value}") for capability in Capability]
