"""Screenshots in reports from anybody: pictures only, by the same rules as everywhere, and no way to fill the disk."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import SignalFile
from cases.monitoring.actions import create_report_address, report_by_address, reports
from cases.monitoring.actions.reports import Issued
from cases.monitoring.views.reports import REPORTER
from crisisdesk.core.errors import Invalid
from crisisdesk.core.models import Event, StoredFile
from tests.cases import build
from tests.conftest import World
from tests.core.files import samples
from tests.core.files.test_receiving import stored
from tests.monitoring.conftest import signals


@pytest.fixture
def issued(world: World, file_folder: Path) -> Issued:
    """A report address with its secret, and a folder of its own."""
    return create_report_address(world.brand, world.principal("manager"), name="Prodejny")


def post(issued: Issued, **values: Any) -> Any:
    client = Client(headers={"accept-language": "en"})
    return client.post(reverse("monitoring:report", kwargs={"secret": issued.secret}), values)


def test_a_screenshot_comes_with_the_report(world: World, issued: Issued, file_folder: Path) -> None:
    picture = samples.photo()
    answer = post(issued, what="Plíseň v kaši", screenshot=samples.sent("Snímek.jpg", picture))
    assert answer.status_code == 303
    (signal,) = signals()
    held = signal.files.get()
    assert (held.file.name, held.file.stored_by) == ("Snímek.jpg", None)
    assert (file_folder / held.file.key).read_bytes() == picture
    assert Event.objects.get(kind="signal.file_added").actor == "anonymous"
    assert "Snímek.jpg" in world.client("duty").get(reverse("cases:signal", args=[signal.uuid])).content.decode()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.pdf", samples.PDF, "This is no picture but PDF"),
        ("a.svg", samples.SVG, "an SVG drawing"),
        ("a.png", samples.HTML, "a web page"),
        ("a.png", b"", "empty"),
    ],
)
def test_anything_else_is_refused_and_the_words_stay(
    issued: Issued, file_folder: Path, name: str, content: bytes, told: str
) -> None:
    answer = post(issued, what="Plíseň v kaši", screenshot=samples.sent(name, content))
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert told in shown
    assert "Plíseň v kaši" in shown
    assert signals() == []
    assert stored(file_folder) == []


def test_pictures_of_a_flood_are_refused_before_they_are_stored(
    issued: Issued, file_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST_SIGNALS", 2)
    answers = [
        post(issued, what=f"Hlášení {number}", screenshot=samples.sent("a.png", samples.picture()))
        for number in range(3)
    ]
    assert [answer.status_code for answer in answers] == [303, 303, 422]
    assert "without the picture" in answers[-1].content.decode()
    assert len(stored(file_folder)) == 4
    assert post(issued, what="Hlášení 3").status_code == 303
    with pytest.raises(Invalid):
        report_by_address(issued.address, REPORTER, what="Přes verbum", screenshot=build.received())


def test_the_same_report_twice_keeps_one_picture(issued: Issued, file_folder: Path) -> None:
    for _again in range(2):
        sent = samples.sent("a.png", samples.picture())
        assert post(issued, what="Plíseň v kaši", screenshot=sent).status_code == 303
    assert SignalFile.objects.count() == StoredFile.objects.count() == 1
    assert len(stored(file_folder)) == 2


def test_pictures_of_one_link_gather_on_one_signal(issued: Issued) -> None:
    for what in ("Plíseň", "Tady něco je"):
        post(issued, what=what, where="https://sit.example/p/1", screenshot=samples.sent("a.png", samples.picture()))
    (signal,) = signals()
    assert signal.files.count() == 2


def test_a_program_that_fills_in_everything_stores_nothing(issued: Issued, file_folder: Path) -> None:
    sent = samples.sent("a.png", samples.picture())
    assert post(issued, what="x", website="http://x", screenshot=sent).status_code == 303
    assert stored(file_folder) == []
