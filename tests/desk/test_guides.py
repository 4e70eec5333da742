"""The guides: one in each language for every subject, short, and naming nothing the desk does not have."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from crisisdesk.core.czech import typeset

GUIDES = Path(settings.BASE_DIR) / "docs" / "guides"
SUBJECTS = sorted(path.name for path in (GUIDES / "en").glob("*.md"))
MOST_LINES = 60


def read(language: str, name: str) -> str:
    """One guide."""
    return (GUIDES / language / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SUBJECTS)
def test_both_languages_say_the_same(name: str) -> None:
    english, czech = read("en", name), read("cs", name)
    for pattern in (r"^#+ ", r"^\d+\. ", r"^ *- ", r"^\| ", r"\*\*[^*]+\*\*"):
        assert len(re.findall(pattern, english, re.M)) == len(re.findall(pattern, czech, re.M)), pattern
    assert re.findall(r"`(?:manage\.py|POST|PATCH|GET) [^`]+`", english) == re.findall(
        r"`(?:manage\.py|POST|PATCH|GET) [^`]+`", czech
    )


@pytest.mark.parametrize("name", SUBJECTS)
@pytest.mark.parametrize("language", ["cs", "en"])
def test_a_guide_is_short(language: str, name: str) -> None:
    assert len(read(language, name).splitlines()) <= MOST_LINES


@pytest.mark.parametrize("name", SUBJECTS)
def test_czech_is_set_as_czech(name: str) -> None:
    prose = re.sub(r"```.*?```|`[^`]*`", "", read("cs", name), flags=re.S)
    assert typeset(prose) == prose
    assert prose.count("„") == prose.count("“")
    assert '"' not in prose


def test_the_index_names_every_guide() -> None:
    index = (GUIDES / "README.md").read_text(encoding="utf-8")
    for language in ("cs", "en"):
        linked = set(re.findall(rf"\({language}/([a-z-]+\.md)\)", index))
        assert linked == set(SUBJECTS) == {path.name for path in (GUIDES / language).glob("*.md")}


@pytest.mark.parametrize("name", SUBJECTS)
def test_addresses_of_the_api_exist(name: str) -> None:
    from django.urls import resolve

    for address in re.findall(r"(?:POST|PATCH|GET) (/[a-z/{}-]+)", read("en", name)):
        filled = address.replace("{uuid}", "00000000-0000-0000-0000-000000000000")
        assert resolve(f"/api/v1{filled}").view_name != "api:nowhere", address
