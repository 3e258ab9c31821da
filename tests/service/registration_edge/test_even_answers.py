"""A known address costs a read and a transaction more; the answer does not come later for it."""

from collections.abc import Iterator

import pytest

from chalicelib.registration import even
from shared import settings
from tests.service.browser import Browser
from tests.service.registration.conftest import calls
from tests.service.registration_edge.conftest import API, BODY, PAGE, person


class Stopwatch:
    """Seconds as the requests spend them: `working` between two looks at it, and asleep."""

    def __init__(self) -> None:
        self.now = 0.0
        self.working = 0.0
        self.asleep: list[float] = []

    def monotonic(self) -> float:
        self.now += self.working
        return self.now

    def sleep(self, seconds: float) -> None:
        self.asleep.append(round(seconds, 3))


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stopwatch]:
    monkeypatch.setenv("EVEN_ANSWERS_MS", "300")
    settings.forget()
    found = Stopwatch()
    monkeypatch.setattr(even, "time", found)
    yield found
    monkeypatch.undo()
    settings.forget()


@pytest.mark.parametrize("kind", ["form", "json"])
def test_known_and_unknown_take_the_same_time(
    visitor: Browser, watch: Stopwatch, kind: str
) -> None:
    for seconds in (0.05, 0.09):  # the second time the address is known
        watch.working = seconds
        if kind == "form":
            key = f"key-{seconds}"
            form = person("ada", idempotency_key=key)
            assert visitor.post(f"{PAGE}/aanmelden", form).status == 303
        else:
            assert visitor.post_json(API, {**BODY, "sessions": []}).status == 201
    assert watch.asleep == [0.25, 0.21]


def test_what_took_longer_does_not_wait(visitor: Browser, watch: Stopwatch) -> None:
    watch.working = 0.4
    assert visitor.post_json(API, {**BODY, "sessions": []}).status == 201
    assert watch.asleep == [0.0]


def test_a_refusal_waits_too(visitor: Browser, watch: Stopwatch) -> None:
    headers = {"Idempotency-Key": "k1"}
    visitor.post_json(API, {**BODY, "sessions": []}, **headers)
    assert visitor.post_json(API, {**BODY, "sessions": [], "name": "Eve"}, **headers).status == 422
    assert watch.asleep == [0.3, 0.3]


def test_why_they_wait(visitor: Browser) -> None:
    """The budget of a new registration has no room for the calls that a known address needs."""
    visitor.get(PAGE)
    with calls() as unknown:
        visitor.post_json(API, {**BODY, "sessions": []})
    with calls() as known:
        visitor.post_json(API, {**BODY, "sessions": []})
    assert unknown[-1] == "TransactWriteItems"
    assert known == [*unknown, "GetItem", "TransactWriteItems"]
