"""Five hundred people at once for twenty seats, over HTTP through the front door.

Half of them send the form, half JSON. Whoever gets no answer, or one that says "try again", sends
the same thing with the same key. Afterwards a random part cancels, all at once.
"""

import asyncio
import base64
import csv
import io
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.flows import steps
from tests.flows.browser import Browser
from tests.flows.tools import Backstage, Mailbox
from tests.proofs.conftest import Figures

pytestmark = [pytest.mark.proof, pytest.mark.embedded_aws, pytest.mark.timeout(1500)]

PEOPLE, SEATS, AT_ONCE = 500, 20, 48
TRIES = 12
RETRYABLE = {429, 500, 502, 503, 504}
SEED = 20261122


@dataclass
class Applicant:
    """Somebody in the crowd, with what they were told."""

    name: str
    key: str = field(default_factory=lambda: uuid4().hex)
    answers: list[int] = field(default_factory=list)
    number: int = 0
    state: str = ""

    @property
    def email(self) -> str:
        return f"{self.name}@example.org"


@dataclass
class Crowd:
    """Everybody, and how they reach the congress."""

    origin: str
    event: str
    consent: str
    people: list[Applicant]

    async def register(self) -> list[Applicant]:
        """Everybody registers; answers who were told another thing than the time before."""
        gate, changed = asyncio.Semaphore(AT_ONCE), []

        async def one(index: int, person: Applicant, session: aiohttp.ClientSession) -> None:
            async with gate:
                before = (person.number, person.state)
                await self._insist(session, person, form=index % 2 == 0)
                if before not in ((0, ""), (person.number, person.state)):
                    changed.append(person)

        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as session:
            await asyncio.gather(*(one(i, who, session) for i, who in enumerate(self.people)))
        return changed

    async def _insist(
        self, session: aiohttp.ClientSession, person: Applicant, *, form: bool
    ) -> None:
        send = self._send_form if form else self._send_json
        for attempt in range(TRIES):
            try:
                status = await send(session, person)
            except (aiohttp.ClientError, TimeoutError):
                status = 504
            person.answers.append(status)
            if status not in RETRYABLE:
                return
            await asyncio.sleep(0.2 * 2 ** min(attempt, 4) * random.random())

    async def _send_json(self, session: aiohttp.ClientSession, person: Applicant) -> int:
        url = f"{self.origin}/congres/api/v1/events/{self.event}/registrations"
        data = {
            "name": person.name,
            "email": person.email,
            "audience": "resident",
            "consent": True,
            "consent_version": self.consent,
        }
        headers = {"Idempotency-Key": person.key}
        async with session.post(url, json=data, headers=headers) as answer:
            if answer.status == 201:
                receipt = await answer.json()
                person.number, person.state = receipt["number"], receipt["state"]
            return answer.status

    async def _send_form(self, session: aiohttp.ClientSession, person: Applicant) -> int:
        url = f"{self.origin}/congres/{self.event}/aanmelden"
        data = {
            "naam": person.name,
            "email": person.email,
            "doelgroep": "resident",
            "akkoord": "ja",
            "tekst": self.consent,
            "idempotency_key": person.key,
        }
        headers = {"Origin": self.origin}
        async with session.post(url, data=data, headers=headers, allow_redirects=False) as answer:
            if answer.status == 303:
                person.number, seated = _receipt(answer.headers["Location"])
                person.state = "seated" if seated else "waiting"
            return answer.status

    async def cancel(self, tokens: dict[str, str]) -> Counter[int]:
        """Everybody with a token cancels at once."""
        gate, statuses = asyncio.Semaphore(AT_ONCE), Counter[int]()

        async def one(registration: str, token: str, session: aiohttp.ClientSession) -> None:
            url = f"{self.origin}/congres/api/v1/registrations/{registration}"
            headers = {"Authorization": f"Bearer {token}"}
            async with gate:
                for _ in range(TRIES):
                    async with session.delete(url, headers=headers) as answer:
                        status = answer.status
                    if status not in RETRYABLE:
                        break
                statuses[status] += 1

        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as session:
            await asyncio.gather(*(one(who, token, session) for who, token in tokens.items()))
        return statuses


def _receipt(location: str) -> tuple[int, bool]:
    """The congress's number and seat in the thanks page's signed receipt."""
    claims = location.partition("bewijs=")[2].split(".")[0]
    event_and_lines = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    _, number, seated, _ = event_and_lines[1][0]
    return number, seated


@dataclass(frozen=True)
class Listed:
    """A line of the organiser's list."""

    email: str
    seated: bool
    number: int


def _listed(organiser: Browser, event: str) -> list[Listed]:
    answer = organiser.get(f"/congres/beheer/{event}/deelnemers.csv").expect(200)
    rows = csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig")))
    return [
        Listed(row["E-mailadres"], row["Stand"] == "heeft een plek", int(row["Nummer"]))
        for row in rows
    ]


