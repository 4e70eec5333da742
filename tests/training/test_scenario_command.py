"""`manage.py scenario`: what an author sees."""

import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.core.management import CommandError, call_command

from tests.training.engine import build
from training.engine.scenarios import Scenario

FILE = str(build.PORRIDGE)


def ran(*arguments: str) -> str:
    """What the command printed."""
    out = io.StringIO()
    call_command("scenario", *arguments, stdout=out)
    return out.getvalue()


def test_quick_lint_of_a_good_file() -> None:
    printed = ran("lint", FILE, "--quick", "--language", "en")
    assert "seeds" not in printed
    assert "The scenario can be used." in printed


@pytest.mark.slow
def test_lint_of_a_good_file_gives_the_figures() -> None:
    printed = ran("lint", FILE, "--language", "en")
    assert "20 seeds: reference 100–100" in printed
    assert "The scenario can be used." in printed


@pytest.mark.parametrize(("language", "words"), [("cs", "Řádek 5, sloupec 1"), ("en", "Line 5, column 1")])
def test_lint_of_a_bad_file_names_the_line_and_fails(tmp_path: Path, language: str, words: str) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(build.source().replace("cluster: accidental", "cluster: nobody"), encoding="utf-8")
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("scenario", "lint", str(bad), "--language", language, stdout=out)
    assert f"{bad}: {words}" in out.getvalue()


def test_run_tells_course_scores_and_evidence_and_draws(tmp_path: Path) -> None:
    picture, data = tmp_path / "curves.svg", tmp_path / "run.json"
    printed = ran("run", FILE, "--seed", "7", "--plan", "reference", "--svg", str(picture), "--json", str(data),
                  "--language", "en")  # fmt: skip
    for words in (
        "+00:00  [i1] @mama_jana: Do you know about it?!", "#5 statement published", "Result: 100 of 100",
        "counted from: event:5", "sizes are judgement", Scenario.from_data(build.data()).sha256,
    ):  # fmt: skip
        assert words in printed
    tree = ET.fromstring(picture.read_text(encoding="utf-8"))  # noqa: S314 - our own file
    space = "{http://www.w3.org/2000/svg}"
    assert len(tree.findall(f".//{space}polyline")) == 3
    assert tree.find(f"{space}title") is not None
    assert tree.find(f"{space}desc") is not None
    stored = json.loads(data.read_text(encoding="utf-8"))
    assert stored["scores"]["passed"] is True
    assert len(stored["log"]) == len(build.data()["reference_run"])


def test_the_same_run_prints_the_same() -> None:
    assert ran("run", FILE, "--seed", "3", "--plan", "clumsy") == ran("run", FILE, "--seed", "3", "--plan", "clumsy")


def test_run_takes_a_plan_of_its_own(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text("plan:\n  - {at: '+00:20', do: statement.published, purpose: acknowledge}\n", encoding="utf-8")
    assert "#1 vyjádření zveřejněno" in ran("run", FILE, "--plan", str(plan), "--language", "cs")
    assert "#1" not in ran("run", FILE, "--plan", "nothing")


@pytest.mark.parametrize(
    "arguments",
    [["lint", "/nowhere.yaml"], ["run", "/nowhere.yaml"], ["run", FILE, "--plan", "/nowhere.yaml"],
     ["run", FILE, "--svg", "/nowhere/at/all.svg"], ["run", FILE, "--seed", "-1"], ["run", FILE, "--seed", "x"],
     ["run", FILE, "--plan", FILE], ["lint", "/dev"], []],
)  # fmt: skip
def test_what_cannot_be_done_is_said(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        ran(*arguments)


def test_schema_is_json() -> None:
    schema: dict[str, Any] = json.loads(ran("schema"))
    assert schema["$schema"].endswith("2020-12/schema")
