"""Reading what an author, or somebody who means ill, hands in: a clear answer, bounded in time and memory."""

import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.engine import documents
from training.engine.faults import Unreadable
from training.engine.linting import lint
from training.engine.wording import LANGUAGES, fault_sentence


def refused(source: bytes | str) -> list[tuple[str, int]]:
    """The faults of a file that cannot be read: code and line."""
    with pytest.raises(Unreadable) as caught:
        documents.read(source)
    return [(fault.code, fault.line) for fault in caught.value.faults]


def test_data_comes_out_as_written_and_knows_its_lines() -> None:
    document = documents.read('a: 1\nb:\n  - x: "08:40"\n    y: [true, ~, -2.5, plain text]\n')
    assert document.data == {"a": 1, "b": [{"x": "08:40", "y": [True, None, -2.5, "plain text"]}]}
    assert document.place(("b", 0, "x")) == (3, 5)
    assert document.place(("b", 0, "y", 2)) == (4, 18)
    assert document.place(("b", 0, "nowhere", "at all")) == (3, 5)


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        ("a: 1\nat: 08:40\n", "bare_time", 2),
        ("at: +02:30\n", "bare_time", 1),
        ("at: 8:40:00\n", "bare_time", 1),
        ("a:\n  - 2026-01-02\n", "bare_date", 2),
        ("a: no\n", "bare_word", 1),
        ("a: On\n", "bare_word", 1),
        ("a: 0x1F\n", "odd_number", 1),
        ("a: 012\n", "odd_number", 1),
        ("a: 1_000\n", "odd_number", 1),
        ("a: .inf\n", "odd_number", 1),
        ("a: .NaN\n", "odd_number", 1),
        ("a: 1e5\n", "odd_number", 1),
        ("a: 99999999999999999999\n", "odd_number", 1),
        ("a: 1\nb: 2\na: 3\n", "duplicate_key", 3),
        ("a: &x [1, 2]\n", "alias", 1),
        ("a: 1\nb: *x\n", "alias", 2),
        ("a: !!python/object/apply:os.system ['true']\n", "tag", 1),
        ("a: !!binary aGVsbG8=\n", "tag", 1),
        ("!!str a: 1\n", "tag", 1),
        ("a: {<<: {b: 1}}\n", "merge", 1),
        ("? [a, b]\n: 1\n", "key_not_text", 1),
        ("a: 1\n---\nb: 2\n", "several_documents", 2),
        ("a: [1, 2\n", "not_yaml", 2),
        ("a:\n\tb: 1\n", "not_yaml", 2),
        ("%YAML 9.9\n---\na: 1\n", "not_yaml", 1),
        ("", "empty", 1),
        ("# only a remark\n", "empty", 1),
        ("a: 1\nb: \0\n", "control", 2),
        ("a: \x1b[31m\n", "control", 1),
        ("a: \x85\n", "control", 1),
        (b"a: 1\nb: \xff\xfe\n", "not_utf8", 2),
        ("a: \ud800\n", "not_utf8", 1),
        ("x: " + "a" * 300_000, "too_big", 0),
        ("[" * 100_000, "too_deep", 1),
        ("a: " + "{a: " * 60 + "1" + "}" * 60, "too_deep", 1),
        ("a: [" + "1," * 60_000 + "1]", "too_many_parts", 1),
    ],
)  # fmt: skip
def test_refused_with_its_line(source: bytes | str, code: str, line: int) -> None:
    assert refused(source)[0] == (code, line)


def test_all_misread_values_are_named_at_once() -> None:
    assert refused("a: 08:40\nb: yes\nc: 1_0\n") == [("bare_time", 1), ("bare_word", 2), ("odd_number", 3)]


def test_quoted_and_block_texts_are_texts_whatever_they_look_like() -> None:
    document = documents.read("a: '08:40'\nb: \"no\"\nc: |\n  012\nd: '<<'\n")
    assert document.data == {"a": "08:40", "b": "no", "c": "012\n", "d": "<<"}


def test_a_bomb_costs_nothing() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    tracemalloc.start()
    began = time.process_time()
    assert refused("\n".join(lines)) == [("alias", 1)]
    assert time.process_time() - began < 1
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    "source",
    ["a: " + "x" * 1_000_000, "- " * 120_000, "? " * 120_000, "{" * 200_000, "'" * 250_000, "a: |\n" + " b\n" * 80_000,
     "\n" * 250_000, "#" * 250_000, 'a: "' + "\\u0301" * 40_000 + '"', "".join(f"k{n}: 1\n" for n in range(30_000))],
    ids=["1 MB", "dashes", "questions", "braces", "quotes", "block", "empty lines", "remark", "accents", "keys"],
)  # fmt: skip
def test_large_input_is_answered_in_seconds(source: str) -> None:
    began = time.process_time()
    report = lint(source)
    assert time.process_time() - began < 10
    assert report.faults
    for language in LANGUAGES:
        assert all(len(fault_sentence(fault, language)) < 1500 for fault in report.faults)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)))
def test_nothing_makes_the_linter_raise(source: bytes | str) -> None:
    report = lint(source)
    assert report.faults
    assert not report.usable
    for fault in report.faults:
        assert fault_sentence(fault, "cs")
