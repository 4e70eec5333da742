"""Reports from anybody who knows a secret address: nothing lost, no flood, nothing given away."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions import dismiss_signal
from cases.models import SignalOrigin
from cases.monitoring.actions import (
    create_report_address,
    raise_signal_from_mentions,
    report_by_address,
    reports,
    revoke_report_address,
    rotate_report_address,
)
from cases.monitoring.actions.reports import MOST_REPORTS, MOST_SIGNALS, Issued
from cases.monitoring.models import Mention, ReportAddress
from cases.monitoring.views.reports import REPORTER
from crisisdesk.core.access.principals import ANONYMOUS
from crisisdesk.core.errors import Denied, Invalid, Missing
from crisisdesk.core.models import Event
from crisisdesk.core.web.request_errors import TooMany
from tests.conftest import World
from tests.monitoring.conftest import signals


@pytest.fixture
def issued(world: World) -> Issued:
    """A report address with its secret."""
    return create_report_address(world.brand, world.principal("manager"), name="Prodejny")


def page(issued: Issued, name: str = "monitoring:report") -> str:
    return reverse(name, kwargs={"secret": issued.secret})


def test_the_secret_is_stored_as_its_hash_only(issued: Issued) -> None:
    row = ReportAddress.objects.values().get()
    assert issued.secret not in str(row)
    assert row["hint"] == issued.secret[-4:]


def test_a_report_is_a_signal_with_its_words(world: World, issued: Issued) -> None:
    report_by_address(
        issued.address, REPORTER, what="V kaši je plíseň", where="https://sit.example/p/1", who="Jana, 777 123 456"
    )
    (signal,) = signals()
    assert (signal.title, signal.origin) == ("V kaši je plíseň", SignalOrigin.REPORT)
    assert signal.links == ["https://sit.example/p/1"]
    assert signal.reporter.text == "Jana, 777 123 456"
    event = Event.objects.get(kind="report.received")
    assert event.actor == "anonymous"
    assert "Jana" not in str(event.payload)


def test_the_second_field_may_hold_the_text_itself(issued: Issued) -> None:
    report_by_address(issued.address, REPORTER, what="Divný příspěvek", where="„Nikdy víc tuhle značku!“ píše @honza")
    (signal,) = signals()
    assert "Nikdy víc" in signal.text
    assert signal.links == []


def test_the_same_report_twice_is_one_signal(issued: Issued) -> None:
    for _again in range(3):
        report_by_address(issued.address, REPORTER, what="V kaši je plíseň", who="Jana")
    assert len(signals()) == 1
    assert Event.objects.filter(kind="report.received").count() == 1


def test_reports_of_one_link_gather(issued: Issued) -> None:
    report_by_address(issued.address, REPORTER, what="Plíseň", where="https://sit.example/p/1", who="Jana")
    report_by_address(issued.address, REPORTER, what="Tady něco je", where="https://sit.example/p/1", who="Petr")
    (signal,) = signals()
    assert signal.evidence.count() == 2
    names = Event.objects.filter(kind="report.received", entry__isnull=False).values_list("entry__text", flat=True)
    assert list(names) == ["Petr"]


def test_a_report_joins_the_signal_that_a_feed_raised(world: World, issued: Issued, push: Any, inbox: Any) -> None:
    mentions = push("Plíseň")
    Mention.objects.update(url="https://sit.example/p/1")
    signal = raise_signal_from_mentions(world.brand, world.principal("community"), mentions=mentions)
    assert report_by_address(issued.address, REPORTER, what="Vidím to taky", where="https://sit.example/p/1") == signal


def test_after_a_dismissal_the_same_report_raises_anew(world: World, issued: Issued) -> None:
    first = report_by_address(issued.address, REPORTER, what="Plíseň")
    dismiss_signal(first, world.principal("duty"), reason="omyl")
    assert report_by_address(issued.address, REPORTER, what="Plíseň") != first
    assert Mention.objects.count() == 1


def test_a_flood_is_harmless(issued: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 30
    monkeypatch.setattr(reports, "MOST_REPORTS", most)
    for number in range(most):
        report_by_address(issued.address, REPORTER, what=f"Hlášení číslo {number}")
    assert len(signals()) == MOST_SIGNALS
    assert Mention.objects.count() == most
    for number in range(5):
        with pytest.raises(TooMany):
            report_by_address(issued.address, REPORTER, what=f"Ještě jedno {number}")
    assert Mention.objects.count() == most


def test_only_the_address_in_hand_counts(world: World, issued: Issued) -> None:
    with pytest.raises(Missing):
        report_by_address(issued.address, ANONYMOUS, what="Plíseň")
    revoke_report_address(issued.address, world.principal("manager"))
    with pytest.raises(Missing):
        report_by_address(issued.address, REPORTER, what="Plíseň")


def test_a_replaced_secret_is_dead_at_once(world: World, issued: Issued) -> None:
    client = Client()
    fresh = rotate_report_address(issued.address, world.principal("manager"))
    assert client.get(page(issued)).status_code == 404
    assert client.get(page(fresh)).status_code == 200


def test_who_makes_addresses(world: World) -> None:
    with pytest.raises(Denied):
        create_report_address(world.brand, world.principal("comms_lead"), name="X")


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "words"), [("en", "Report a signal"), ("cs", "<form")])
def test_the_page_speaks_the_browsers_language_and_stays_out_of_indexes(
    issued: Issued, language: str, words: str
) -> None:
    answer = Client(headers={"accept-language": language}).get(page(issued))
    assert words in answer.content.decode()
    assert f'lang="{language}"' in answer.content.decode()
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]


def test_sending_the_form(issued: Issued) -> None:
    client = Client()
    values = {"what": "V kaši je plíseň", "where": "https://sit.example/p/1", "who": "Jana"}
    thanks = client.post(page(issued), values, follow=True)
    assert "it has arrived" in thanks.content.decode()
    assert len(signals()) == 1
    client.get(page(issued, "monitoring:reported"))
    assert len(signals()) == 1


def test_opening_the_page_reports_nothing(issued: Issued) -> None:
    Client().get(page(issued), {"what": "x"})
    assert signals() == []


def test_a_form_that_lacks_something_keeps_what_was_typed(issued: Issued) -> None:
    refused = Client().post(page(issued), {"what": " ", "where": "https://sit.example/p/1", "who": "Jana"})
    assert refused.status_code == 422
    assert "https://sit.example/p/1" in refused.content.decode()


@pytest.mark.parametrize("what", ["x" * 1_000_000, "a\x00b", "\x07\x08", "\ufffe"])
def test_texts_that_can_not_be_taken(issued: Issued, what: str) -> None:
    assert Client().post(page(issued), {"what": what}).status_code == 422


@pytest.mark.parametrize(
    "what", ["<script>alert(1)</script>", "a\ud800b".encode("utf-8", "surrogatepass").decode("utf-8", "replace")]
)
def test_texts_that_are_odd_but_fine(world: World, issued: Issued, what: str) -> None:
    assert Client().post(page(issued), {"what": what}).status_code == 303
    assert "<script>" not in world.client("duty").get(reverse("monitoring:mentions")).content.decode()


def test_a_program_that_fills_in_everything_is_thanked_and_forgotten(issued: Issued) -> None:
    answer = Client().post(page(issued), {"what": "Buy", "website": "http://spam.example"}, follow=True)
    assert "it has arrived" in answer.content.decode()
    assert signals() == []


def test_the_flood_is_answered_with_a_sentence(issued: Issued) -> None:
    from django.utils import timezone

    ReportAddress.objects.update(recent=[timezone.now()] * MOST_REPORTS)
    answer = Client().post(page(issued), {"what": "Plíseň"})
    assert answer.status_code == 429
    assert "Call the communications duty officer" in answer.content.decode()
    assert "Plíseň" in answer.content.decode()


@pytest.mark.parametrize("secret", ["x", "x" * 5000, "%00", "..", "žluť"])
def test_wrong_addresses_are_nothing(world: World, secret: str) -> None:
    assert Client().get(f"/report/{secret}/").status_code == 404


def test_the_addresses_page_shows_the_secret_once(world: World) -> None:
    client = world.client("manager")
    values = {"brand": world.brand.uuid, "name": "Prodejny"}
    shown = client.post(reverse("monitoring:report_address_new"), values)
    assert shown["Cache-Control"] == "no-store"
    text = shown.content.decode()
    (secret,) = re.findall(r'value="http://testserver/report/([^/"]+)/"', text)
    assert Client().get(f"/report/{secret}/").status_code == 200
    listed = client.get(reverse("monitoring:report_addresses")).content.decode()
    assert secret not in listed
    assert secret[-4:] in listed
    address = ReportAddress.objects.get()
    replaced = client.post(reverse("monitoring:report_address_rotate", kwargs={"uuid": address.uuid})).content.decode()
    assert secret not in replaced
    client.post(reverse("monitoring:report_address_revoke", kwargs={"uuid": address.uuid}))
    assert ReportAddress.objects.get().revoked_at is not None
    with pytest.raises(Invalid):
        create_report_address(world.brand, world.principal("manager"), name="")
