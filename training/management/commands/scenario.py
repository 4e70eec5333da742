"""`manage.py scenario lint FILE`, `scenario run FILE`, `scenario schema`."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import get_language

from training.engine import schemas
from training.engine.curves import svg
from training.engine.effects import shipped, shipped_scoring
from training.engine.judging import judge
from training.engine.linting import Report, lint, lint_plan
from training.engine.plans import plan_events
from training.engine.scenarios import Scenario
from training.engine.telling import course_lines, score_lines
from training.engine.wording import LANGUAGES, fault_sentence, sentence

# Plans every scenario has, or may have; anything else is the name of a file.
NAMED_PLANS = ("reference", "nothing", "clumsy")


class Command(BaseCommand):
    """Scenarios as files: check them, run them, print their schema."""

    help = "Check a scenario file, run it against the simulated public, or print the JSON Schema."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do with which file."""
        what = parser.add_subparsers(dest="what", required=True)
        checking = what.add_parser("lint", help="say what is wrong with a scenario, line by line")
        checking.add_argument("file", type=Path)
        checking.add_argument("--quick", action="store_true", help="leave out the runs on twenty seeds")
        running = what.add_parser("run", help="run a plan and print the course and the scores")
        running.add_argument("file", type=Path)
        running.add_argument("--seed", type=_seed, default=1)
        running.add_argument("--plan", default="reference", help="reference, nothing, clumsy or a file with `plan:`")
        running.add_argument("--svg", type=Path, help="write the three curves to this file")
        running.add_argument("--json", type=Path, help="write course and scores to this file")
        schema = what.add_parser("schema", help="print the JSON Schema of scenarios")
        for one in (checking, running, schema):
            one.add_argument("--language", choices=LANGUAGES, default=None, help="of the answers")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        """Do it; a scenario that cannot be used is a failure."""
        self.language = options["language"] or _language()
        match what:
            case "schema":
                self.stdout.write(json.dumps(schemas.scenario_schema(), ensure_ascii=False, indent=2))
            case "lint":
                self.lint(options["file"], quick=options["quick"])
            case "run":
                self.play(options)

    def say(self, code: str, **values: object) -> str:
        """A sentence in the reader's language."""
        return sentence(code, self.language, values)

    def lint(self, file: Path, *, quick: bool) -> None:
        """Every fault on a line of its own, then what the runs gave."""
        report = lint(_content(file), seeds=0) if quick else lint(_content(file))
        self.complain(file, report)
        if report.trials is not None:
            spans = {name: span and f"{span[0]:.0f}–{span[1]:.0f}" for name in ("reference", "nothing", "clumsy")
                     for span in [getattr(report.trials, name)]}  # fmt: skip
            spans = {name: span or "–" for name, span in spans.items()}
            self.stdout.write(
                self.say("lint.trials", seeds=report.trials.seeds, ratio=f"{report.trials.ratio:.2f}", **spans)
            )
        code = "lint.usable" if report.faults else "lint.passed"
        self.stdout.write(self.say(code, count=len(report.faults)))

    def complain(self, file: Path, report: Report) -> None:
        """Print the faults; stop when they are more than advice."""
        for fault in report.faults:
            self.stdout.write(f"{file}: {fault_sentence(fault, self.language)}")
        if not report.usable:
            raise CommandError(self.say("lint.refused", count=sum(not fault.warning for fault in report.faults)))

    def play(self, options: dict[str, Any]) -> None:
        """Run a plan, tell the course, give the scores, draw the curves."""
        report = lint(_content(options["file"]), seeds=0)
        if not report.usable:
            self.complain(options["file"], report)
        scenario = Scenario.from_data(report.data)
        log = plan_events(self.plan(options["plan"], report.data))
        judged = judge(scenario, shipped(), shipped_scoring(), options["seed"], log)
        for line in course_lines(scenario, judged.run, self.language):
            self.stdout.write(line)
        self.stdout.write("")
        for line in score_lines(judged, self.language):
            self.stdout.write(line)
        self.stdout.write(self.say("run.replay", sha256=scenario.sha256, seed=options["seed"]))
        self.stdout.write(shipped().data["says"][self.language])
        if options["svg"]:
            _write(options["svg"], svg(judged, scenario.data["title"][self.language], self.language))
        if options["json"]:
            course = {"scenario": scenario.sha256, "seed": options["seed"], "log": log, "outputs": judged.run.outputs,
                      "scores": judged.scores.as_json()}  # fmt: skip
            _write(options["json"], json.dumps(course, ensure_ascii=False, indent=1, sort_keys=True) + "\n")

    def plan(self, name: str, data: Any) -> list[Any]:
        """The steps of a named plan or of a file."""
        if name == "nothing":
            return []
        if name in NAMED_PLANS:
            steps = data.get(f"{name}_run")
            if steps is None:
                raise CommandError(self.say("run.no_plan", name=name))
            return list(steps)
        file = Path(name)
        report = lint_plan(_content(file), data)
        self.complain(file, report)
        return list(report.data)


def _seed(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) < 2**64:
        raise ArgumentTypeError("a whole number of up to 64 bits")
    return int(text)


def _language() -> str:
    current = (get_language() or "en").split("-")[0]
    return current if current in LANGUAGES else "en"


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
