"""Languages told apart in a few careless words."""

import pytest

from cases.monitoring.text.language import LANGUAGES, UNDETERMINED, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("uz tyden nefunguje internet a nikdo to neresi", "cs"),
        ("Už týždeň nefunguje internet a nikto to nerieši", "sk"),
        ("kde je moj balik", "sk"),
        ("kde je muj balik", "cs"),
        ("diky moc", "cs"),
        ("Great, third day without internet", "en"),
        ("refund please", "en"),
        ("Wo bleibt mein Paket", "de"),
        ("gdzie moja paczka", "pl"),
        ("Hrůza", "cs"),
    ],
)
def test_short_texts(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("default", LANGUAGES)
def test_a_text_that_says_nothing_has_the_language_of_its_source(default: str) -> None:
    assert language_of("", default) == default
    assert language_of("😡😡 1/5 !!!", default) == default


def test_a_clear_text_is_not_swayed_by_its_source() -> None:
    assert language_of("Nobody answers the phone at your branch", "cs") == "en"
    assert language_of("Nikdo na pobočce nezvedá telefon", "en") == "cs"


@pytest.mark.parametrize("text", ["Де моя посилка?", "配達が遅い", "أين طردي"])
def test_other_scripts_are_none_of_the_five(text: str) -> None:
    assert language_of(text) == UNDETERMINED
