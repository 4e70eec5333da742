"""The shape of a scenario, and complaints an author can act on."""

import json
import re
from pathlib import Path
from string import Formatter

import pytest
from jsonschema import Draft202012Validator

from tests.training.engine import build
from training.engine import schemas, wording
from training.engine.linting import lint
from training.engine.wording import LANGUAGES, fault_sentence

ENGINE = Path(schemas.__file__).parent


def test_the_schema_is_a_schema_and_the_example_fits() -> None:
    Draft202012Validator.check_schema(schemas.scenario_schema())
    assert not list(Draft202012Validator(schemas.scenario_schema()).iter_errors(build.data()))


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("cluster: accidental", "cluster: accidental\nclock_: 1", "unknown_key_near", 6),
        ("version: 1.0.0", "version: 1.0", "wrong_type", 3),
        ("version: 1.0.0", 'version: "1.0"', "bad_form", 3),
        ("cluster: accidental", "cluster: innocent", "not_allowed", 5),
        ('title: {cs: "Plíseň v kaši", en: "Mould in the porridge"}', 'title: {cs: "Plíseň v kaši"}',
         "language_missing", 6),
        ('en: "Mould in the porridge"', 'en: ""', "empty_text", 6),
        ('en: "Mould in the porridge"', 'en: "x", de: "Schimmel"', "unknown_key", 6),
        ("schema: crisisdesk.scenario/1", "schema: crisisdesk.scenario/2", "not_allowed", 1),
        ("plays: comms_lead\n", "", "missing", 1),
        ('start: "Mon 08:40"', 'start: "Po 8:40"', "bad_form", 10),
        ("{until: PT2H, rate: 6}", "{until: 2H, rate: 6}", "bad_time", 11),
        ("{until: PT2H, rate: 6}", "{until: PT2H, rate: 0}", "out_of_range", 11),
        ("{until: PT2H, rate: 6}", '{until: "PT2H\\n", rate: 6}', "bad_time", 11),
        ("roles: [duty, ", "roles: [monitor, ", "not_allowed", 12),
        ("id: f_cause_seal, truth: true", "id: F-Cause, truth: true", "bad_id", 33),
        ("id: f_cause_seal, truth: true", "id: f_cause_seal, truth: maybe", "wrong_type", 33),
        ("rubric: [timeliness]}", "rubric: [speed]}", "not_allowed", 29),
        ("feed: {networks: [facebook, instagram, x]}", "feed: {networks: [x, x]}", "twice_in_list", 102),
        ("feed: {networks: [facebook, instagram, x]}", "feed: {networks: []}", "wrong_count", 102),
    ],
)  # fmt: skip
def test_a_wrong_shape_is_named_with_line_and_remedy(old: str, new: str, code: str, line: int) -> None:
    assert old in build.source()
    report = lint(build.source().replace(old, new, 1), seeds=0)
    assert [(fault.code, fault.line) for fault in report.faults if not fault.warning] == [(code, line)]
    for language in LANGUAGES:
        assert re.match(r"(Line|Řádek) \d+", fault_sentence(report.faults[0], language))


def test_a_near_miss_is_suggested() -> None:
    faults = lint(build.source().replace("cluster: acc", "clusters: acc"), seeds=0).faults
    assert [fault.code for fault in faults] == ["missing", "unknown_key_near"]
    assert "`cluster`" in fault_sentence(faults[1], "en")


def test_both_languages_say_the_same_things() -> None:
    czech, english = (wording.catalogue(language) for language in ("cs", "en"))
    assert list(czech) == list(english)

    def gaps(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert {code: gaps(text) for code, text in czech.items()} == {code: gaps(text) for code, text in english.items()}
    assert [code for code, text in czech.items() if text == english[code] and " " in text and "{" not in text] == []


def test_every_fault_has_its_sentence() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in ENGINE.glob("*.py"))
    codes = set(re.findall(r"""(?:\b[Ff]ault|_fault|_stop)\(\s*"([a-z_0-9]+)\"""", sources))
    assert len(codes) > 40
    assert {code for code in codes if f"fault.{code}" not in wording.catalogue("en")} == set()


def test_the_guide_names_every_key_of_a_scenario() -> None:
    guide = (ENGINE.parents[1] / "docs" / "scenario-format.md").read_text(encoding="utf-8")
    keys: set[str] = set()

    def collect(schema: object) -> None:
        if isinstance(schema, dict):
            keys.update(schema.get("properties", {}))
            for inner in schema.values():
                collect(inner)
        elif isinstance(schema, list):
            for inner in schema:
                collect(inner)

    collect(json.loads(json.dumps(schemas.scenario_schema())))
    assert {key for key in keys if not re.search(rf"\b{key}\b", guide)} == set()
