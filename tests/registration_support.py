"""A small congress and the people who register for it; shared by service tests and proofs."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from chalicelib.registration import usecases
from chalicelib.registration.domain import Answers, Entry, Profile, Receipt
from chalicelib.registration.repository import Repository
from shared.clock import Clock
from shared.consent import Consent
from shared.limits import Sending

EVENT = "buurtdag"
GIVEN = datetime(2027, 4, 14, 9, 0, tzinfo=UTC)
CONSENT = Consent(text_version="congres-1", purpose="registration", given_at=GIVEN)
PROFILE = Profile(
    name="De Voedseltuin",
    place="Rotterdam",
    website="https://voedseltuin.example.org",
    about="Een tuin.",
    consent=Consent(text_version="ledengids-1", purpose="directory", given_at=GIVEN),
)


def congress(**changes: Any) -> dict[str, Any]:
    """The congress as its YAML says: two seats, two rounds with sessions of one seat each."""
    return {
        "id": EVENT,
        "published": True,
        "title": {"nl": "Buurtdag", "en": "Neighbourhood day"},
        "summary": {"nl": "Kort."},
        "description": {"nl": "Lang."},
        "starts": "2027-09-17 09:30",
        "ends": "2027-09-17 17:00",
        "registration": {"opens": "2027-01-01 09:00", "closes": "2027-09-15 18:00"},
        "place": {"name": "Buurthuis", "address": "Plein 1", "city": "Utrecht"},
        "capacity": 2,
        "audiences": [{"id": "resident", "title": {"nl": "Bewoner"}}],
        "rounds": [
            _round("r1", "11:00", "12:00", a1=1, a2=1),
            _round("r2", "13:00", "14:00", b1=1, b2=1),
        ],
    } | changes


def question(id_: str, kind: str, **more: Any) -> dict[str, Any]:
    """One of the congress's own questions, as its YAML says: `options="ov fiets"` are two."""
    options = [{"id": one, "title": {"nl": one.title()}} for one in more.pop("options", "").split()]
    return {"id": id_, "kind": kind, "title": {"nl": f"Vraag {id_}"}, "options": options} | more


def _round(id_: str, starts: str, ends: str, **capacities: int) -> dict[str, Any]:
    return {
        "id": id_,
        "title": {"nl": id_},
        "starts": f"2027-09-17 {starts}",
        "ends": f"2027-09-17 {ends}",
        "sessions": [
            {"id": name, "title": {"nl": name}, "capacity": capacity}
            for name, capacity in capacities.items()
        ],
    }


def entry(
    name: str,
    *,
    audience: str = "resident",
    sessions: Sequence[str] = (),
    profile: Profile | None = None,
    answers: Answers | None = None,
) -> Entry:
    """What `name` fills in."""
    return Entry(
        name=name.title(),
        email=f"{name}@example.org",
        audience=audience,
        consent=CONSENT,
        sessions=tuple(sessions),
        profile=profile,
        answers=answers or Answers(),
    )


def register_person(
    repository: Repository,
    clock: Clock,
    name: str,
    *,
    event: str = EVENT,
    key: str | None = None,
    fingerprint: str = "same",
    sending: Sending | None = None,
    language: str = "nl",
    **filled_in: Any,
) -> Receipt:
    """Register `name` for the congress, with a fresh proof of work unless `sending` says else."""
    return usecases.register(
        repository,
        clock,
        event=event,
        entry=entry(name, **filled_in),
        language=language,
        fingerprint=fingerprint,
        sending=sending or Sending("visitor", proof=uuid.uuid4().hex, key=key),
    )
