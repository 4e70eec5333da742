"""Who may do what to sources, mentions and report addresses."""

from typing import Any

from cases.monitoring.actions import (
    create_report_address,
    create_source,
    push_mentions,
    raise_signal_from_mentions,
)
from cases.monitoring.models import Mention, ReportAddress, Source, SourceKind
from crisisdesk.core.access.principals import SYSTEM
from tests.conftest import World
from tests.permissions_table import HIDDEN, REFUSED, SEEN, PageRow, VerbRow, everybody_but

ADMINISTRATORS = frozenset({"manager", "superuser"})
CONTRIBUTORS = everybody_but("outsider", "observer", "manager", "superuser")
# Whoever sees the brand; the address itself is what anybody else needs.
BRAND_PEOPLE = everybody_but("outsider")


def brand(world: World) -> Any:
    return world.brand


def feed(world: World) -> Source:
    values = {"kind": SourceKind.FEED, "name": "Deník", "url": "https://denik.example/rss"}
    return create_source(world.brand, SYSTEM, **values)


def paused(world: World) -> Source:
    source = feed(world)
    Source.objects.filter(pk=source.pk).update(active=False)
    source.refresh_from_db()
    return source


def inbox(world: World) -> Source:
    return create_source(world.brand, SYSTEM, kind=SourceKind.PUSH, name="Nástroj")


def mention(world: World) -> Mention:
    return push_mentions(inbox(world), SYSTEM, mentions=[{"title": "Plíseň v kaši"}]).stored[0]


def signal(world: World) -> Any:
    return raise_signal_from_mentions(world.brand, SYSTEM, mentions=[mention(world)])


def address(world: World) -> ReportAddress:
    return create_report_address(world.brand, SYSTEM, name="Prodejny").address


def uuid_of(make: Any) -> Any:
    return lambda world: {"uuid": make(world).uuid}


def secret(world: World) -> dict[str, str]:
    return {"secret": create_report_address(world.brand, SYSTEM, name="Prodejny").secret}


VERBS = (
    VerbRow("monitoring.create_source", brand, ADMINISTRATORS),
    VerbRow("monitoring.edit_source", feed, ADMINISTRATORS),
    VerbRow("monitoring.pause_source", feed, ADMINISTRATORS),
    VerbRow("monitoring.resume_source", paused, ADMINISTRATORS),
    VerbRow("monitoring.poll_now", feed, CONTRIBUTORS | ADMINISTRATORS),
    VerbRow("monitoring.push_mentions", inbox, CONTRIBUTORS),
    VerbRow("monitoring.raise_signal_from_mentions", brand, CONTRIBUTORS),
    VerbRow("monitoring.attach_mentions", signal, CONTRIBUTORS),
    VerbRow("monitoring.create_report_address", brand, ADMINISTRATORS),
    VerbRow("monitoring.rotate_report_address", address, ADMINISTRATORS),
    VerbRow("monitoring.revoke_report_address", address, ADMINISTRATORS),
    VerbRow("monitoring.report_by_address", address, BRAND_PEOPLE),
)

HIDDEN_FROM_OUTSIDERS = {"outsider": HIDDEN}
ONLY_ADMINISTRATORS = {"manager": SEEN, "superuser": SEEN}

PAGES = (
    PageRow("monitoring:mentions"),
    PageRow("monitoring:mention_rows"),
    PageRow("monitoring:mention", uuid_of(mention), answers=HIDDEN_FROM_OUTSIDERS),
    PageRow("monitoring:evidence", uuid_of(signal), answers=HIDDEN_FROM_OUTSIDERS),
    PageRow("monitoring:sources"),
    PageRow("monitoring:source_new", default=REFUSED, answers=ONLY_ADMINISTRATORS),
    PageRow("monitoring:source", uuid_of(feed), answers=HIDDEN_FROM_OUTSIDERS),
    PageRow(
        "monitoring:source_edit", uuid_of(feed), default=REFUSED, answers={**ONLY_ADMINISTRATORS, "outsider": HIDDEN}
    ),
    PageRow("monitoring:report_addresses", default=REFUSED, answers=ONLY_ADMINISTRATORS),
    PageRow("monitoring:report_address_new", default=REFUSED, answers=ONLY_ADMINISTRATORS),
    PageRow("monitoring:report", secret, anonymous=SEEN),
    PageRow("monitoring:reported", secret, anonymous=SEEN),
)

BUTTONS = (
    "monitoring:raise",
    "monitoring:attach",
    "monitoring:source_pause",
    "monitoring:source_resume",
    "monitoring:source_look",
    "monitoring:report_address_rotate",
    "monitoring:report_address_revoke",
)
