"""How well posts are read: complaints, languages and topics on labelled texts, beside two simple rules, and how fast.

`python -m bench text` measures on both halves of the labelled texts in `tests/monitoring/text`. The open half was
looked at while the rules were written, the held-out half was not. `--only open` leaves the other unseen, `--misses`
lists every text that was read wrongly. `--texts FILE` measures on your own, one JSON object a line:
`{"id", "text", "language", "complaint", "topics", "case"}`, the last two optional.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cases.monitoring.text import lexicon
from cases.monitoring.text.classifier import Classification, classify
from cases.monitoring.text.language import LANGUAGES, evidence, modelled
from cases.monitoring.text.normal import normalised
from cases.monitoring.text.tokens import Kind, tokens

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "monitoring" / "text"
HALVES = ("open", "held_out")
GOAL = "goal: F1 and balanced accuracy >= .75 on unseen texts of cs and en, language >= .95"


class Quality(NamedTuple):
    """A decision against labels: true and false positives and negatives."""

    hit: int
    false_alarm: int
    missed: int
    passed: int

    @property
    def precision(self) -> float:
        """Of what was called so, the share that is."""
        return _share(self.hit, self.hit + self.false_alarm)

    @property
    def recall(self) -> float:
        """Of what is so, the share that was called so."""
        return _share(self.hit, self.hit + self.missed)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return _share(2 * self.hit, 2 * self.hit + self.false_alarm + self.missed)

    @property
    def balanced_accuracy(self) -> float:
        """The mean of recall on both sides: one half for calling everything the same."""
        return (self.recall + _share(self.passed, self.passed + self.false_alarm)) / 2

    def line(self, name: str) -> str:
        """A row of a table."""
        return (
            f"  {name:<34} {self.precision:9.3f} {self.recall:8.3f} {self.f1:8.3f} {self.balanced_accuracy:9.3f}"
            f"   {self.hit:4d} {self.false_alarm:4d} {self.missed:4d} {self.passed:4d}"
        )


HEADING = f"  {'':<34} precision   recall       F1  balanced    hit fals miss pass"


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def quality(pairs: Iterable[tuple[bool, bool]]) -> Quality:
    """From pairs of (what is so, what was said)."""
    counted = Counter(pairs)
    return Quality(counted[True, True], counted[False, True], counted[True, False], counted[False, False])


def read(path: Path) -> list[dict[str, Any]]:
    """The labelled texts of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def everything(_row: dict[str, Any]) -> bool:
    """The rule that calls everything a complaint."""
    return True


def first_word(row: dict[str, Any]) -> bool:
    """The rule of simple tools: any word of the lexicon that speaks for a complaint makes one."""
    language = row["language"]
    words = tokens(normalised(row["text"]), lexicon.DICTIONARY_OF.get(language, language))
    found = lexicon.chosen(
        [one for one in lexicon.terms(language).found(words, [0] * len(words)) if not one.entry.role]
    )
    return any(one.entry.row.weight > 0 for one in found) and any(word.kind is Kind.WORD for word in words)


def complaints(rows: Sequence[dict[str, Any]], read_as: Sequence[Classification]) -> None:
    """The decision, per language, beside the simple rules."""
    print(f"\ncomplaint ({len(rows)} texts)\n{HEADING}")
    for language in (*LANGUAGES, "all"):
        chosen = [(row, said) for row, said in zip(rows, read_as, strict=True) if language in (row["language"], "all")]
        if not chosen:
            continue
        print(quality((row["complaint"], said.complaint) for row, said in chosen).line(f"{language} ({len(chosen)})"))
        rules: dict[str, Callable[[dict[str, Any]], bool]] = {"everything": everything, "any lexicon word": first_word}
        for name, rule in rules.items():
            print(quality((row["complaint"], rule(row)) for row, _ in chosen).line(f"   rule: {name}"))


