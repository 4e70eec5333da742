"""One example for every request and answer of the API, derived from its description.

An example shows real-looking values of the names that the desk uses everywhere, in the types and limits that the
description gives; so it cannot fall behind. Pure computation over OpenAPI 3.1 as plain dictionaries.
"""

from collections.abc import Mapping
from typing import Any

JSON = "application/json"
METHODS = ("get", "post", "put", "patch", "delete")
DEEPEST = 8

UUID = "0197b1f0-6a3c-7c21-9d55-3f0a8c1e7b42"
INSTANT = "2026-11-23T10:17:00Z"
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

# By name, wherever it stands and whatever its type allows.
BY_NAME: Mapping[str, Any] = {
    "account": UUID,
    "answer": "250 Taken",
    "available_actions": ["submit"],
    "brand": UUID,
    "case": "CD-2026-0042",
    "channels": [UUID],
    "code": "general",
    "comment": "Please say when we will write again.",
    "cursor": "cD0yMDI2LTExLTIz",
    "default_language": "cs",
    "detail": "sent 240",
    "email": "jana.mala@zrnko.example",
    "except_kinds": ["negative_reviews"],
    "headline": "We know about the video",
    "host": "zrnko.example",
    "hint": "x7Qd",
    "informed_roles": ["legal"],
    "key": "cd_live_…",
    "kind": "viral_backlash",
    "kinds": ["viral_backlash"],
    "language": "cs",
    "languages": ["cs", "en"],
    "content_languages": ["cs", "en"],
    "primary_language": "cs",
    "name": "Jana Malá",
    "name_cs": "Obecné první vyjádření",
    "name_en": "General first statement",
    "next": None,
    "networks": ["192.0.2.0/24"],
    "number": 1,
    "password": "correct horse battery staple",
    "on_behalf_of": "Petr Novák",
    "phone": "+420 800 123 456",
    "previous": None,
    "rating": "4.5",
    "reason": "The batch number is wrong",
    "reference": "CD-2026-0042",
    "reporter": "Shop in Brno, 602 123 456",
    "role": "comms_lead",
    "roles": ["comms_lead"],
    "scopes": ["read", "comms.approve_statement"],
    "severity": 2,
    "sentence": "The video has been shared 4,000 times since the morning.",
    "slug": "zrnko",
    "summary": "A customer filmed mould in our porridge; the video is going round.",
    "submitted_by": "Jana Malá",
    "template_code": "general",
    "text": "We know about it. We are finding out what happened and will write again at 11:00.",
    "time_zone": "Europe/Prague",
    "title": "Mould in baby porridge",
    "user": "Jana Malá",
    "values": {"time": "11:00", "phone": "800 123 456"},
    "variants": {"x": "We know about the video. More at 11:00."},
    "url": "https://zrnko.example/crisis",
    "website": "https://zrnko.example/",
}
# What need not be sent and is worth showing all the same.
SHOWN = frozenset({"text", "title"})
BY_FORMAT: Mapping[str, Any] = {
    "uuid": UUID,
    "date-time": INSTANT,
    "date": "2026-11-23",
    "time": "11:00:00",
    "email": BY_NAME["email"],
    "uri": BY_NAME["url"],
    "ipv4": "192.0.2.7",
}


