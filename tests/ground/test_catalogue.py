"""The catalogues are complete, and what they are made with tells when they are not."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest

from crisisdesk import catalogue

CHECKOUT = Path(__file__).resolve().parent.parent.parent
LOCALE = CHECKOUT / "crisisdesk" / "locale"

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: cs\\n"\n\n'


def po(folder: Path, body: str) -> Path:
    path = folder / "cs" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + body, encoding="utf-8")
    return path


def sources(folder: Path) -> Path:
    (folder / "cases" / "templates").mkdir(parents=True)
    (folder / "cases" / "models.py").write_text('from x import gettext_lazy as _\nname = _("Case")\n')
    (folder / "cases" / "templates" / "a.html").write_text(
        '{% load i18n %}\n    <p title="{% translate "Take over" %}">\n'
        "  {% blocktranslate count n=n trimmed %}\n    {{ n }} case\n  {% plural %}\n    {{ n }} cases\n"
        '  {% endblocktranslate %}\n</p>{% translate "May" context "month" %}'
    )
    return folder


def test_the_czech_catalogue_is_complete() -> None:
    template = catalogue.extracted(CHECKOUT)
    paths = catalogue.catalogues(LOCALE)
    assert [path.parent.parent.name for path in paths] == ["cs"]
    for path in paths:
        assert [*catalogue.differences(path, template), *catalogue.faults(path)] == []


def test_python_and_templates_are_read(tmp_path: Path) -> None:
    found = catalogue.extracted(sources(tmp_path))
    assert {(message.context, message.id) for message in found if message.id} == {
        (None, "Case"),
        (None, "Take over"),
        (None, ("%(n)s case", "%(n)s cases")),
        ("month", "May"),
    }


def test_update_keeps_translations_and_guesses_nothing(tmp_path: Path) -> None:
    path = po(tmp_path, 'msgid "Case"\nmsgstr "Případ"\n\nmsgid "Gone"\nmsgstr "Pryč"\n')
    template = catalogue.extracted(sources(tmp_path))
    assert any("Gone" in line for line in catalogue.differences(path, template))
    catalogue.update(path, template)
    assert list(catalogue.differences(path, template)) == []
    read = catalogue.read(path)
    assert read["Case"].string == "Případ"
    assert sorted(catalogue.faults(path)) == [
        "untranslated: '%(n)s case'",
        "untranslated: 'May'",
        "untranslated: 'Take over'",
    ]
    before = path.read_bytes()
    catalogue.update(path, template)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('msgid "Case"\nmsgstr ""\n', "untranslated: 'Case'"),
        ('#, fuzzy\nmsgid "Case"\nmsgstr "Pád"\n', "fuzzy: 'Case'"),
        ('#, python-format\nmsgid "%(n)s left"\nmsgstr "Zbývá %(m)s"\n', "placeholder 'm'"),
    ],
)
def test_faults_are_found(tmp_path: Path, body: str, fault: str) -> None:
    assert any(fault in found for found in catalogue.faults(po(tmp_path, body)))


def test_compiles_what_is_newer_and_nothing_else(tmp_path: Path) -> None:
    path = po(tmp_path, 'msgid "Case"\nmsgstr "Případ"\n')
    (target,) = catalogue.compile_all(tmp_path)
    with target.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Case") == "Případ"
    assert catalogue.compile_all(tmp_path) == []
    path.write_text("msgid damaged", encoding="utf-8")
    target.unlink()
    with pytest.raises(catalogue.CatalogueError, match=r"django\.po"):
        catalogue.compile_all(tmp_path)


def test_strings_are_marked_by_names_the_collector_knows() -> None:
    """A string marked by another name (`_lazy`) is never collected, and people read it in English."""
    renamed = re.compile(r"\b(?:n|p|np)?gettext(?:_lazy|_noop)? as (?!_\b)\w+")
    found = {
        str(path)
        for folder in catalogue.SOURCES
        for path in (CHECKOUT / folder).rglob("*.py")
        if renamed.search(path.read_text(encoding="utf-8"))
    }
    assert found == set()
