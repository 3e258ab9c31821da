"""Whatever is sent to whichever route: never a 5xx, and always an answer of the route's kind."""

from random import Random
from typing import Any

import pytest

from shared.answers import BINARY
from shared.http import Endpoint
from shared.request import LARGEST_BODY, SESSION_COOKIE
from tests.proof_of_work import make_easy
from tests.proofs.conftest import Figures
from tests.proofs.extent import SEED, extent
from tests.proofs.fuzz import hostile
from tests.proofs.fuzz.fuzzer import Fuzzer
from tests.proofs.fuzz.gateway import FILES, NOWHERE, Answer
from tests.proofs.fuzz.subject import LIFE, Known, Subject, account
from tests.proofs.fuzz.test_interfaces import SUBJECTS
from tests.service.browser import ORIGIN, Browser, sign_in

ROLES = ("reader", "organiser", "owner")
REQUESTS = extent(whole=2000, bounded=200)


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: str(subject.name))
def test_nothing_makes_a_service_stumble(
    subject: Subject, figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_easy(monkeypatch)
    fuzzer, random = Fuzzer(subject), Random(SEED)
    routes = [one for router in subject.routers for one in router.endpoints]
    wrong: list[str] = []
    for start in range(0, REQUESTS, LIFE):
        with account(subject) as known:
            sessions = [sign_in(Browser(Any), role).cookies[SESSION_COOKIE] for role in ROLES]
            for number in range(start, min(start + LIFE, REQUESTS)):
                endpoint = routes[number % len(routes)]
                sent = _request(endpoint, known, fuzzer, sessions, random)
                answer = fuzzer.gateway.answer(*sent)
                complaint = _complaint(endpoint, sent, answer, fuzzer)
                if complaint:
                    wrong.append(f"{complaint}: {answer.status_code} {str(sent)[:300]}")
    assert not wrong, "\n".join(wrong[:20])
    figures(
        f"fuzz {subject.name}, hostile",
        f"{fuzzer.gateway.requests:,} requests to {len(routes)} routes, 0 5xx, "
        "0 answers of another kind",
    )


Sent = tuple[str, str, dict[str, str], bytes]


def _request(
    endpoint: Endpoint, known: Known, fuzzer: Fuzzer, sessions: list[str], random: Random
) -> Sent:
    path = endpoint.path
    for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        right = known.paths.get(name, ["x"])
        path = path.replace(f"{{{name}}}", random.choice([*right[:3], *hostile.PARTS]))
    query = random.choice(hostile.QUERIES)
    method = endpoint.method if random.random() < 0.9 else random.choice(hostile.METHODS)
    headers = hostile.headers_of(random)
    if random.random() < 0.5:  # past the first guard
        form = endpoint.kind == "form"
        headers["content-type"] = (
            "application/x-www-form-urlencoded" if form else "application/json"
        )
        headers["origin"] = ORIGIN
        if random.random() < 0.6:
            headers["cookie"] = f"{SESSION_COOKIE}={random.choice(sessions)}"
        if known.tokens or "registration" in known.paths:
            token = fuzzer.subject.token_for({}, known, random)
            headers["authorization"] = f"Bearer {token}"
    body = hostile.body_of(random, fuzzer.example(endpoint))
    return method, f"{path}?{query}" if query else path, headers, body


def _complaint(endpoint: Endpoint, sent: Sent, answer: Answer, fuzzer: Fuzzer) -> str:
    method, _, _, body = sent
    if answer.status_code >= 500:
        return "a failure"
    kind = str(answer.headers["Content-Type"]).partition(";")[0]
    asked = (endpoint.method, "HEAD") if endpoint.method == "GET" else (endpoint.method,)
    if method not in asked or answer is NOWHERE:
        return ""
    if len(body) > LARGEST_BODY and method == "POST" and answer.status_code not in (413, 404):
        return "a body that is too large"
    if endpoint.kind == "json":
        return fuzzer.disagreement(endpoint, answer)
    if answer.status_code == 303 or kind in BINARY or kind == "application/json":  # a download
        return ""
    if "<x onload" in answer.body.decode().lower():
        return "markup that somebody sent"
    return "" if kind in ("text/html", *FILES) else "no page"


def test_the_marker_would_be_seen() -> None:
    page: Any = Answer(200, [("Content-Type", "text/html")], hostile.MARKER.encode())
    endpoint = Endpoint("GET", "/", "page", Any, Any)  # type: ignore[arg-type]
    assert _complaint(endpoint, ("GET", "/", {}, b""), page, Any)  # type: ignore[arg-type]
