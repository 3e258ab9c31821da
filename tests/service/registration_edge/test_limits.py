"""Registering is free of counting with a proof of work; without one it is counted by network."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import msgspec
import pytest

from chalicelib.registration.repository import Repository
from chalicelib.registration.usecases.register import WITHOUT_PROOF
from chalicelib.registration.usecases.request_link import PER_VISITOR
from shared import settings
from shared.clock import FixedClock
from shared.limits import Limit
from tests.proof_of_work import make_easy, solution, solve
from tests.service.browser import Browser
from tests.service.registration.conftest import calls
from tests.service.registration_edge.conftest import (
    API,
    BODY,
    FORM,
    PAGE,
    items,
    person,
    registrations,
)

SEND = f"{PAGE}/aanmelden"
LINK = "/congres/aanmelding/link"
HOME = {"CloudFront_Viewer_Address": "203.0.113.7:4711"}
OTHER = {"CloudFront_Viewer_Address": "198.51.100.1:80"}


@pytest.fixture(autouse=True)
def _easy(monkeypatch: pytest.MonkeyPatch) -> None:
    make_easy(monkeypatch)


@pytest.fixture
def prove(clock: FixedClock) -> Callable[[], str]:
    return lambda: solution(clock)


def spent(scope: str) -> list[int]:
    return [int(item["times"]) for item in items(f"LIMIT#{scope}#")]


def use_up(repository: Repository, limit: Limit, left: int = 0) -> None:
    """Spend for whoever was counted first, until `left` are left."""
    [item] = items(f"LIMIT#{limit.scope}#")
    who = str(item["pk"]).rpartition("#")[2]
    for _ in range(limit.most - int(item["times"]) - left):
        repository.guards.spend(limit, who)


def test_the_challenge_is_never_kept(visitor: Browser) -> None:
    with calls() as made:
        answer = visitor.get("/congres/api/v1/challenge")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert made == []
    assert visitor.get("/congres/api/v1/challenge").data != answer.data
    assert visitor.post(SEND, {**FORM, "altcha": solve(answer.data)}).status == 303
    assert items("PROOF#")
    assert items("LIMIT#") == []


def test_the_page_offers_the_puzzle_and_an_empty_field(visitor: Browser) -> None:
    page = visitor.get(PAGE).text
    assert 'data-challenge="/congres/api/v1/challenge"' in page
    assert '<input type="hidden" name="altcha" value="">' in page


def test_a_proof_costs_no_call_and_its_lack_exactly_one(
    visitor: Browser, prove: Callable[[], str]
) -> None:
    visitor.get(PAGE)
    proven = {**person("ada"), "altcha": prove()}
    with calls() as made:
        visitor.post(SEND, proven)
    assert made == ["UpdateItem"] * 2 + ["TransactWriteItems"]
    with calls() as made:
        visitor.post(SEND, person("bo", **{"sessie-r1": "a2"}))
    assert made == ["UpdateItem"] * 3 + ["TransactWriteItems"]
    assert spent("register") == [1]


@pytest.mark.parametrize("same_process", [True, False])
def test_a_used_proof_is_no_proof(
    visitor: Browser, repository: Repository, prove: Callable[[], str], *, same_process: bool
) -> None:
    payload = prove()
    visitor.post(SEND, {**person("ada"), "altcha": payload})
    if not same_process:
        repository.guards._used.clear()
    assert visitor.post(SEND, {**person("bo"), "altcha": payload}).status == 303
    assert spent("register") == [1]
    assert len(registrations()) == 2
    buried = items("DEAD#")
    assert bool(buried) is not same_process, "a proof that we saw used costs no number"
    use_up(repository, WITHOUT_PROOF)
    assert visitor.post(SEND, {**person("cas"), "altcha": payload}).status == 429
    assert items("DEAD#") == buried, "a refusal must not cost a number"
    assert len(registrations()) == 2


@pytest.mark.parametrize("same_process", [True, False])
def test_the_same_request_with_the_same_proof_gets_the_first_answer(
    visitor: Browser, repository: Repository, prove: Callable[[], str], *, same_process: bool
) -> None:
    form = {**FORM, "altcha": prove()}
    first = visitor.post(SEND, form)
    if not same_process:
        repository.guards._used.clear()
    assert visitor.post(SEND, form).location == first.location
    assert items("LIMIT#") == []
    assert visitor.post(SEND, {**form, "naam": "Iemand Anders"}).status == 422


def test_a_repeat_may_bring_a_new_proof(visitor: Browser, prove: Callable[[], str]) -> None:
    first = visitor.post(SEND, {**FORM, "altcha": prove()})
    assert visitor.post(SEND, {**FORM, "altcha": prove()}).location == first.location


def test_a_known_address_uses_its_proof_up_too(
    visitor: Browser, repository: Repository, prove: Callable[[], str]
) -> None:
    visitor.post(SEND, person("ada"))
    payload = prove()
    again = person("eve", email="ada@example.org")
    assert visitor.post(SEND, {**again, "altcha": payload}).status == 303
    assert len(items("PROOF#")) == 1
    repository.guards._used.clear()
    visitor.post(SEND, {**person("bo"), "altcha": payload})
    assert spent("register") == [2]
    repository.guards._used.clear()
    third = person("fay", email="ada@example.org")
    assert visitor.post(SEND, {**third, "altcha": payload}).status == 303
    assert spent("register") == [3]


def test_an_expired_or_broken_proof_is_no_proof(
    visitor: Browser, prove: Callable[[], str], clock: FixedClock
) -> None:
    payload = prove()
    clock.advance(timedelta(minutes=21))
    assert visitor.post(SEND, {**person("ada"), "altcha": payload}).status == 303
    assert visitor.post(SEND, {**person("bo"), "altcha": "nonsense"}).status == 303
    assert spent("register") == [2]
    assert items("PROOF#") == []


@pytest.mark.parametrize(
    ("query", "words"), [("", "Dit is te vaak geprobeerd."), ("?lang=en", "tried too often")]
)
def test_thirty_without_proof_in_ten_minutes_from_one_network(
    visitor: Browser,
    repository: Repository,
    prove: Callable[[], str],
    clock: FixedClock,
    query: str,
    words: str,
) -> None:
    assert (WITHOUT_PROOF.most, WITHOUT_PROOF.per.seconds) == (30, 600)
    assert visitor.post(SEND, person("ada"), **HOME).status == 303
    use_up(repository, WITHOUT_PROOF, left=1)
    assert visitor.post(SEND, person("bo"), **HOME).status == 303
    before = items("")
    refused = visitor.post(SEND + query, person("cas"), **HOME)
    assert refused.status == 429
    assert words in refused.text
    assert 'value="cas@example.org"' in refused.text
    assert items("") == before
    problem = visitor.post_json(API, {**BODY, "email": "cas@example.org"}, **HOME)
    assert (problem.status, problem.data["code"]) == (429, "too_many_requests")

    assert visitor.post(SEND, {**person("cas"), "altcha": prove()}, **HOME).status == 303
    proven = {**BODY, "email": "dirk@example.org", "altcha": prove()}
    assert visitor.post_json(API, proven, **HOME).status == 201
    assert visitor.post(SEND, person("eva"), **OTHER).status == 303
    clock.advance(timedelta(minutes=10))
    assert visitor.post(SEND, person("fay"), **HOME).status == 303


def test_a_home_with_many_addresses_counts_as_one(visitor: Browser) -> None:
    for name, host in (("ada", "::1"), ("bo", ":ffff:2:3:4")):
        sender = f"2001:db8:1:2{host}:443"
        visitor.post(SEND, person(name), CloudFront_Viewer_Address=sender)
    assert spent("register") == [2]
    visitor.post(SEND, person("cas"), CloudFront_Viewer_Address="2001:db8:1:3::1:443")
    assert sorted(spent("register")) == [1, 2]


def test_an_address_with_a_zone_counts_as_the_one_without(visitor: Browser) -> None:
    for name, zone in (("ada", "%eth0"), ("bo", "")):
        visitor.post(SEND, person(name), CloudFront_Viewer_Address=f"fe80::1{zone}:443")
    assert spent("register") == [2]


def test_counts_hold_no_address_and_go_when_their_window_is_over(
    visitor: Browser, clock: FixedClock, prove: Callable[[], str]
) -> None:
    visitor.post(SEND, {**person("ada"), "altcha": prove()}, **HOME)
    visitor.post(SEND, person("bo"), **HOME)
    visitor.post(LINK, {"congres": "buurtdag", "email": "bo@example.org"}, **HOME)
    kept = items("LIMIT#") + items("PROOF#")
    assert len(kept) == 4
    for item in kept:
        assert "203.0.113" not in str(item)
        assert "@" not in str(item)
        assert 0 < int(item["expires_at"]) - clock.now().timestamp() <= 3600


def test_five_links_an_hour_for_an_address_known_or_not(visitor: Browser) -> None:
    visitor.post(SEND, person("ada"))
    answers = {}
    for email in ("ada@example.org", "nobody@example.org"):
        form = {"congres": "buurtdag", "email": email}
        sent = [visitor.post(LINK, form).status for _ in range(5)]
        assert sent == [303] * 5
        assert visitor.post(LINK, {**form, "email": email.upper()}).status == 429
        answers[email] = [visitor.post(LINK + query, form) for query in ("", "?lang=en")]
    known, unknown = answers.values()
    for one, other in zip(known, unknown, strict=True):
        assert one.text.replace("ada@", "nobody@") == other.text
        assert one.status == other.status == 429
    assert "Dit is te vaak geprobeerd." in known[0].text
    assert "tried too often" in known[1].text
    assert 'value="ada@example.org"' in known[0].text


def test_thirty_links_in_ten_minutes_for_a_network(
    visitor: Browser, repository: Repository
) -> None:
    assert (PER_VISITOR.most, PER_VISITOR.per.seconds) == (30, 600)
    form = {"congres": "buurtdag", "email": "a@example.org"}
    visitor.post(LINK, form, **HOME)
    use_up(repository, PER_VISITOR)
    assert visitor.post(LINK, {**form, "email": "b@example.org"}, **HOME).status == 429
    assert visitor.post(LINK, {**form, "email": "b@example.org"}, **OTHER).status == 303


@pytest.fixture
def raised(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LIMIT_FACTOR", "2")
    settings.forget()
    yield
    monkeypatch.undo()
    settings.forget()


def test_a_setting_raises_every_limit(visitor: Browser, raised: None) -> None:
    form = {"congres": "buurtdag", "email": "a@example.org"}
    assert [visitor.post(LINK, form).status for _ in range(11)] == [303] * 10 + [429]


def test_the_proof_is_part_of_the_described_interface(visitor: Browser) -> None:
    document = visitor.get("/congres/api/openapi.json").data
    assert "altcha" in document["components"]["schemas"]["RegistrationRequest"]["properties"]
    assert "/congres/api/v1/challenge" in document["paths"]
    assert msgspec.json.encode(document).count(b"keyPrefix") >= 1
