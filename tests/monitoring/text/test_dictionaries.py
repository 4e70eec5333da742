"""Dictionaries on disk: the same answers, made once, and no disk that can take them away."""

import errno
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from cases.monitoring.text import dictionaries, gathering
from cases.monitoring.text.dictionaries import keep_in, opened
from cases.monitoring.text.lemmas import LANGUAGES
from cases.monitoring.text.packing import DamagedError, Packed, packed

ROOT = Path(__file__).resolve().parents[3]
SMALL = {"hory": "hora", "drahy": "drahy\ndraha", "\ndrahý": "drahy", "\ndráhy": "draha", "řeřicha": "", "": "x"}

# Few letters, so that words begin alike; what no dictionary holds, halves of characters and NUL, is only asked for.
LETTERS = "abáčř\n' 日😀\xff"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Keep files in a folder of this test and make small ones: the languages in the order they were made."""
    known, languages = dictionaries._folder, []

    def make(language: str) -> bytes:
        languages.append(language)
        return packed(SMALL)

    monkeypatch.setattr(dictionaries, "_made", make)
    dictionaries._cannot_be_kept.cache_clear()
    keep_in(tmp_path / "kept")
    yield languages
    keep_in(known)


def only_file(tmp_path: Path) -> Path:
    (path,) = (tmp_path / "kept").glob("*.dictionary")
    return path


# --- The same answers ---------------------------------------------------------------------------------------------


@hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
@given(st.dictionaries(st.text(LETTERS), st.text(LETTERS)), st.lists(st.text(f"{LETTERS}\0\ud800")))
def test_it_answers_as_what_was_packed(forms: dict[str, str], strangers: list[str]) -> None:
    answers = Packed(packed(forms))
    for word in (*forms, *strangers, *(f"{form}\0x" for form in forms), *(f"{form}\ud800" for form in forms)):
        assert answers.get(word) == forms.get(word)
        assert (word in answers) is (word in forms)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_of_a_language_is_kept_as_it_was_gathered(language: str) -> None:
    forms, kept = gathering.gathered(language), opened(language)
    assert len(forms) > 150_000
    assert {form: kept.get(form) for form in forms} == forms
    slips = [f"{form[:2]}q{form[3:]}" for form in forms]
    assert [slip for slip in slips if (slip in kept) is not (slip in forms)] == []


def test_gathering_keeps_every_base_form_and_what_accents_decide() -> None:
    pairs = [("dráhy", "dráha"), ("drahý", "drahý"), ("Drahá", "Drahá"), ("Orel", "Orel"), ("orel", "orel")]
    assert gathering._without_accents(pairs) == {
        "drahy": "draha\ndrahy", "\ndráhy": "draha", "\ndrahý": "drahy", "draha": "draha", "orel": "orel",
    }  # fmt: skip


def test_words_of_the_lexicon_are_learnt_unless_known_by_another_form() -> None:
    forms = {"reklamace": "reklamace", "podvod": "podvod"}
    gathering._learn(forms, "cs")
    assert forms["nekvalitni"] == "nekvalitni"
    assert "podvody" not in forms


# --- Made once ----------------------------------------------------------------------------------------------------


def test_it_is_made_once_and_found_again(made: list[str], tmp_path: Path) -> None:
    assert [opened("cs").get("hory"), opened("cs").get("hory"), opened("en").get("hory")] == ["hora"] * 3
    assert made == ["cs", "en"]
    assert len(list((tmp_path / "kept").glob("*.dictionary"))) == 2


@pytest.mark.slow
def test_processes_that_start_together_make_it_once(tmp_path: Path) -> None:
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from cases.monitoring.text import dictionaries\n"
        "folder = Path(sys.argv[1])\n"
        "def make(language):\n"
        "    with (folder / 'made').open('a') as log:\n"
        "        log.write('x')\n"
        "    time.sleep(1)\n"
        "    return dictionaries.packed({'hory': 'hora'})\n"
        "dictionaries._made = make\n"
        "dictionaries.keep_in(folder / 'kept')\n"
        "print('ready', flush=True)\n"
        "sys.stdin.read(1)\n"
        "print(dictionaries.opened('cs').get('hory'))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for process in started:
        assert process.stdout.readline() == "ready\n"
    for process in started:
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate()[0] for process in started] == ["hora\n"] * 4
    assert (tmp_path / "made").read_text() == "x"
    assert sorted(path.suffix for path in (tmp_path / "kept").iterdir()) == ["", ".dictionary"]


def test_what_an_interrupted_process_left_is_in_nobodys_way(made: list[str], tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "unfinished").write_bytes(packed(SMALL)[:50])
    assert opened("cs").get("hory") == "hora"
    assert not (tmp_path / "kept" / "unfinished").exists()


def test_it_is_made_again_when_what_it_is_made_from_changes(
    made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened("en")
    for number in range(5):
        monkeypatch.setattr(dictionaries, "version", lambda _name, number=number: f"9.{number}")
        opened("cs")
    assert made == ["en"] + ["cs"] * 5
    # Versions taking turns find theirs again; older ones go, and another language's stay.
    assert len(list((tmp_path / "kept").glob("cs-*.dictionary"))) == 3
    assert len(list((tmp_path / "kept").glob("en-*.dictionary"))) == 1


@pytest.mark.parametrize("name", dictionaries._MADE_FROM)
def test_all_it_is_made_from_counts(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dictionaries._digest("cs")
    package = ROOT / "cases" / "monitoring" / "text"
    for one in dictionaries._MADE_FROM:
        copy = tmp_path / one.format(language="cs")
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes((package / one.format(language="cs")).read_bytes())
    monkeypatch.setattr(dictionaries, "files", lambda _package: tmp_path)
    assert dictionaries._digest("cs") == before
    with (tmp_path / name.format(language="cs")).open("a") as file:
        file.write("x")
    assert dictionaries._digest("cs") != before


# --- A disk that fails --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:20],
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1],
        lambda content: content[:100] + bytes([content[100] ^ 1]) + content[101:],
        lambda content: content[:-3] + b"\xff\xff\xff",
        lambda content: content + b"\0",
        lambda content: b"\0" * len(content),
    ],
)
def test_a_damaged_file_is_made_again(
    damage: Callable[[bytes], bytes], made: list[str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    opened("cs")
    path = only_file(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert opened("cs").get("hory") == "hora"
    assert path.read_bytes() == whole
    assert made == ["cs", "cs"]
    assert [record.getMessage() for record in caplog.records] == [f"{path} is damaged and is made again."]


def test_what_was_opened_outlives_its_file(made: list[str], tmp_path: Path) -> None:
    found = opened("cs")
    only_file(tmp_path).unlink()
    assert found.get("drahy") == "drahy\ndraha"


def test_damage_is_told_apart_from_a_dictionary() -> None:
    with pytest.raises(DamagedError):
        Packed(b"{}")


def _below_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kept").touch()


def _full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write)


def _read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)


@pytest.mark.parametrize("trouble", [_below_a_file, _full, _read_only])
def test_where_nothing_can_be_kept_it_is_held_in_memory(
    trouble: Callable[[Path, pytest.MonkeyPatch], None],
    made: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    trouble(tmp_path, monkeypatch)
    assert [opened(language).get("hory") for language in LANGUAGES] == ["hora", "hora"]
    assert made == list(LANGUAGES)  # and not twice for each
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert str(tmp_path / "kept") in record.getMessage()
    assert list(tmp_path.glob("kept/*.dictionary")) == list(tmp_path.glob("kept/unfinished")) == []


def test_a_file_that_is_there_needs_no_writing(
    made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    opened("cs")
    (tmp_path / "kept" / "lock").unlink()
    _read_only(tmp_path, monkeypatch)
    assert opened("cs").get("hory") == "hora"
    assert made == ["cs"]
    assert caplog.records == []
    assert not (tmp_path / "kept" / "lock").exists()


def test_without_a_folder_a_process_makes_its_own(made: list[str]) -> None:
    keep_in(None)
    assert opened("cs").get("hory") == "hora"
    assert made == ["cs"]


def test_where_no_other_process_can_be_started_this_one_makes_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(gathering, "gathered", lambda language: SMALL)
    for executable in ("/nonexistent/python", "/bin/false"):
        monkeypatch.setattr(sys, "executable", executable)
        assert dictionaries._made("cs") == packed(SMALL)
    assert len(caplog.records) == 2


def test_the_desk_keeps_them_in_its_data_folder() -> None:
    assert dictionaries._folder == settings.DATA_DIR / "dictionaries"
    assert opened("cs").get("nefunguje") is not None
