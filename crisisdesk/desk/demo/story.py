"""Everything the demo tells, once: set-up, the closed crisis, the one in full course, and what waits at the door."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import translation

from cases.bootstrap import install_cases
from cases.models import Case
from comms.bootstrap import install_comms
from crisisdesk.core import clock
from crisisdesk.core.models import Brand, Notification, Organisation
from crisisdesk.desk.demo import people
from crisisdesk.desk.demo.door import Door
from crisisdesk.desk.demo.payments import Payments
from crisisdesk.desk.demo.porridge import MINUTES, Porridge
from crisisdesk.desk.demo.set_up import name_organisation, set_up
from crisisdesk.desk.demo.telling import tell

# How long the organisation has had its desk.
DAYS_OF_SET_UP = 60

Say = Callable[[str], None]


def tell_all(say: Say = lambda line: None) -> bool:
    """Install the demo, whole or not at all; False when it is there already."""
    if Case.objects.filter(brand__slug=people.BRAND[1]).exists():
        return False
    now = clock.now()
    with transaction.atomic(), _no_mail_leaves(), translation.override("cs"):
        with clock.time_at(now - timedelta(days=DAYS_OF_SET_UP)):
            say("  people, brands, defaults")
            people.install()
            install_cases()
            install_comms()
            say("  sources, channels, approved first texts")
            name_organisation(Organisation.objects.get())
            brands = {brand.slug: brand for brand in Brand.objects.all()}
            main, other = brands[people.BRAND[1]], brands[people.OTHER_BRAND[1]]
            for brand in (main, other):
                set_up(brand)
                brand.refresh_from_db()
        zone = ZoneInfo(main.time_zone)
        say("  last month's crisis, closed")
        tell(Payments(other, now, zone).threads())
        say(f"  today's crisis, {MINUTES} minutes old, and fresh signals")
        tell([*Porridge(main, now, zone).threads(), *Door(brands, now, zone).threads()])
        _write_off_mails(now)
    return True


def _write_off_mails(now: datetime) -> None:
    """What the story's people would have been told by mail they know already; what is a day old they have read."""
    theirs = Notification.objects.filter(user__email__endswith=f"@{people.DOMAIN}")
    theirs.filter(done_at=None).update(done_at=now)
    theirs.unread().filter(created_at__lt=now - timedelta(days=1)).update(read_at=now)


@contextmanager
def _no_mail_leaves() -> Iterator[None]:
    """The story's mails are written off: nobody outside gets a text about a crisis that never was."""
    kept, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.dummy.EmailBackend"
    try:
        yield
    finally:
        settings.EMAIL_BACKEND = kept
