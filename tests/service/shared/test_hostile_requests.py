"""What the fuzz found at the edge, each with what it is answered with now."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from chalice.test import Client

from shared.http import PUBLIC, SIGNED_IN, App, Json, Router
from shared.request import LARGEST_BODY, LONGEST_KEY, LONGEST_PART


class Body(msgspec.Struct):
    """Anything at all."""

    anything: Any


@pytest.fixture
def http(mocked_aws: None) -> Iterator[Any]:
    router = Router("registration")

    @router.post("/api", access=PUBLIC, body=Body)
    def take(request: Any, body: Body) -> Json:
        return Json({"key": request.idempotency_key}, status=201)

    @router.get("/api/{id_}", access=PUBLIC)
    def give(request: Any, id_: str) -> Json:
        return Json({"length": len(request.body)})

    @router.get("/desk", access=SIGNED_IN)
    def desk(request: Any) -> Json:
        return Json({})

    app = App("registration")
    app.register_blueprint(router.blueprint)
    with Client(app) as client:
        yield client.http


def _post(http: Any, body: bytes, **headers: str) -> Any:
    return http.post("/api", body=body, headers={"Content-Type": "application/json", **headers})


def test_json_that_is_nested_too_deep_is_malformed(http: Any) -> None:
    depth = LARGEST_BODY // 2 - 20
    body = b'{"anything":' + b"[" * depth + b"]" * depth + b"}"
    answer = _post(http, body)
    assert (answer.status_code, answer.json_body["code"]) == (400, "malformed")


def test_a_key_that_is_too_long_is_refused_since_two_could_begin_alike(http: Any) -> None:
    right, wrong = "a" * LONGEST_KEY, "a" * (LONGEST_KEY + 1)
    body = json.dumps({"anything": 1}).encode()
    assert _post(http, body, **{"Idempotency-Key": right}).json_body == {"key": right}
    answer = _post(http, body, **{"Idempotency-Key": wrong, "Accept-Language": "en"})
    assert answer.status_code == 422
    assert answer.json_body["errors"].keys() == {"idempotency_key"}


def test_a_path_longer_than_a_key_of_the_table_leads_nowhere(http: Any) -> None:
    assert http.get("/api/" + "a" * LONGEST_PART).status_code == 200
    assert http.get("/api/" + "a" * (LONGEST_PART + 1)).status_code == 404


def test_the_body_of_a_get_means_nothing(http: Any) -> None:
    answer = http.request("GET", "/api/x", body=b"x" * (LARGEST_BODY + 1))
    assert (answer.status_code, answer.json_body) == (200, {"length": 0})


def test_who_must_say_who_they_are_is_told_how(http: Any) -> None:
    answer = http.get("/desk")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
