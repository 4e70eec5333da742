from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    name = "cases.monitoring"
    label = "monitoring"
    verbose_name = _("Monitoring")

    def ready(self) -> None:
        """Make the kinds of events, the verbs and the sentences of database triggers known."""
        from cases.monitoring import actions, constraints, events  # noqa: F401
