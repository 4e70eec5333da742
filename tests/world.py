"""The world every test starts from: the fictitious organisation's people and brands, and the shipped defaults."""

from datetime import UTC, datetime

from cases.bootstrap import install_cases
from comms.bootstrap import install_comms
from crisisdesk.core import clock
from crisisdesk.core.models import User
from crisisdesk.desk.demo import people

# People have held their roles for years, so that tests may be told at any hour since.
SINCE = datetime(2020, 1, 1, tzinfo=UTC)


def install() -> None:
    """Fill an empty database, by the product's own verbs."""
    with clock.time_at(SINCE):
        people.install()
    install_cases()
    install_comms()
    User.objects.update(language="en")  # an account's language wins over the browser's; tests read English
