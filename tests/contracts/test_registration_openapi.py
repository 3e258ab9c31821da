"""The OpenAPI document says what the service does."""

from typing import Any

import msgspec
import pytest

from chalicelib.registration import routes
from chalicelib.registration.schemas import RegistrationRequest
from shared.answers import Json
from shared.request import Request


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    request = Request("registration", "GET", "/", {}, {}, b"", "", "test", wants_json=True)
    answer = routes.get_openapi(request)
    assert isinstance(answer, Json)
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(answer.data))
    return found


def test_every_json_route_is_in_it_and_no_other(document: dict[str, Any]) -> None:
    described = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
    }
    served = {(one.method, one.path) for one in routes.router.endpoints if one.kind == "json"}
    assert described == served


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    names = {reference.rpartition("/")[2] for reference in _references(document)}
    assert names
    assert names <= document["components"]["schemas"].keys()


def test_the_request_says_its_fields_and_limits(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["RegistrationRequest"]
    assert [*schema["properties"]] == [*RegistrationRequest.__struct_fields__]
    assert schema["required"] == ["name", "email", "audience", "consent", "consent_version"]
    assert schema["properties"]["name"]["maxLength"] == 200
    assert schema["additionalProperties"] is False


def test_creating_honours_an_idempotency_key_and_links_are_bearers(
    document: dict[str, Any],
) -> None:
    create = document["paths"]["/congres/api/v1/events/{event}/registrations"]["post"]
    assert "Idempotency-Key" in {one["name"] for one in create["parameters"]}
    assert "201" in create["responses"]
    view = document["paths"]["/congres/api/v1/registrations/{registration}"]["get"]
    assert view["security"] == [{"link": []}]
    assert "application/problem+json" in view["responses"]["default"]["content"]


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in _references(value)]
    if isinstance(node, list):
        return [found for value in node for found in _references(value)]
    return []