class Examples:
    """Makes examples of the schemas of one description; `components` are its shared schemas by name."""

    def __init__(self, components: Mapping[str, Any]) -> None:
        self.components = components

    def of(self, schema: Mapping[str, Any], name: str = "", *, sent: bool = False, depth: int = 0) -> Any:
        """A value that the schema allows. `sent` leaves out what only the desk writes; `name` is what it is called."""
        schema = self.whole(schema)
        if depth > DEEPEST:
            return None
        for given in ("const", "example"):
            if given in schema:
                return schema[given]
        if "enum" in schema:
            known = BY_NAME.get(name)
            return known if known in schema["enum"] else next(one for one in [*schema["enum"], None] if one != "")
        kinds = schema.get("type", "object" if "properties" in schema else "")
        kind = next((one for one in kinds if one != "null"), "null") if isinstance(kinds, list) else kinds
        match kind:
            case "object":
                return self._object(schema, name, sent=sent, depth=depth)
            case "array":
                return self._array(schema, name, sent=sent, depth=depth)
            case "string":
                return _string(schema, name)
            case "integer" | "number":
                return _number(schema, name)
            case "boolean":
                return schema.get("default", False)
        return None

    def whole(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema with references followed, parts joined and the first real alternative chosen."""
        if "$ref" in schema:
            found = self.whole(self.components[schema["$ref"].rpartition("/")[2]])
            return {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
        for several in ("oneOf", "anyOf"):
            if several in schema:
                real = [self.whole(one) for one in schema[several]]
                first = next(
                    (one for one in real if one.get("type") != "null" and one.get("enum") not in ([""], [None])),
                    real[0],
                )
                return {**first, **{key: value for key, value in schema.items() if key not in (several, "type")}}
        if "allOf" in schema:
            joined: dict[str, Any] = {key: value for key, value in schema.items() if key != "allOf"}
            for part in map(self.whole, schema["allOf"]):
                properties = {**joined.get("properties", {}), **part.get("properties", {})}
                joined = {**part, **joined} | ({"properties": properties} if properties else {})
            return joined
        return schema

    def _object(self, schema: Mapping[str, Any], name: str, *, sent: bool, depth: int) -> dict[str, Any]:
        properties = schema.get("properties", {})
        if not properties and isinstance(BY_NAME.get(name), dict):
            return dict(BY_NAME[name])
        if not properties:
            inner = schema.get("additionalProperties")
            return (
                {"cs": self.of(inner, name, sent=sent, depth=depth + 1)} if isinstance(inner, Mapping) and inner else {}
            )
        required = set(schema.get("required", ()))
        # A change shows at least one thing that changes.
        shown = [key for key in properties if not sent or key in required | SHOWN] or list(properties)[:1]
        return {
            key: self.of(properties[key], key, sent=sent, depth=depth + 1)
            for key in shown
            if not (sent and properties[key].get("readOnly"))
        }

    def _array(self, schema: Mapping[str, Any], name: str, *, sent: bool, depth: int) -> list[Any]:
        known = BY_NAME.get(name)
        items = self.whole(schema.get("items", {}))
        if isinstance(known, list) and "enum" not in items and "properties" not in items:
            return list(known)
        return [self.of(items, name.removesuffix("s"), sent=sent, depth=depth + 1)]


def _string(schema: Mapping[str, Any], name: str) -> str:
    known = BY_NAME.get(name)
    if schema.get("format") in BY_FORMAT:
        value: str = BY_FORMAT[schema["format"]]
    elif isinstance(known, str):
        value = known
    elif name.endswith("hash"):
        value = HASH
    else:
        value = "…"
    return value[: schema.get("maxLength", len(value))].ljust(schema.get("minLength", 0), "a")


def _number(schema: Mapping[str, Any], name: str) -> float:
    known = BY_NAME.get(name, schema.get("default", 1))
    value = known if isinstance(known, int | float) and not isinstance(known, bool) else 1
    return min(max(value, schema.get("minimum", value)), schema.get("maximum", value))


def add_examples(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Postprocessing hook: an example beside every JSON schema of a request or of a success."""
    examples = Examples(result.get("components", {}).get("schemas", {}))
    for operations in result.get("paths", {}).values():
        for operation in (operations[method] for method in METHODS if method in operations):
            asked = operation.get("requestBody", {}).get("content", {}).get(JSON)
            if asked is not None and "schema" in asked:
                asked.setdefault("example", examples.of(asked["schema"], sent=True))
            for code, answer in operation["responses"].items():
                told = answer.get("content", {}).get(JSON)
                if code.startswith("2") and told is not None and "schema" in told:
                    told.setdefault("example", examples.of(told["schema"]))
    return result
