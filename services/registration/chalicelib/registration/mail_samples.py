"""Each mail with made-up data, for who writes its words."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from chalicelib.registration import library, mails
from chalicelib.registration.domain import (
    CONGRESS,
    Audience,
    Definition,
    Line,
    Message,
    Registration,
    Round,
    Session,
)
from shared.consent import Consent
from shared.mail import Mail

_START = datetime(2027, 9, 18, 7, 30, tzinfo=UTC)
_SESSION = "sessie"
_DEFINITION = Definition(
    id="voorbeeld",
    revision=1,
    published=True,
    title={"nl": "Voorbeeldcongres", "en": "Sample congress"},
    summary={"nl": "", "en": ""},
    description={"nl": "", "en": ""},
    starts_at=_START,
    ends_at=_START + timedelta(hours=8),
    opens_at=_START - timedelta(days=90),
    closes_at=_START,
    place="Buurthuis De Boog",
    address="Gerard Noodtstraat 12",
    city="Utrecht",
    capacity=100,
    audiences=(Audience(id="bewoner", title={"nl": "Bewoner", "en": "Resident"}),),
    rounds=(
        Round(
            id="ronde",
            title={"nl": "Ronde 1", "en": "Round 1"},
            starts_at=_START + timedelta(hours=2),
            ends_at=_START + timedelta(hours=3),
            sessions=(
                Session(
                    id=_SESSION,
                    title={"nl": "Samen eten in de wijk", "en": "Eating together"},
                    capacity=20,
                ),
            ),
        ),
    ),
)
_REGISTRATION = Registration(
    id="voorbeeld",
    event=_DEFINITION.id,
    state="seated",
    version=1,
    link_version=1,
    language="nl",
    name="Sam de Vries",
    email="",
    person="",
    audience="bewoner",
    consent=Consent("voorbeeld", "registration", _START),
    registered_at=_START - timedelta(days=30),
    lines=(
        Line(id=CONGRESS, number=1, state="seated"),
        Line(id=_SESSION, number=1, state="seated"),
    ),
    keep_until=_START + timedelta(days=30),
)
_DOCUMENTS = (library.Shown("Verslag van de dag", "/documenten/voorbeeld"),)
_COMPOSE: dict[str, Callable[[Definition, Registration], Mail]] = {
    "confirmation": mails.confirmation,
    "confirm": mails.confirm,
    "waiting": mails.waiting,
    "promoted": mails.promoted,
    "promoted_session": lambda definition, mine: mails.promoted(definition, mine, _SESSION),
    "changed": mails.changed,
    "cancelled": mails.cancelled,
    "new_address": mails.new_address,
    "reminder": mails.reminder,
    "reconfirm": mails.reconfirm,
    "reconfirm_again": mails.reconfirm_again,
    "thanks": lambda definition, mine: mails.thanks(definition, mine, _DOCUMENTS),
    "link_again": mails.link_again,
    "already_registered": mails.already_registered,
}


def written(definition: Definition, message: Message, language: str) -> Mail:
    """What an organiser wrote, as Sam de Vries would get it if they came to this congress."""
    mine = replace(
        _REGISTRATION, language=language, event=definition.id, lines=_REGISTRATION.lines[:1]
    )
    return mails.written(definition, mine, message)


def sample(kind: str, language: str, to: str) -> Mail:
    """The mail of this kind, as Sam de Vries would get it; the address is `to`."""
    mine = replace(_REGISTRATION, language=language, email=to)
    if kind == "confirm":
        mine = replace(mine, confirm_by=_START - timedelta(days=29))
    if kind == "waiting":
        waits = Line(id=CONGRESS, number=103, state="waiting", place_in_line=3)
        mine = replace(mine, state="waiting", lines=(waits,))
    return _COMPOSE[kind](_DEFINITION, mine)
