"""The shape of a scenario: the shipped JSON Schema, and its complaints as faults an author can act on."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path as File
from typing import Any

from training.engine.documents import Document
from training.engine.faults import Fault, Path, dotted, shown

FORMAT = "crisisdesk.scenario/1"
_FILE = File(__file__).parent / "schema" / "scenario-1.json"
MOST_FAULTS = 50

# A definition that fails has a sentence of its own, better than "does not match the pattern".
_NAMED_PATTERNS = {"id": "bad_id", "time": "bad_time"}


@cache
def scenario_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of `crisisdesk.scenario/1`."""
    schema: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return schema


@cache
def _validator(definition: str) -> Any:
    from jsonschema import Draft202012Validator, ValidationError, validators

    def pattern(validator: Any, wanted: str, instance: object, schema: Any) -> Iterator[Any]:
        """As ECMA means it: `$` is the very end, not before a last line break."""
        if isinstance(instance, str) and not re.search(wanted.replace("$", r"\Z"), instance):
            yield ValidationError(f"{instance!r} does not match {wanted!r}")

    schema = scenario_schema()
    if definition:
        schema = {"$ref": f"#/$defs/{definition}", "$defs": schema["$defs"]}
    return validators.extend(Draft202012Validator, {"pattern": pattern})(schema)


def shape_faults(document: Document, definition: str = "") -> list[Fault]:
    """What in the document does not have the shape of a scenario (or of one `definition`), in order of lines."""
    found: list[Fault] = []
    for error in _validator(definition).iter_errors(document.data):
        found.extend(_of_error(error, document))
        if len(found) >= MOST_FAULTS:
            break
    return sorted(_once(found), key=lambda fault: fault.line)


def _once(found: list[Fault]) -> list[Fault]:
    seen: dict[tuple[str, Path], Fault] = {}
    for fault in found:
        seen.setdefault((fault.code, fault.path), fault)
    return list(seen.values())


def _of_error(error: Any, document: Document) -> Iterator[Fault]:
    path: Path = tuple(error.absolute_path)

    def fault(code: str, at: Path = path, **values: object) -> Fault:
        line, column = document.place(at)
        return Fault(code, line, column, at, shown({"place": dotted(at) or "–", **values}))

    instance, wanted = error.instance, error.validator_value
    match error.validator:
        case "additionalProperties" if isinstance(wanted, bool):
            known = error.schema.get("properties", {})
            for key in instance:
                if key not in known:
                    near = difflib.get_close_matches(str(key), known, n=1)
                    code = "unknown_key_near" if near else "unknown_key"
                    listed = ", ".join(sorted(known))
                    yield fault(code, (*path, key), key=key, near=near[0] if near else "", known=listed)
        case "required":
            missing = error.message.split("'")[1]
            code = "language_missing" if set(error.schema["required"]) == {"cs", "en"} else "missing"
            yield fault(code, path, key=missing)
        case "type":
            yield fault("wrong_type", wanted=_types(wanted), found=_type_of(instance))
        case "enum" | "const":
            choices = wanted if isinstance(wanted, list) else [wanted]
            near = difflib.get_close_matches(str(instance), [str(choice) for choice in choices], n=1)
            listed = ", ".join(str(choice) for choice in choices)
            yield fault("not_allowed", found=instance, known=listed, near=near[0] if near else str(choices[0]))
        case "pattern":
            name = next((code for name, code in _NAMED_PATTERNS.items() if wanted == _pattern_of(name)), "bad_form")
            yield fault(name, found=instance, form=wanted)
        case "minimum" | "maximum":
            low, high = error.schema.get("minimum", "–∞"), error.schema.get("maximum", "∞")
            yield fault("out_of_range", found=instance, low=low, high=high)
        case "minItems" | "maxItems" | "minProperties" | "maxProperties":
            low = error.schema.get("minItems", error.schema.get("minProperties", 0))
            high = error.schema.get("maxItems", error.schema.get("maxProperties", "∞"))
            yield fault("wrong_count", found=len(instance), low=low, high=high)
        case "minLength" | "maxLength":
            code = "empty_text" if error.validator == "minLength" else "text_too_long"
            yield fault(code, most=error.schema.get("maxLength", ""), found=len(instance))
        case "uniqueItems":
            yield fault("twice_in_list")
        case "anyOf":
            yield from _of_alternatives(error, document, fault)
        case _:
            yield fault("bad_form", found=instance, form=error.validator)


def _of_alternatives(error: Any, document: Document, fault: Any) -> Iterator[Fault]:
    """Of several shapes the one meant is that of the same type; its complaint is the helpful one."""
    meant = [inner for inner in error.context if inner.validator != "type" or len(inner.relative_path) > 0]
    if meant:
        first = meant[0].relative_schema_path[0]
        for inner in meant:
            if inner.relative_schema_path[0] == first:
                yield from _of_error(inner, document)
    else:
        wanted = [inner.validator_value for inner in error.context]
        yield fault("wrong_type", wanted=", ".join(_types(one) for one in wanted), found=_type_of(error.instance))


def _pattern_of(definition: str) -> str:
    return str(scenario_schema()["$defs"][definition]["pattern"])


def _types(wanted: object) -> str:
    return ", ".join(wanted) if isinstance(wanted, list) else str(wanted)


def _type_of(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    names: dict[type, str] = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}
    return names.get(type(value), type(value).__name__)
