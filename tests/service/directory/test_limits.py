"""Applying and signing in: what is counted, and what a proof of work spares."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.directory import usecases
from chalicelib.directory.repository import Repository
from chalicelib.platform.pages import sign_in as sign_in_pages
from shared import limits
from shared.access import AccessLimit
from shared.clock import FixedClock
from shared.limits import Limit
from tests.proof_of_work import make_easy, solution, solve
from tests.service.browser import Browser

from .conftest import APPLICATION, FORM, items

APPLY = "/leden/aanmelden"
API = "/leden/api/v1/members"
SIGN_IN = "/beheer/inloggen"
HOME = {"CloudFront-Viewer-Address": "203.0.113.7:4711"}
OTHER = {"CloudFront-Viewer-Address": "198.51.100.1:80"}
# That the words are translated is a test of the shared catalogue.
TOO_OFTEN = {"": "Dit is te vaak geprobeerd.", "?lang=en": '<html lang="en">'}


@pytest.fixture(autouse=True)
def _easy(monkeypatch: pytest.MonkeyPatch) -> None:
    make_easy(monkeypatch)


@pytest.fixture
def prove(clock: FixedClock) -> Callable[[], str]:
    return lambda: solution(clock)


@pytest.fixture(autouse=True)
def _nobody_signs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> str:
        raise sign_in_pages.Invalid(fields={"email": "Dit hoort niet bij elkaar."})

    monkeypatch.setattr(sign_in_pages.usecases, "sign_in", refuse)


def form(name: str, **changes: Any) -> dict[str, Any]:
    own = {"name": name.title(), "email": f"{name}@example.org", "idempotency_key": f"key-{name}"}
    return {**FORM, **own, **changes}


def counted(prefix: str) -> list[dict[str, Any]]:
    return items(prefix) + items(prefix, "ACCESS_TABLE")


def spent(limit: Limit) -> list[int]:
    return [int(item["times"]) for item in counted(f"LIMIT#{limit.scope}#")]


def use_up(repository: Repository, clock: FixedClock, limit: Limit, left: int = 0) -> None:
    """Spend for whoever was counted first, until `left` are left."""
    [item] = counted(f"LIMIT#{limit.scope}#")
    count = repository.spend if items(str(item["pk"])) else partial(limits.spend, AccessLimit)
    who = str(item["pk"]).rpartition("#")[2]
    for _ in range(limit.most - int(item["times"]) - left):
        count(limit, who, clock)


def test_the_challenge_is_public_and_never_kept(visitor: Browser) -> None:
    answer = visitor.get("/leden/api/v1/challenge")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    page = visitor.get(APPLY).text
    assert 'data-challenge="/leden/api/v1/challenge"' in page
    assert visitor.post(APPLY, form("tuin", altcha=solve(answer.data))).status == 303
    assert len(items("PROOF#")) == 1
    assert spent(usecases.WITHOUT_PROOF) == []
    document = visitor.get("/leden/api/openapi.json").data
    assert "altcha" in document["components"]["schemas"]["Application"]["properties"]


def test_thirty_applications_without_proof_from_one_network(
    visitor: Browser, repository: Repository, clock: FixedClock, prove: Callable[[], str]
) -> None:
    limit = usecases.WITHOUT_PROOF
    assert (limit.most, limit.per) == (30, timedelta(minutes=10))
    assert visitor.post(APPLY, form("a"), **HOME).status == 303
    use_up(repository, clock, limit, left=1)
    assert visitor.post(APPLY, form("b"), **HOME).status == 303
    for query, words in TOO_OFTEN.items():
        refused = visitor.post(APPLY + query, form("c"), **HOME)
        assert refused.status == 429
        assert words in refused.text
        assert 'value="c@example.org"' in refused.text
    application = {**APPLICATION, "email": "d@example.org"}
    refused = visitor.post_json(API, application, **HOME)
    assert (refused.status, refused.data["code"]) == (429, "too_many_requests")
    assert len(repository.every()) == 2

    assert visitor.post(APPLY, form("c", altcha=prove()), **HOME).status == 303
    assert visitor.post_json(API, {**application, "altcha": prove()}, **HOME).status == 202
    assert visitor.post(APPLY, form("e"), **OTHER).status == 303
    clock.advance(timedelta(minutes=10))
    assert visitor.post(APPLY, form("f"), **HOME).status == 303
    assert len(repository.every()) == 6


def test_a_used_proof_is_no_proof(
    visitor: Browser, repository: Repository, clock: FixedClock, prove: Callable[[], str]
) -> None:
    payload = prove()
    first = form("a", altcha=payload)
    assert visitor.post(APPLY, first).status == 303
    assert visitor.post(APPLY, first).status == 303, "the same request again"
    assert len(repository.every()) == 1
    assert spent(usecases.WITHOUT_PROOF) == []
    assert visitor.post(APPLY, form("b", altcha=payload)).status == 303
    assert spent(usecases.WITHOUT_PROOF) == [1]
    use_up(repository, clock, usecases.WITHOUT_PROOF)
    assert visitor.post(APPLY, form("c", altcha=payload)).status == 429
    assert len(repository.every()) == 2


def test_five_applications_an_hour_for_one_address(
    visitor: Browser, repository: Repository, clock: FixedClock, prove: Callable[[], str]
) -> None:
    for number in range(5):
        sent = form("a", idempotency_key=f"k{number}", altcha=prove())
        assert visitor.post(APPLY, sent).status == 303
    other_case = form("a", idempotency_key="k", email="A@Example.org", altcha=prove())
    assert visitor.post(APPLY, other_case).status == 429
    assert visitor.post(APPLY, form("b", altcha=prove())).status == 303
    clock.advance(timedelta(hours=1))
    assert visitor.post(APPLY, other_case).status == 303
    assert len(repository.every()) == 7


@pytest.mark.parametrize(("query", "words"), TOO_OFTEN.items())
def test_ten_sign_ins_for_one_address(
    visitor: Browser, clock: FixedClock, query: str, words: str
) -> None:
    limit = sign_in_pages.SIGN_IN_PER_ADDRESS
    assert (limit.most, limit.per) == (10, timedelta(minutes=15))
    typed = {"email": "organisator@example.org", "wachtwoord": "raad-eens-1"}
    for _ in range(10):
        assert visitor.post(SIGN_IN + query, typed).status == 422
    refused = visitor.post(SIGN_IN + query, {**typed, "email": "Organisator@Example.org"})
    assert refused.status == 429
    assert words in refused.text
    assert 'value="Organisator@Example.org"' in refused.text
    assert "raad-eens-1" not in refused.text
    assert visitor.post(SIGN_IN, {**typed, "email": "ander@example.org"}).status == 422
    clock.advance(timedelta(minutes=15))
    assert visitor.post(SIGN_IN, typed).status == 422


def test_fifty_sign_ins_for_one_network(
    visitor: Browser, repository: Repository, clock: FixedClock
) -> None:
    limit = sign_in_pages.SIGN_IN_PER_VISITOR
    assert (limit.most, limit.per) == (50, timedelta(minutes=15))
    visitor.post(SIGN_IN, {"email": "a@example.org", "wachtwoord": "x"}, **HOME)
    use_up(repository, clock, limit)
    typed = {"email": "b@example.org", "wachtwoord": "x"}
    assert visitor.post(SIGN_IN, typed, **HOME).status == 429
    assert visitor.post(SIGN_IN, typed, **OTHER).status == 422


def test_counts_hold_no_address_and_go_within_the_hour(
    visitor: Browser, clock: FixedClock, prove: Callable[[], str]
) -> None:
    visitor.post(APPLY, form("a"), **HOME)
    visitor.post(APPLY, form("b", altcha=prove()), **HOME)
    visitor.post(SIGN_IN, {"email": "a@example.org", "wachtwoord": "x"}, **HOME)
    kept = counted("LIMIT#") + items("PROOF#")
    assert len(kept) == 6
    for item in kept:
        assert "203.0.113" not in str(item)
        assert "@" not in str(item)
        assert 0 < int(item["expires_at"]) - clock.now().timestamp() <= 3600
