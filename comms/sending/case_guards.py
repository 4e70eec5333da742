"""What statements mean for the way of a case."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import Case
from comms.models import StatementVersion
from crisisdesk.core.actions.act import Act
from crisisdesk.core.errors import Unmet


def something_was_said(case: Case, act: Act, **values: Any) -> Unmet | None:
    """A crisis is under control once the public has heard from us, or it was decided that it need not."""
    if case.statement_waived_at or StatementVersion.objects.published().filter(statement__case=case).exists():
        return None
    return Unmet("no_statement", _("Publish a statement first, or decide and record that none is made"))
