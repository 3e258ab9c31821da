"""The daily work of registration's functions."""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import quote

from shared.events.registration import (
    Cancelled,
    Erased,
    EventChanged,
    MailingAsked,
    Registered,
    RegistrationTestMailAsked,
)
from tests.flows import steps
from tests.flows.tools import wait_for
from tests.flows.work import wording
from tests.flows.work.office import Office, Work, relaying, sweeping
from tests.ses_feedback import bounce

NOBODY = Erased(registration_id="01J00000000000000000000000")


def api(office: Office) -> Sequence[Work]:
    desk = office.staff.browser

    def register() -> None:
        steps.register(office.browser(), office.congress(), steps.somebody())

    def look_at_the_desk() -> None:
        desk.get(f"/congres/beheer/{office.congress()}").expect(200)

    def cancel_at_the_desk() -> None:
        event = office.congress()
        mine = office.registered(event)
        steps.cancel_at_desk(desk, event, f"REGISTRATION#{mine}")

    def check_in_at_the_door() -> None:
        event = office.once("door", lambda: office.load_congress(500, **steps.soon()))
        guest = steps.somebody("Gast")
        mine, path = office.registered(event, guest), f"/congres/beheer/{event}/inchecken"
        found = desk.get(f"{path}?q={quote(guest.name)}").expect(200)
        form = next(one for one in found.forms if one.fields.get("aanmelding") == mine)
        desk.post(form.action, form.fields).expect(200)
        assert office.find("registration", f"ARRIVAL#{event}", sk=mine)

    def make_and_delete_a_draft() -> None:
        draft = steps.copy_congress(desk, office.congress())
        steps.press_at_desk(desk, draft, "wissen", zeker="ja").expect(303)

    words = wording.words(office, "/congres/beheer/mails/confirmation/nl")
    desk_work = [look_at_the_desk, cancel_at_the_desk, make_and_delete_a_draft]
    return [register, *desk_work, check_in_at_the_door, words]


def inbox(office: Office) -> Sequence[Work]:
    function = "registration-inbox"

    def hand_over() -> None:
        mine = office.once("wishing", lambda: office.registered(office.congress(), steps.wishing()))
        office.handle(function, Registered(registration_id=mine, event="", state="seated"))

    def move_up() -> None:
        event, leaver, waiting = office.once("full congress", lambda: _full_congress(office))
        office.handle(function, Cancelled(registration_id=leaver, event=event))
        assert _state(office, waiting) == "seated", "the seat stays free"
        office.spend("full congress")

    def spread_definition() -> None:
        office.handle(function, EventChanged(event=office.congress(), revision=1))

    return [hand_over, move_up, spread_definition]


def mail(office: Office) -> Sequence[Work]:
    function = "registration-mail"

    def confirm() -> None:
        event = office.congress()
        mine = office.registered(event)
        data = Registered(registration_id=mine, event=event, state="seated")
        office.take(function, office.handle(function, data))  # the second time: the ledger knows

    def tell_the_place() -> None:
        event = office.load_congress(1)
        office.registered(event)
        waiting = office.registered(event)
        office.handle(function, Registered(registration_id=waiting, event=event, state="waiting"))

    def thank() -> None:
        document, event = office.once("thanks", lambda: _congress_with_a_document(office))
        person = steps.somebody()
        mine = office.registered(event, person)
        asked = MailingAsked(registration_id=mine, event=event, mailing="thanks", day="2027-09-17")
        office.handle(function, asked)
        # A library that may not be read looks like one in which nothing stands.
        mail = office.mailbox.wait(person.email, "Bedankt")
        assert mail.link(f"/documenten/{document}"), "the thanks do not name the document"

    sample = wording.sample(office, function, RegistrationTestMailAsked, "confirmation")
    return [confirm, tell_the_place, thank, _try_again(office, function), sample]


