"""The description of the API: complete, valid, without warnings; and its page."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from crisisdesk.core.actions import REGISTRY
from crisisdesk.core.api.viewsets import DeskViewSet
from tests.conftest import World

# Verbs no program calls: what belongs to the sign-in pages, and what people without an account do over an address they
# were given.
WITHOUT_ENDPOINT = {"core.note_sign_in_change", "monitoring.report_by_address"}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    GENERATOR_STATS.reset()
    described: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    assert not GENERATOR_STATS._warn_cache, list(GENERATOR_STATS._warn_cache)
    assert not GENERATOR_STATS._error_cache, list(GENERATOR_STATS._error_cache)
    return json.loads(json.dumps(described, default=str))


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method in {"get", "post", "put", "patch", "delete"}
    ]


@pytest.mark.slow
def test_it_is_valid_openapi(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    assert not [error.message for error in OpenAPIV31SpecValidator(schema).iter_errors()]


def test_every_operation_is_named_once_and_described(schema: dict[str, Any]) -> None:
    names = [operation["operationId"] for _path, _method, operation in operations(schema)]
    assert len(names) == len(set(names))
    bare = [operation["operationId"] for _p, _m, operation in operations(schema) if not operation.get("description")]
    assert not bare
    untold = [
        f"{operation['operationId']} {code}"
        for _path, _method, operation in operations(schema)
        for code, answer in operation["responses"].items()
        if code.startswith("4") and not answer["description"]
    ]
    assert not untold


def test_every_operation_needs_a_token_and_tells_its_refusals(schema: dict[str, Any]) -> None:
    for _path, _method, operation in operations(schema):
        assert operation["security"] == [{"token": []}], operation["operationId"]
        assert {"400", "401", "403", "429"} <= set(operation["responses"]), operation["operationId"]


def test_changes_ask_for_the_version_in_the_description_too(schema: dict[str, Any]) -> None:
    for _path, method, operation in operations(schema):
        headers = {one["name"] for one in operation.get("parameters", []) if one["in"] == "header"}
        assert ("If-Match" in headers) is (method in ("put", "patch")), operation["operationId"]


def test_every_address_is_described(schema: dict[str, Any]) -> None:
    described = {path.replace("{", "<").replace("}", ">") for path in schema["paths"]}
    assert len(described) == len(addresses()), addresses()


def addresses() -> set[str]:
    def walk(patterns: list[Any], prefix: str) -> Any:
        for pattern in patterns:
            here = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, here)
            elif isinstance(pattern, URLPattern):
                yield here

    api = [each for each in get_resolver().url_patterns if str(each.pattern) == "api/"]
    own = {"api/v1/schema", "api/v1/docs", "api/v1/<path:address>"}
    return set(walk(api, "")) - own


def test_every_request_and_answer_has_an_example_that_fits_its_description(schema: dict[str, Any]) -> None:
    missing, wrong, count = [], [], 0
    for _path, _method, operation in operations(schema):
        bodies = {"request": operation.get("requestBody", {})}
        bodies |= {code: answer for code, answer in operation["responses"].items() if code.startswith("2")}
        for place, body in bodies.items():
            content = body.get("content", {}).get("application/json")
            if content is None or "schema" not in content:
                continue
            count += 1
            if "example" not in content:
                missing.append(f"{operation['operationId']} {place}")
                continue
            fitting = OAS31Validator({**content["schema"], "components": schema["components"]})
            wrong += [
                f"{operation['operationId']} {place} {error.json_path}: {error.message}"
                for error in fitting.iter_errors(content["example"])
            ]
    assert not missing
    assert not wrong
    assert count > 150


def test_an_example_shows_what_has_to_be_sent(schema: dict[str, Any]) -> None:
    sent = {
        operation["operationId"]: operation["requestBody"]["content"]["application/json"]["example"]
        for _path, _method, operation in operations(schema)
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }
    approve = sent["approval_request_approve"]
    assert set(approve) == {"payload_hash"}
    assert len(approve["payload_hash"]) == 64
    assert {"case", "purpose", "text"} <= set(sent["statement_create"])


def test_every_verb_can_be_called() -> None:
    offered = {made.action.name for view in viewsets() for made in view.verbs.values()}
    at_own_addresses = {"cases.open_evidence", "core.change_profile", "core.freshen_token"}
    callable_ = {name for name, action in REGISTRY.items() if not action.by_system}
    assert callable_ - offered - at_own_addresses == WITHOUT_ENDPOINT


def viewsets() -> list[type[DeskViewSet]]:
    from crisisdesk.api import resources

    return [view for _prefix, view, _basename in resources.registry if issubclass(view, DeskViewSet)]


def test_the_description_is_served_in_both_formats(world: World) -> None:
    client = world.client("legal")
    assert client.get("/api/v1/schema").content.startswith(b"openapi: 3.1")
    answer = client.get("/api/v1/schema", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert answer.json()["openapi"].startswith("3.1")
    assert Client().get("/api/v1/schema").status_code == 401


def test_the_page_takes_everything_from_here(world: World) -> None:
    page = world.client("legal").get("/api/v1/docs").content.decode()
    assert "drf_spectacular_sidecar" in page
    assert "//cdn" not in page
    assert "http://" not in page
    assert "https://" not in page
    script = world.client("legal").get("/api/v1/docs?script=")
    assert "javascript" in script["Content-Type"]
