"""One scenario, one seed, one log: one course, byte for byte, on every Python we promise."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.training.engine import build
from training.engine.canonical import canonical_json, sha256
from training.engine.judging import judge
from training.engine.plans import plan_events

ROOT = Path(__file__).parents[3]
SEED = 20260101
# A change here is a change of the engine, the effects, the formulas or the example. It is never an accident: say in the
# changelog why stored runs of earlier versions come out differently.
GOLDEN = "eddc6d59d54b93061e7533d909914f63a8e4d11c4b2b87e92bdc97cebb9b5c1d"
VERSIONS = ("3.11", "3.12", "3.13")

# What another Python runs: the engine with its standard library alone.
FOREIGN = """
import hashlib, json, sys
given = json.load(sys.stdin)
sys.path.insert(0, given["root"])
from training.engine.canonical import canonical_json
from training.engine.effects import SCORING_FORMAT, Effects
from training.engine.judging import judge
from training.engine.scenarios import Scenario
assert "yaml" not in sys.modules and "jsonschema" not in sys.modules and "django" not in sys.modules
judged = judge(Scenario.from_data(given["scenario"]), Effects.from_data(given["effects"]),
               Effects.from_data(given["scoring"], SCORING_FORMAT), given["seed"], given["log"])
text = canonical_json([judged.run.outputs, judged.run.state, judged.scores.as_json()])
print(hashlib.sha256(text.encode()).hexdigest())
"""


def given(log: list[Any]) -> dict[str, Any]:
    return {"root": str(ROOT), "scenario": build.data(), "effects": build.EFFECTS.data, "scoring": build.SCORING.data,
            "seed": SEED, "log": log}  # fmt: skip


def log() -> list[Any]:
    """Everything at once: the reference run under a facilitator's hand, with a wrong word and a deletion."""
    steps = [
        *build.data()["reference_run"],
        build.step("+00:40", "post.deleted", post="i1"),
        build.step("+02:20", "statement.submitted", statement="s1", purpose="update", claims=["f_cause_seal"]),
        build.statement("+03:00", "update", claims=["f_children_ill"]),
    ]
    commands = [build.event(0, 30, "inject.fired", inject="i4"), build.event(0, 50, "feed.heat", factor=1.3),
                build.event(0, 90, "persona.spoke", persona="p_parent", text="Tak co?")]  # fmt: skip
    together = sorted([*plan_events(steps), *commands], key=lambda one: one["minute"])
    return [{**one, "seq": seq} for seq, one in enumerate(together, start=1)]


def here(events: list[Any]) -> str:
    judged = judge(build.scenario(), build.EFFECTS, build.SCORING, SEED, events)
    text = canonical_json([judged.run.outputs, judged.run.state, judged.scores.as_json()])
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_course_is_the_golden_one() -> None:
    assert here(log()) == GOLDEN


def _version(program: str) -> str:
    try:
        found = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except OSError:
        return ""
    match = re.match(r"Python (\d+\.\d+)", found.stdout)
    return match[1] if match and found.returncode == 0 else ""


def _pythons() -> dict[str, str]:
    """Other Pythons on this machine by version: on the path, and where pyenv keeps them."""
    names = [shutil.which(f"python{version}") for version in VERSIONS]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    if os.access(pyenv, os.R_OK | os.X_OK):  # it may be somebody else's
        names += [
            str(folder / "bin" / "python") for version in VERSIONS for folder in sorted(pyenv.glob(f"{version}.*"))
        ]
    found: dict[str, str] = {}
    for name in names:
        if name is not None and (version := _version(name)) in VERSIONS:
            found.setdefault(version, name)
    return {sys.version.rpartition(" (")[0][:4]: sys.executable, **found}


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_every_python_gives_the_same_bytes(version: str) -> None:
    program = _pythons().get(version)
    if program is None:
        pytest.skip(f"no Python {version} here")
    ran = subprocess.run([program, "-I", "-c", FOREIGN], input=json.dumps(given(log())), capture_output=True, text=True,
                         timeout=120, check=False)  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == GOLDEN


def test_one_content_has_one_hash() -> None:
    data = build.data()
    shuffled = json.loads(json.dumps(dict(reversed(data.items()))))
    shuffled["feed"]["nu0"], data["feed"]["nu0"] = 1.0, 1
    assert sha256(shuffled) == sha256(data)
    assert sha256({"a": "e\u0301"}) == sha256({"a": "é"})
    data["title"]["cs"] += "!"
    assert sha256(shuffled) != sha256(data)
    assert canonical_json({"b": 1.0, "a": [True, None, 0.5, "ž"]}) == '{"a":[true,null,0.5,"ž"],"b":1}'


def test_another_seed_is_another_course() -> None:
    assert len({build.run(build.scenario(), seed=seed, until=300).volume for seed in range(8)}) == 8
