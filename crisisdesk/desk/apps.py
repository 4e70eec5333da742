from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """What mixes the apps: what waits for one person, and one case at a glance."""

    name = "crisisdesk.desk"
    label = "desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        """Put the overview first among the tabs of a case: it is the page of a case."""
        from cases.tabs import Tab, tabs

        tabs.add(Tab("overview", "desk:case", _("Overview"), place=10))
