"""Asking a function of ours: its refusals, crashes and silences."""

import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.platform.calls import Action, call, serve
from shared import aws
from shared.errors import Conflict, Invalid, PlekkenError, Unavailable
from shared.observability import correlated


class Lambda:
    """Answers as Lambda does, with what `serve` made of it."""

    def __init__(self, actions: Mapping[str, Action]) -> None:
        self.actions = actions
        self.asked: dict[str, Any] = {}

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto's
        assert FunctionName == "plekken-test-directory-accounts"
        self.asked = json.loads(Payload)
        body = json.dumps(serve(self.asked, self.actions)).encode()
        return {"Payload": io.BytesIO(body)}


class Broken:
    """Fails, or answers with these words."""

    def __init__(self, answer: dict[str, str] | Exception) -> None:
        self.answer = answer

    def invoke(self, **_: Any) -> dict[str, Any]:
        if isinstance(self.answer, Exception):
            raise self.answer
        body = json.dumps(self.answer).encode()
        return {"FunctionError": "Unhandled", "Payload": io.BytesIO(body)}


def use(patch: pytest.MonkeyPatch, found: object) -> None:
    patch.setattr(aws, "client", lambda _name: found)


def test_the_answer_and_the_trace_come_through(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Lambda({"add": lambda asked: {"sum": asked["a"] + asked["b"]}})
    use(monkeypatch, found)
    with correlated("trace-1"):
        assert call("accounts", {"do": "add", "a": 1, "b": 2}) == {"sum": 3}
    assert found.asked["correlation_id"] == "trace-1"


def test_a_refusal_is_the_same_error_here(monkeypatch: pytest.MonkeyPatch) -> None:
    refusals: dict[str, PlekkenError] = {
        "conflict": Conflict("overtaken", "Te laat.", figures={"left": 2}),
        "invalid": Invalid("bad", "Fout.", fields={"email": "Klopt niet."}),
        "internal": PlekkenError("odd"),
    }

    def refuse(asked: dict[str, Any]) -> dict[str, Any]:
        raise refusals[asked["do"]]

    use(monkeypatch, Lambda(dict.fromkeys(refusals, refuse)))
    for name, wanted in refusals.items():
        with pytest.raises(type(wanted)) as got:
            call("accounts", {"do": name})
        told = got.value
        assert (told.status, told.code, told.title) == (wanted.status, wanted.code, wanted.title)
        assert (told.fields, told.figures) == (wanted.fields, wanted.figures)


@pytest.mark.parametrize("code", ["ThrottlingException", "TooManyRequestsException"])
def test_what_aws_puts_off_is_busy(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise ClientError({"Error": {"Code": code}}, "Query")

    use(monkeypatch, Lambda({"list": refuse}))
    with pytest.raises(Unavailable):
        call("accounts", {"do": "list"})


@pytest.mark.parametrize(
    "answer",
    [
        {"errorMessage": "RequestId: 1 Error: Task timed out after 10.00 seconds"},
        ReadTimeoutError(endpoint_url="https://lambda"),
        ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke"),
    ],
)
def test_silence_is_unavailable(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    use(monkeypatch, Broken(answer))
    with pytest.raises(Unavailable):
        call("accounts", {"do": "list"})


def test_a_crash_says_nothing_of_what_it_quoted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(monkeypatch, Broken({"errorType": "KeyError", "errorMessage": "noor@example.org"}))
    with pytest.raises(PlekkenError) as got:
        call("accounts", {"do": "list", "email": "noor@example.org"})
    assert got.value.status == 500
    assert "noor@" not in capsys.readouterr().out


def test_a_bug_stays_a_crash() -> None:
    with pytest.raises(KeyError):
        serve({"do": "unknown"}, {})
