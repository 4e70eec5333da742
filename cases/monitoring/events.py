"""What the log says about watching."""

from django.utils.translation import gettext_lazy as _

from crisisdesk.core.log.events import declare

declare("source.created", _("Source added: {actor}"), tone="step")
declare("source.changed", _("Source changed: {actor}"))
declare("source.paused", _("Source paused: {actor}"))
declare("source.resumed", _("Source resumed: {actor}"), tone="step")
declare("source.asked", _("Source looked at out of turn: {actor}"))
declare("source.failing", _("Source cannot be read: {actor}"), tone="bad")
declare("source.recovered", _("Source can be read again: {actor}"), tone="good")
declare("mentions.received", _("Mentions received (new {new}, known {known}): {actor}"))
declare("evidence.added", _("Mentions added to the signal ({count}): {actor}"))
declare("evidence.fired", _("Trigger term fired ({term}, mentions: {count}): {actor}"), tone="step")
declare("report.received", _("Report received through the secret address: {actor}"), tone="step")
declare("report_address.created", _("Report address created: {actor}"), tone="step")
declare("report_address.rotated", _("Report address replaced: {actor}"))
declare("report_address.revoked", _("Report address revoked: {actor}"))
