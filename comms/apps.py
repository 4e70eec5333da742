from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommsConfig(AppConfig):
    """What is said about a crisis, who allowed it, and how it leaves."""

    name = "comms"
    label = "comms"
    verbose_name = _("Statements")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make kinds of events and verbs known, add what a statement means for the way of a case, listen for posts."""
        from cases.actions.lifecycle import contain_case
        from cases.extensions import name
        from cases.tabs import Tab, tabs
        from comms import actions, events  # noqa: F401
        from comms.sending import events as events_sending  # noqa: F401
        from comms.sending.case_guards import something_was_said
        from comms.sending.models import Delivery
        from comms.sending.newsroom import answers
        from crisisdesk.core.web import warming

        contain_case.guard(something_was_said)
        tabs.add(Tab("statements", "comms:case_statements", _("Statements"), place=40))
        warming.keep_up(answers.listen)
        name("comms.delivery", Delivery.objects.account_names)
