from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """The crisis: people, time, facts and what was decided. What is said about it is the business of `comms`."""

    name = "cases"
    label = "cases"
    verbose_name = _("Cases")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make known the kinds of events, the actions, the sentences of triggers, the tabs and what holds files."""
        from cases import actions, constraints, events, head  # noqa: F401
        from crisisdesk.core.models import StoredFile

        StoredFile.held_by("evidence__case", "signal_file__signal__brand")