def feedback(office: Office) -> Sequence[Work]:
    def mark() -> None:
        mine = office.registered(office.congress())
        told = bounce(mine, sent_at=datetime.now(UTC), message_id=mine)
        office.take("registration-feedback", told)
        found = office.find("registration", f"REGISTRATION#{mine}", sk="REGISTRATION")
        assert found.get("address_failed_at"), "the registration is not marked"

    return [mark]


def sweep(office: Office) -> Sequence[Work]:
    function = "registration-sweep"

    def move_up() -> None:
        _, _, waiting = office.once("full congress", lambda: _full_congress(office))
        office.on_schedule(function)
        assert _state(office, waiting) == "seated", "the seat stays free"
        office.spend("full congress")

    def give_up() -> None:
        mine = _overdue(office)
        office.on_schedule(function)
        assert _state(office, mine) == "cancelled", "the seat is held for ever"

    return [*sweeping(office, "registration", NOBODY), move_up, give_up]


def relay(office: Office) -> Sequence[Work]:
    return relaying(office, "registration", NOBODY)


def nightly(office: Office) -> Sequence[Work]:
    def forget() -> None:
        mine = _past_congress(office)
        office.on_schedule("registration-nightly")
        left = office.backstage.items("registration", f"REGISTRATION#{mine}")
        assert not left, "nobody may be left of a congress that is long over"

    return [forget]


def _full_congress(office: Office) -> tuple[str, str, str]:
    """One seat, of somebody who has just cancelled, and somebody who waits for it."""
    event = office.load_congress(1)
    leaver, waiting = office.registered(event), office.registered(event)
    steps.cancel_at_desk(office.staff.browser, event, f"REGISTRATION#{leaver}")
    return event, leaver, waiting


def _congress_with_a_document(office: Office) -> tuple[str, str]:
    document = office.published()
    wait_for("list of the library", lambda: document in office.library())
    return document, office.load_congress(500, documents=[document])


def _overdue(office: Office) -> str:
    """Somebody with a seat whose address nobody confirmed in time."""
    opened = {**steps.congress(1)["registration"], "confirm_within": 1}
    event = office.once("held", lambda: office.load_congress(500, registration=opened))
    mine = office.registered(event)
    stored = office.find("registration", f"REGISTRATION#{mine}", sk="REGISTRATION")
    office.change("registration", stored, confirm_by="2026-01-01T00:00:00.000000+0000")
    [hold] = [
        one for one in office.backstage.items("registration", f"HOLDS#{event}") if mine in one["sk"]
    ]
    table = office.backstage.table("registration")
    key = {name: {"S": str(hold[name])} for name in ("pk", "sk")}
    office.client("dynamodb").delete_item(TableName=table, Key=key)
    early = key | {"sk": {"S": f"2026-01-01T00:00:00.000Z#{mine}"}}
    office.client("dynamodb").put_item(TableName=table, Item=early)
    return mine


def _past_congress(office: Office) -> str:
    event = office.load_congress(5)
    mine = office.registered(event, steps.wishing())
    stored = office.find("registration", f"EVENT#{event}", sk="EVENT")
    definition = json.loads(stored["definition"])
    definition |= {"starts_at": "2020-01-01T08:00:00Z", "ends_at": "2020-01-01T15:00:00Z"}
    office.change("registration", stored, definition=json.dumps(definition))
    return mine


def _try_again(office: Office, function: str) -> Work:
    """SES refuses once; the mail goes out at the next try, without waiting for a lease to end."""

    def send() -> None:
        event = office.congress()
        mine = office.registered(event)
        data = Registered(registration_id=mine, event=event, state="seated")
        with office.backstage.denied(function, "ses:SendEmail"), suppress(AssertionError):
            office.handle(function, data)
        office.handle(function, data)

    return send


def _state(office: Office, registration: str) -> str:
    found = office.find("registration", f"REGISTRATION#{registration}", sk="REGISTRATION")
    return str(found["state"])
