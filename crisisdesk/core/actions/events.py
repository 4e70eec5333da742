"""What can happen on the installation's own chain."""

from django.utils.translation import gettext_lazy as _

from crisisdesk.core.access.roles import Role
from crisisdesk.core.log.events import declare


def role_name(code: str) -> str:
    """The word for a role code in the reader's language."""
    return str(Role(code).label) if code in Role.values else code


ROLE = {"role": role_name}

declare("organisation.changed", _("Set-up of the organisation changed: {actor}"))
declare("brand.created", _("Brand created: {actor}"))
declare("brand.changed", _("Set-up of a brand changed: {actor}"))
declare("person.created", _("Account created: {actor}"))
declare("person.changed", _("Account changed: {actor}"))
declare("person.deactivated", _("Account closed: {actor}"))
declare("membership.granted", _("Role on a brand given ({role}): {actor}"), words=ROLE)
declare("membership.ended", _("Role on a brand ended ({role}): {actor}"), words=ROLE)
declare("membership.dates_changed", _("Dates of a role on a brand changed ({role}): {actor}"), words=ROLE)
declare("membership.withdrawn", _("Role on a brand withdrawn before it began ({role}): {actor}"), words=ROLE)
declare("membership.began", _("Role on a brand begins ({role}): {actor}"), words=ROLE)
declare("membership.expired", _("Role on a brand has run out ({role}): {actor}"), words=ROLE)
