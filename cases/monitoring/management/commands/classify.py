"""`manage.py classify --stdin`: read texts with the code that reads mentions."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from cases.monitoring.text.classifier import classify
from cases.monitoring.text.language import LANGUAGES

MAX_LINE_BYTES = 8 * 1024 * 1024
"""A text of a megabyte, every character escaped, fits."""


class BadLineError(Exception):
    """What is wrong with a line, in a sentence; `id` if it could be read."""

    def __init__(self, message: str, id_: str | int | None = None) -> None:
        super().__init__(message)
        self.id = id_


class Command(BaseCommand):
    """One JSON object a line in, one a line out, in the same order.

    In: ``{"id": "17", "text": "Už týden nefunguje internet"}``. Out: ``{"id": "17", "language": "cs",
    "complaint": true, "negativity": 0.8, "topics": ["quality", "outage"], "terms": […]}``, each term with the entry it
    was found by (``term``), the words of the text (``found``), its ``topic``, the ``weight`` it added to the decision
    and the ``rules`` that changed it.

    A line that cannot be read gives ``{"id": …, "line": 3, "error": "…"}`` in its place and the stream goes on; the
    command then leaves with 1 after the last line. Empty lines give nothing.
    """

    help = "Reads JSON lines {id, text} and writes {id, language, complaint, negativity, topics, terms}."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the texts come from, and the language of those that say nothing about theirs."""
        parser.add_argument("--stdin", action="store_true", required=True, help="read JSON lines from standard input")
        parser.add_argument(
            "--default-language",
            choices=LANGUAGES,
            default="cs",
            help="the language of texts that do not say (a source has one too)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer line by line, so that the other end may wait for each answer."""
        bad = 0
        for number, line in enumerate(_lines(sys.stdin.buffer), 1):
            answer: dict[str, Any]
            try:
                asked = _asked(line)
                if asked is None:
                    continue
                id_, text = asked
                answer = {"id": id_, **classify(text, options["default_language"]).as_dict()}
            except BadLineError as error:
                bad += 1
                answer = {"id": error.id, "line": number, "error": str(error)}
            # A lone surrogate cannot be written as UTF-8; as an escape it stays what it was.
            written = json.dumps(answer, ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8")
            try:
                self.stdout.write(written)
                self.stdout.flush()
            except BrokenPipeError:
                # Whoever asked has heard enough. Python would complain once more when it closes the stream.
                sys.stderr.close()
                return
        if bad:
            raise CommandError(f"{bad} {'line' if bad == 1 else 'lines'} could not be read", returncode=1)


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """The lines of a stream; None for one longer than `MAX_LINE_BYTES`, which is passed over without being kept."""
    while line := stream.readline(MAX_LINE_BYTES + 1):
        if len(line) <= MAX_LINE_BYTES:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE_BYTES)
        yield None


def _asked(line: bytes | None) -> tuple[str | int, str] | None:
    """Identifier and text of a line; None if it is empty.

    :raises BadLineError: the line is not what was agreed.
    """
    if line is None:
        raise BadLineError(f"The line is longer than {MAX_LINE_BYTES} bytes.")
    try:
        written = line.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise BadLineError(f"The line is not UTF-8: byte {error.start + 1} cannot be read.") from None
    if not written:
        return None
    try:
        row = json.loads(written, parse_constant=_no_constant)
    except RecursionError:
        raise BadLineError("The line is nested too deeply.") from None
    except ValueError as error:
        raise BadLineError(f"The line is not JSON: {error}.") from None
    if not isinstance(row, dict):
        raise BadLineError('The line is not an object like {"id": "1", "text": "…"}.')
    id_ = row.get("id")
    if isinstance(id_, bool) or not isinstance(id_, str | int):
        raise BadLineError('"id" is missing or neither text nor a whole number.')
    if "text" not in row:
        raise BadLineError('"text" is missing.', id_)
    if not isinstance(row["text"], str):
        raise BadLineError('"text" is not a text.', id_)
    return id_, row["text"]


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
