"""The kernel."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Imports no sibling; everything else builds on it."""

    name = "crisisdesk.core"
    label = "core"
    verbose_name = _("Organisation and people")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the kernel's kinds of events and verbs known; grant database rights after migrating."""
        from django.db.models.signals import post_migrate

        from crisisdesk.core import checks  # noqa: F401
        from crisisdesk.core.access.dbroles import grant_after_migrate
        from crisisdesk.core.actions import events, memberships, notifications, people, tokens  # noqa: F401
        from crisisdesk.core.files import uploads  # noqa: F401

        post_migrate.connect(grant_after_migrate, sender=self, dispatch_uid="core.dbroles")


class DeskAdminConfig(AdminConfig):
    """Puts the desk's own administration in the place of Django's."""

    default_site = "crisisdesk.core.admin_site.DeskAdminSite"
