"""Reading request bodies: JSON as the standard has it, and nothing a text column could not hold."""

import json
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import IO, Any

from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from crisisdesk.core.web.request_errors import BadRequest

# Levels of nesting; nothing the API takes is deeper than a handful.
DEEPEST = 20


class StrictJSONParser(BaseParser):
    """`application/json` in UTF-8. Refuses NaN, repeated names, null characters and halves of surrogate pairs."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value of the body; the size is limited by `DATA_UPLOAD_MAX_MEMORY_SIZE`."""
        charset = parse_header_parameters(media_type or "")[1].get("charset", "utf-8").lower()
        if charset not in ("utf-8", "utf8"):
            raise BadRequest(_("Send the body in UTF-8"))
        body: bytes = stream.body if hasattr(stream, "body") else stream.read()
        try:
            value = json.loads(
                body.decode("utf-8-sig"),
                parse_float=_finite,
                parse_constant=_no_constant,
                object_pairs_hook=_no_repeats,
            )
        except UnicodeDecodeError as wrong:
            raise BadRequest(_("The body is not UTF-8")) from wrong
        except RecursionError as wrong:
            raise BadRequest(_("The body is nested too deeply")) from wrong
        except ValueError as wrong:
            raise BadRequest(_("The body is not valid JSON: {reason}").format(reason=wrong)) from wrong
        for path, reason in _unfit(value, "", 0):
            raise BadRequest(_("The body holds text that cannot be stored"), {path: [reason]})
        return value


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise ValueError(digits)
    return number


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(_("a name stands twice in one object"))
    return found


def _unfit(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Places in the value that no text column can hold, with the reason."""
    if depth > DEEPEST:
        yield path, _("The body is nested too deeply")
    elif isinstance(value, str):
        if "\x00" in value:
            yield path, _("Null characters are not allowed")
        elif not _is_encodable(value):
            yield path, _("Half of a surrogate pair is not a character")
    elif isinstance(value, dict):
        for name, inner in value.items():
            if "\x00" in name or not _is_encodable(name):
                yield path, _("Null characters and halves of surrogate pairs are not allowed in names")
            else:
                yield from _unfit(inner, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _unfit(inner, f"{path}.{place}" if path else str(place), depth + 1)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
