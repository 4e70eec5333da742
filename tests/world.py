"""The world every test starts from: the fictitious organisation's people and brands, and the shipped defaults."""

from cases.bootstrap import install_cases
from comms.bootstrap import install_comms
from crisisdesk.core.models import User
from crisisdesk.desk.demo import people


def install() -> None:
    """Fill an empty database, by the product's own verbs."""
    people.install()
    install_cases()
    install_comms()
    User.objects.update(language="en")  # an account's language wins over the browser's; tests read English
