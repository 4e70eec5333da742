"""Sentences for what the database's own triggers refuse."""

from django.utils.translation import gettext_lazy as _

from crisisdesk.core.errors import constraint_message

constraint_message("monitoring_mention_brand_of_source", _("A mention belongs to the brand of its source"))
