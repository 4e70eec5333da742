from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    name = "cases.monitoring"
    label = "monitoring"
    verbose_name = _("Monitoring")

    def ready(self) -> None:
        """Make the kinds of events, the verbs and the sentences of triggers known; join the pages of signals."""
        from cases.extensions import signal_panel
        from cases.monitoring import actions, constraints, events  # noqa: F401
        from cases.monitoring.text import dictionaries, lemmas
        from cases.monitoring.text.tokens import search_words
        from cases.monitoring.views.mentions import evidence_context
        from crisisdesk.core.search import read_with
        from crisisdesk.core.web import warming

        dictionaries.keep_in(settings.DATA_DIR / "dictionaries")
        # On a machine that has no dictionaries yet, whoever searches mentions first would wait some seconds for them.
        warming.prepare(lemmas.warm)
        read_with(search_words)
        signal_panel("monitoring/_evidence.html", evidence_context)
