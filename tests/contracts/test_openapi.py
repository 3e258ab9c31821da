"""Each service's OpenAPI document is valid, whole, and says what the routes declare."""

from importlib import import_module
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from shared.http import Endpoint
from shared.openapi import Reply

SERVICES = ("registration", "directory", "documents")


def _interface(service: str) -> Any:
    return import_module(f"chalicelib.{service}.interface")


@pytest.fixture(scope="module", params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def document(service: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(_interface(service).document()))
    return found


@pytest.fixture(scope="module")
def routes(service: str) -> list[tuple[Endpoint, Reply]]:
    interface = _interface(service)
    replies = interface.replies()
    endpoints = interface.routes.router.endpoints
    return [(one, replies[one.view]) for one in endpoints if one.kind == "json"]


def test_it_is_openapi(document: dict[str, Any]) -> None:
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_json_route_is_in_it_and_no_other(
    document: dict[str, Any], routes: list[tuple[Endpoint, Reply]]
) -> None:
    described = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
    }
    assert described == {(one.method, one.path) for one, _ in routes}


def test_every_example_is_what_its_schema_says(document: dict[str, Any]) -> None:
    for media in _found("content", document):
        for said in media.values():
            schema = {**said["schema"], "components": document["components"]}
            Draft202012Validator(schema).validate(said["example"])


def test_every_status_is_named_with_its_codes(document: dict[str, Any]) -> None:
    for operations in document["paths"].values():
        for operation in operations.values():
            statuses = operation["responses"].keys()
            assert all(status.isdigit() for status in statuses), "no default, no 4XX"
            assert sum(status < "400" for status in statuses) == 1
            for status, answer in operation["responses"].items():
                if status >= "400":
                    (said,) = answer["content"].values()
                    narrowed = said["schema"]["allOf"][1]["properties"]
                    assert narrowed["status"] == {"const": int(status)}
                    assert narrowed["code"]["enum"]


def test_what_a_route_takes_decides_what_it_refuses(
    document: dict[str, Any], routes: list[tuple[Endpoint, Reply]]
) -> None:
    for endpoint, reply in routes:
        operation = document["paths"][endpoint.path][endpoint.method.lower()]
        statuses = operation["responses"].keys()
        if endpoint.body is not None:
            assert {"400", "413", "415", "422"} <= statuses
        if reply.bearer:
            assert {"401", "403"} <= statuses
            assert {"link": []} in operation["security"]
        if reply.creates:
            assert "Idempotency-Key" in {one["name"] for one in operation["parameters"]}
        if reply.counted:
            assert "429" in statuses


def test_every_reference_and_link_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert {*_found("$ref", document)} <= schemas
    operations = {*_found("operationId", document["paths"])}
    for links in _found("links", document):
        assert {link["operationId"] for link in links.values()} <= operations


def test_requests_say_their_fields_and_limits() -> None:
    document = _interface("registration").document()
    schema = document["components"]["schemas"]["RegistrationRequest"]
    assert schema["required"] == ["name", "email", "audience", "consent", "consent_version"]
    assert schema["properties"]["name"]["maxLength"] == 200
    assert schema["additionalProperties"] is False


def _found(name: str, node: Any) -> list[Any]:
    """Every value under the key `name`, at any depth (examples apart)."""
    if isinstance(node, dict):
        own = [node[name]] if name in node else []
        rest = (value for key, value in node.items() if key != "example")
        return own + [found for value in rest for found in _found(name, value)]
    if isinstance(node, list):
        return [found for value in node for found in _found(name, value)]
    return []
