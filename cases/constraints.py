"""Sentences for what the database's own triggers refuse."""

from django.utils.translation import gettext_lazy as _

from crisisdesk.core.errors import constraint_message

constraint_message("cases_case_identity", _("Brand, reference and realm of a case never change"))
constraint_message(
    "cases_protocol_published", _("A published version never changes; start a new version of the protocol")
)
constraint_message("cases_clock_breach_stays", _("A limit that was passed stays passed"))
constraint_message("cases_severityassessment_frozen", _("A judgement stays as it was made; add a new one"))