def _check_line(rows: list[Listed], people: set[str]) -> None:
    """The invariants of DESIGN §5 for one pool, on the list as an organiser downloads it."""
    seated = sorted(row.number for row in rows if row.seated)
    waiting = sorted(row.number for row in rows if not row.seated)
    assert {row.email for row in rows} == people, "everybody once, nobody lost"
    assert len(rows) == len(people)
    assert len({row.number for row in rows}) == len(rows), "a number belongs to one person"
    assert len(seated) == min(SEATS, len(rows)), "neither oversold nor idle"
    assert not waiting or seated[-1] < waiting[0], "in order"


def test_five_hundred_at_once_for_twenty_seats(
    load_congress: Callable[..., str],
    platform: Any,
    staff: Any,
    mailbox: Mailbox,
    backstage: Backstage,
    figures: Figures,
) -> None:
    event = load_congress(SEATS)
    found = Browser(platform.origin).get(f"/congres/api/v1/events/{event}").expect(200).json()
    people = [Applicant(f"druk-{number}-{uuid4().hex[:6]}") for number in range(PEOPLE)]
    crowd = Crowd(platform.origin, event, found["consent_version"], people)

    started = time.monotonic()
    asyncio.run(crowd.register())
    took = time.monotonic() - started
    statuses = Counter(status for person in people for status in person.answers)
    assert all(person.answers[-1] in (201, 303) for person in people), statuses
    _check_told(people)
    backstage.wait_until_quiet(500)
    settled = time.monotonic() - started
    rows = _listed(staff.browser, event)
    _check_line(rows, {person.email for person in people})
    promoted = _check_mails(mailbox, people, rows)

    changed = asyncio.run(crowd.register())
    assert changed == [], "a retry with the same key gets the first answer"
    assert len(_listed(staff.browser, event)) == PEOPLE
    cancelling = _check_cancelling(crowd, staff.browser, mailbox, backstage, rows)
    figures(
        "burst",
        f"{PEOPLE} people, {SEATS} seats, {AT_ONCE} at once: {took:.1f} s,"
        f" {PEOPLE / took:.0f} per second, first answers {dict(sorted(statuses.items()))},"
        f" 0 oversold, 0 idle, {promoted} moved up, all mail sent after {settled:.0f} s;"
        f" {cancelling}",
    )


def _check_told(people: list[Applicant]) -> None:
    """Nobody was promised a seat that is not there."""
    seated = [person.number for person in people if person.state == "seated"]
    assert len(seated) <= SEATS
    assert len({person.number for person in people}) == PEOPLE
    assert max(seated) < min(person.number for person in people if person.state == "waiting")


def _check_mails(mailbox: Mailbox, people: list[Applicant], rows: list[Listed]) -> int:
    """Everybody has one mail that says what the list says; answers how many moved up already."""
    subjects: dict[str, list[str]] = {}
    for mail in mailbox.all():
        subjects.setdefault(mail.to, []).append(mail.subject.partition(":")[0])
    seated = {row.email for row in rows if row.seated}
    told = {
        email
        for email, found in subjects.items()
        if found in (["Je bent aangemeld"], ["Je staat op de wachtlijst", "Je hebt een plek"])
        or found == ["Je hebt een plek"]
    }
    crowd = {person.email for person in people}
    assert told & crowd == seated
    waiting = {email for email in crowd if subjects[email] == ["Je staat op de wachtlijst"]}
    assert waiting == crowd - seated
    return sum("Je hebt een plek" in subjects[email] for email in seated)


def _check_cancelling(
    crowd: Crowd,
    organiser: Browser,
    mailbox: Mailbox,
    backstage: Backstage,
    rows: list[Listed],
) -> str:
    """Cancel half of the seated and a fifth of the waiting at once: the first in line move up."""
    chance = random.Random(SEED)
    seated = [row.email for row in rows if row.seated]
    waiting = [row.email for row in rows if not row.seated]
    leaving = set(chance.sample(seated, SEATS // 2) + chance.sample(waiting, len(waiting) // 5))
    tokens = {}
    for mail in mailbox.all():
        if mail.to in leaving:
            token = steps.token_in(mail.link("/congres/aanmelding?"))
            tokens[token.split(".")[0]] = token
    assert len(tokens) == len(leaving)
    started = time.monotonic()
    statuses = asyncio.run(crowd.cancel(tokens))
    assert set(statuses) == {200}, statuses
    backstage.wait_until_quiet(500)
    took = time.monotonic() - started
    left = {person.email for person in crowd.people} - leaving
    after = _listed(organiser, crowd.event)
    _check_line(after, left)
    up = {row.email for row in after if row.seated} - set(seated)
    expected = [row.email for row in sorted(rows, key=lambda row: row.number)]
    first_in_line = [email for email in expected if email in left and email not in seated]
    assert up == set(first_in_line[: len(up)]), "promoted in the order of their numbers"
    assert len(up) == SEATS // 2
    for email in up:
        assert mailbox.subjects(email)[-1] == "Je hebt een plek"
    return f"{len(leaving)} cancelled at once, {len(up)} moved up in order in {took:.1f} s"
