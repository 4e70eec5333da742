"""What the log says about watching."""

from django.utils.translation import gettext_lazy as _

from cases.monitoring import problems
from crisisdesk.core.events import declare

PROBLEM = {"problem": problems.sentence}

declare("source.created", _("Source added: {actor}"), tone="step")
declare("source.changed", _("Source changed: {actor}"))
declare("source.paused", _("Source paused: {actor}"))
declare("source.resumed", _("Source resumed: {actor}"), tone="step")
declare("source.asked", _("Source looked at out of turn: {actor}"))
declare("source.failing", _("Source cannot be read: {problem}"), tone="bad", words=PROBLEM)
declare("source.recovered", _("Source can be read again"), tone="good")
declare("mentions.received", _("Mentions received: {new}, known already: {known}"))
declare("evidence.added", _("Mentions added to the signal ({count}): {actor}"))
declare("evidence.fired", _("Trigger term in {count} mentions: {term}"), tone="step")
declare("report.received", _("Report received through the secret address: {actor}"), tone="step")
declare("report_address.created", _("Report address created: {actor}"), tone="step")
declare("report_address.rotated", _("Report address replaced: {actor}"))
declare("report_address.revoked", _("Report address revoked: {actor}"))
