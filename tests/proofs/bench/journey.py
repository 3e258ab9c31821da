"""One journey through the whole platform with the meter on: what each operation takes.

A request is named by its method and route; the functions behind queues and streams by their name.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest

from chalicelib.registration import consents
from shared.http import App
from tests.access import ALL
from tests.flows import steps
from tests.flows.browser import Browser
from tests.proof_of_work import solve
from tests.proofs.bench.meter import Meter, Spent, metering
from tests.proofs.kills.scenes import await_arrival
from tests.proofs.world.functions import service_of
from tests.proofs.world.world import World, world

T = TypeVar("T")
WARM = 12  # times that a page is asked for its CPU time
PEOPLE = 6
STAFF = "organisator@example.org"


@dataclass
class Seen:
    """One request that was answered."""

    status: int
    body: bytes
    spent: Spent
    event: dict[str, Any]  # as API Gateway gives it to the function
    content_type: str = ""


@dataclass
class Journey:
    """All that was measured: requests by (service, operation), other functions by their name."""

    requests: dict[tuple[str, str], list[Seen]] = field(default_factory=lambda: defaultdict(list))
    functions: dict[str, list[Spent]] = field(default_factory=lambda: defaultdict(list))

    def last(self, service: str, operation: str) -> Seen:
        """The last request of its kind: warm."""
        return self.requests[service, operation][-1]


class _Recorder:
    """Stands between people and functions."""

    def __init__(self, made: World, meter: Meter, journey: Journey) -> None:
        self._made, self._meter, self._journey = made, meter, journey
        self._request = made.functions.request
        self._events: list[dict[str, Any]] = []
        self.marked = ""

    def start(self, patch: pytest.MonkeyPatch) -> None:
        """Listen from now on."""
        answer = App.__call__

        def called(app: App, event: Any, context: Any) -> Any:
            self._events.append(event)
            return answer(app, event, context)

        patch.setattr(App, "__call__", called)
        patch.setattr(self._made.functions, "request", self.request)
        self._made.runner = self.run

    def request(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, Any], bytes]:
        """One request, measured."""
        work = lambda: self._request(method, path, headers, body)  # noqa: E731 - named for measure
        self._events.clear()
        (status, given, data), spent = self._meter.measure(work)
        service = service_of(path)
        name = f"{method} {route_of(method, urlsplit(path).path)}{self.marked}"
        kind = str(given.get("Content-Type", ""))
        event = self._events[-1] if self._events else {}
        self._journey.requests[service, name].append(Seen(status, data, spent, event, kind))
        return status, given, data

    def run(self, function: str, work: Callable[[], T]) -> T:
        """One call of a function, measured unless it is a request."""
        if function.endswith("-api"):
            return work()
        result, spent = self._meter.measure(work)
        self._journey.functions[function].append(spent)
        return result


def route_of(method: str, path: str) -> str:
    """The route that a path belongs to, words before parameters as Chalice picks them."""
    endpoints = [route.endpoint for route in ALL if route.endpoint.method == method]
    for endpoint in sorted(endpoints, key=lambda one: one.path.count("{")):
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", endpoint.path), path):
            return str(endpoint.path)
    return "(no route)"


def travel(folder: Path) -> Journey:
    """Walk through everything that people do, on an embedded AWS of its own."""
    journey = Journey()
    with (
        pytest.MonkeyPatch.context() as patch,
        world(folder) as made,
        metering() as meter,
    ):
        recorder = _Recorder(made, meter, journey)
        recorder.start(patch)
        staff = made.organiser(STAFF)
        event = _congress(made, recorder, staff)
        partner, document = _guide_and_library(made, event, staff)
        _look_around(made, recorder, event, staff, partner, document)
        made.sweep()
        made.nightly()
    return journey


def _congress(made: World, recorder: _Recorder, staff: Browser) -> str:
    # The zips that the requests are repeated in know no clock but the machine's own.
    open_for_long = json.dumps(steps.congress(2 * PEOPLE, sessions={"een": 2, "twee": 3}))
    event = made.define(json.loads(open_for_long.replace("2027-", "2090-")))
    made.pump()
    made.functions.start_cold()
    people = [steps.somebody() for _ in range(PEOPLE)]
    for person in people:
        steps.register(made.browser(), event, person)
    recorder.marked = " + session"
    with_session = steps.somebody("Sessie", **{"sessie-ronde-1": "twee"})
    steps.register(made.browser(), event, with_session)
    recorder.marked = " + proof"
    _with_proof(made, event)
    recorder.marked = ""
    _through_json(made, event)
    recorder.marked = ""
    made.rest()
    browser = made.browser()
    link = made.mailbox.to(people[0].email)[-1].link("/congres/aanmelding?")
    manage = steps.open_registration(browser, link)
    browser.follow(browser.submit(manage, "/wijzigen", naam="Iemand Anders"))
    made.rest()
    steps.cancel(browser, link)
    made.rest()
    return event


def _with_proof(made: World, event: str) -> None:
    browser = made.browser()
    found = browser.get("/congres/api/v1/challenge").expect(200).json()
    action, typed = steps.fill_in(browser, event, steps.somebody())
    browser.follow(browser.post(action, {**typed, "altcha": solve(found)})).expect(200)


def _through_json(made: World, event: str) -> None:
    wish = {
        "name": "Jip",
        "email": "jip@example.org",
        "audience": "resident",
        "consent": True,
        "consent_version": consents.CONGRESS.version,
    }
    path = f"/congres/api/v1/events/{event}/registrations"
    made.browser().post_json(path, wish, Idempotency_Key="jip").expect(201)


def _guide_and_library(made: World, event: str, staff: Browser) -> tuple[Browser, str]:
    member = steps.wishing()
    steps.register(made.browser(), event, member)
    made.rest()
    steps.approve(staff, steps.draft_of(staff, member.fields["initiatief"]))
    made.rest()
    invitation = made.mailbox.to(member.email, "Deel je documenten")[0]
    partner = made.browser()
    steps.open_invitation(partner, invitation.link("/documenten/uploaden"))
    for _ in range(3):
        data = steps.small_pdf("Plan")
        document = steps.upload(partner, data, "Een plan")
        partner.post_json(f"/documenten/api/v1/uploads/{document}/complete", {}).expect(200)
        await_arrival()
        made.rest()
        steps.publish(staff, document)
        made.rest()
    _apply(made)
    return partner, document


def _apply(made: World) -> None:
    browser = made.browser()
    for number in range(2):
        page = browser.get("/leden/aanmelden").expect(200)
        fields = page.form("/leden/aanmelden").fields
        typed = _application(fields, number)
        browser.post("/leden/aanmelden", typed).expect(303)
    made.rest()


def _application(fields: dict[str, str], number: int) -> dict[str, str]:
    return {
        **fields,
        "name": f"Buurttuin {number}",
        "kind": "residents",
        "place": "Utrecht",
        "about": "Wij tuinieren met de buurt.",
        "email": f"tuin-{number}@example.org",
        "consent": "ja",
    }


def _look_around(
    made: World,
    recorder: _Recorder,
    event: str,
    staff: Browser,
    partner: Browser,
    document: str,
) -> None:
    visitor = made.browser()
    made.functions.start_cold()
    public = [
        "/",
        "/congres",
        f"/congres/{event}",
        f"/congres/{event}/insluiten",
        "/congres/aanmelding/link",
        "/leden",
        "/leden?q=initiatief",
        "/leden/aanmelden",
        "/documenten",
        "/documenten?q=plan",
        f"/documenten/{document}",
        "/privacy",
        "/congres/api/v1/events",
        f"/congres/api/v1/events/{event}",
        "/leden/api/v1/members",
        "/leden/api/v1/members.geojson",
        "/documenten/api/v1/documents",
    ]
    desk = ["/beheer", "/congres/beheer", f"/congres/beheer/{event}", "/leden/beheer"]
    desk += ["/documenten/beheer"]
    for _ in range(WARM):
        for path in public:
            recorder.marked = " + search" if "?q=" in path else ""
            visitor.get(path).expect(200)
        recorder.marked = ""
        for path in desk:
            staff.get(path).expect(200)
        partner.get(f"/documenten/uploaden/{document}")
