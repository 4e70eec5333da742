"""Sentences the kernel itself says."""

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crisisdesk.core.errors import Unmet


def edge_refused(row: Any) -> Unmet:
    """The refusal of a verb in the state in which the row is."""
    return Unmet(
        "state",
        format_lazy(_("This cannot be done while the state is: {state}"), state=row.states.choices(row.state).label),
        {"state": row.state},
    )
