"""The demo can be installed at any hour: at night, on New Year's Day, when the clocks change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from cases.models import Case, CaseState
from comms.models import Purpose, StatementVersion
from crisisdesk.core import clock
from crisisdesk.core.models import Event
from crisisdesk.desk.demo.story import tell_all

PRAGUE = ZoneInfo("Europe/Prague")


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 24, 2, 15, tzinfo=PRAGUE),
        datetime(2027, 1, 1, 0, 20, tzinfo=PRAGUE),
        datetime(2027, 3, 28, 1, 10, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 5, tzinfo=UTC),
        datetime(2026, 11, 20, 21, 50, tzinfo=PRAGUE),
    ],
    ids=["night", "new year", "spring forward", "fall back", "friday evening"],
)
def test_at_any_hour(now: datetime) -> None:
    with clock.time_at(now), transaction.atomic():
        assert tell_all()
        assert {case.state for case in Case.objects.all()} == {CaseState.ACTIVE, CaseState.CLOSED}
        promised = StatementVersion.objects.get(statement__purpose=Purpose.UPDATE, language="cs").next_update_at
        assert promised is not None
        assert 7 <= promised.astimezone(PRAGUE).hour < 22, "nobody is promised anything at night"
        first = StatementVersion.objects.get(
            statement__purpose=Purpose.FIRST, language="cs", statement__case__state=CaseState.ACTIVE
        )
        assert first.next_update_at is not None
        assert first.next_update_at > now
        assert not Event.objects.filter(chain__case__isnull=False, recorded_at__gt=now).exists()
        breached = Case.objects.get(state=CaseState.ACTIVE).clocks.exclude(breached_at=None)
        assert [row.code for row in breached] == ["reply1"]