def languages(rows: Sequence[dict[str, Any]], read_as: Sequence[Classification]) -> None:
    """Accuracy of the language of texts with letters, and of each kind of evidence alone."""
    kept = [(row, one) for row, one in zip(rows, read_as, strict=True) if any(map(str.isalpha, row["text"]))]
    rows, read_as = [row for row, _ in kept], [one for _, one in kept]
    plain = [normalised(row["text"]) for row in rows]
    said = {
        "together": [one.language for one in read_as],
        "py3langid alone": [_best(modelled(text)) for text in plain],
        "words, letters, endings alone": [_best(evidence(text)) for text in plain],
    }
    print(f"\nlanguage ({len(rows)} texts with letters)")
    for name, found in said.items():
        right = sum(language == row["language"] for row, language in zip(rows, found, strict=True))
        print(f"  {name:<34} {right / len(rows):9.3f}   {right} of {len(rows)}")
    confused = Counter(
        (row["language"], one) for row, one in zip(rows, said["together"], strict=True) if one != row["language"]
    )
    for (is_, called), times in confused.most_common():
        print(f"    {is_} read as {called}: {times}")


def _best(scores: dict[str, float]) -> str:
    return max(scores, key=lambda language: (scores[language], language == "cs"))


def topics(rows: Sequence[dict[str, Any]], read_as: Sequence[Classification]) -> None:
    """Precision and recall per topic, on texts whose topics were labelled."""
    labelled = [(row, said) for row, said in zip(rows, read_as, strict=True) if row.get("topics") is not None]
    print(f"\ntopics ({len(labelled)} texts)\n{HEADING}")
    for topic in sorted(lexicon.TOPICS - lexicon.POLARITY_ONLY):
        print(quality((topic in row["topics"], topic in said.topics) for row, said in labelled).line(topic))
    every = [(topic in row["topics"], topic in said.topics) for row, said in labelled
             for topic in lexicon.TOPICS - lexicon.POLARITY_ONLY]  # fmt: skip
    print(quality(every).line("all topics together"))


def misses(rows: Sequence[dict[str, Any]], read_as: Sequence[Classification]) -> None:
    """Texts whose complaint or language was read wrongly, with what spoke for it."""
    print("\nread wrongly")
    for row, said in zip(rows, read_as, strict=True):
        if said.complaint == row["complaint"] and said.language == row["language"]:
            continue
        wrong = "" if said.complaint == row["complaint"] else "missed" if row["complaint"] else "false alarm"
        heard = "" if said.language == row["language"] else f"{row['language']} as {said.language}"
        terms = ", ".join(
            f"{term.term} {term.weight:+.2f}{' ' + '/'.join(term.rules) if term.rules else ''}" for term in said.terms
        )
        print(f"  {row['id']} {row.get('case', '')}: {wrong} {heard} {said.score:+.2f} | {row['text']} | {terms}")


def cases(rows: Sequence[dict[str, Any]], read_as: Sequence[Classification]) -> None:
    """The share read rightly per kind of difficulty."""
    kinds = Counter(row.get("case", "") for row in rows)
    right = Counter(
        row.get("case", "") for row, said in zip(rows, read_as, strict=True) if said.complaint == row["complaint"]
    )
    print("\ncomplaint by difficulty")
    for kind in sorted(kinds):
        print(f"  {kind or '-':<34} {right[kind]:3d} of {kinds[kind]}")


def speed(rows: Sequence[dict[str, Any]], seconds: float) -> None:
    """Texts a second on one core; the second figure counts only the time this process had a core."""
    texts = [row["text"] for row in rows]
    done, wall, busy = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - wall < seconds:
        for text in texts:
            classify(text)
        done += len(texts)
    wall, busy = time.perf_counter() - wall, time.process_time() - busy
    print(f"\nspeed: {done / wall:.0f} texts a second, {done / busy:.0f} a second of processor time (goal >= 1000)")


def main() -> None:
    """Measure the halves, or the file that was named."""
    parser = argparse.ArgumentParser(prog="python -m bench text", description=__doc__)
    parser.add_argument("--only", choices=HALVES, help="one half")
    parser.add_argument("--texts", type=Path, help="texts of your own")
    parser.add_argument("--misses", action="store_true", help="list what was read wrongly")
    parser.add_argument("--seconds", type=float, default=5, help="how long speed is measured")
    options = parser.parse_args()
    paths = (
        [options.texts]
        if options.texts
        else [FOLDER / f"{half}.jsonl" for half in HALVES if options.only in (None, half)]
    )
    print(GOAL)
    for path in paths:
        rows = read(path)
        read_as = [classify(row["text"]) for row in rows]
        print(f"\n== {path.stem}")
        complaints(rows, read_as)
        languages(rows, read_as)
        topics(rows, read_as)
        cases(rows, read_as)
        if options.misses:
            misses(rows, read_as)
    speed(read(paths[0]), options.seconds)
