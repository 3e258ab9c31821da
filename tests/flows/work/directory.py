"""The daily work of directory's functions."""

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid4

from shared.auth import codes
from shared.consent import Consent
from shared.events.directory import (
    DirectoryTestMailAsked,
    MemberPublished,
    MemberSignInAsked,
    MemberWithdrawn,
)
from shared.events.registration import Erased, ProfileShared
from shared.handovers import ProfileHandover
from tests.flows import steps
from tests.flows.tools import Item
from tests.flows.work import notices as hearing
from tests.flows.work import operations as mending
from tests.flows.work import people, sign_in, wording
from tests.flows.work.office import Office, Work, relaying, sweeping

HOME = "/leden/mijn"
NOBODY = MemberWithdrawn(member_id="nobody")

accounts = people.accounts
operations = mending.operations
notices = hearing.notices
notify = hearing.notify


def api(office: Office) -> Sequence[Work]:
    desk = office.staff.browser

    def show_the_guide() -> None:
        office.browser().get("/leden").expect(200)

    def apply_and_decide() -> None:
        mine = _apply(office)
        page = f"/leden/beheer/{mine}"
        assert desk.get("/leden/beheer").status == 200
        for verb in ("/goedkeuren", "/intrekken"):
            desk.submit(desk.get(page).expect(200), verb).expect(303)

    def sign_in_and_out() -> None:
        browser = office.browser()
        steps.sign_in(browser, office.staff.email, office.staff.password)
        page = browser.get("/beheer").expect(200)
        browser.submit(page, "/beheer/uitloggen").expect(303)
        assert browser.get("/beheer").status == 303, "signed out"

    def take_every_step() -> None:
        sign_in.take_every_step(office)

    def show_every_part() -> None:
        office.once("shown", lambda: _show_a_document(office))
        front = office.browser().get("/").expect(200)
        assert re.search(r"/documenten/[0-9A-Z]{26}", front.text), "a part is missing"

    def look_at_the_people() -> None:
        people.look(office)

    def look_at_the_queues() -> None:
        mending.look(office)

    def read_the_log() -> None:
        mending.read_the_log(office)

    return [
        show_the_guide,
        apply_and_decide,
        sign_in_and_out,
        take_every_step,
        _own_entry(office),
        show_every_part,
        look_at_the_people,
        look_at_the_queues,
        read_the_log,
        hearing.choosing(office),
        *wording.settings(office),
        wording.words(office, "/leden/beheer/mails/member_published/nl"),
    ]


def inbox(office: Office) -> Sequence[Work]:
    function = "directory-inbox"

    def draft() -> None:
        registration = uuid4().hex[:26]
        key = f"registration/{registration}"
        office.put_handover(key, _profile(registration))
        office.handle(function, ProfileShared(registration_id=registration, handover_key=key))
        assert not office.there("HandoverBucket", key), "a hand-over is removed once it is read"
        office.handle(function, Erased(registration_id=registration))
        assert not office.backstage.items("directory", f"MEMBER#{registration}")

    def share_contact() -> None:
        mine = office.once("member", lambda: _publish(office))
        office.handle(function, MemberPublished(member_id=mine))

    def forget_nobody() -> None:
        office.handle(function, Erased(registration_id=uuid4().hex[:26]))

    def take_away() -> None:
        office.handle(function, NOBODY)

    return [draft, share_contact, forget_nobody, take_away]


def mail(office: Office) -> Sequence[Work]:
    function = "directory-mail"

    def tell() -> None:
        mine = _publish(office)
        office.take(function, office.handle(function, MemberPublished(member_id=mine)))

    def try_again() -> None:
        mine = _publish(office)
        with office.backstage.denied(function, "ses:SendEmail"), suppress(AssertionError):
            office.handle(function, MemberPublished(member_id=mine))
        office.handle(function, MemberPublished(member_id=mine))

    def send_a_code() -> None:
        email = f"{uuid4().hex[:10]}@example.org"
        _publish(office, email)
        browser = office.browser()
        page = browser.get(f"{HOME}/inloggen").expect(200)
        browser.submit(page, f"{HOME}/inloggen", email=email).expect(303)
        request = codes.hash_of(browser.jar["__Secure-vraag"].value)
        office.handle(function, MemberSignInAsked(request_id=request))
        assert office.mailbox.to(email, "Je code om in te loggen"), "no code was mailed"

    sample = wording.sample(office, function, DirectoryTestMailAsked, "member_published")
    return [tell, try_again, send_a_code, sample]


def relay(office: Office) -> Sequence[Work]:
    return relaying(office, "directory", NOBODY)


def sweep(office: Office) -> Sequence[Work]:
    return sweeping(office, "directory", NOBODY)


def nightly(office: Office) -> Sequence[Work]:
    def forget() -> None:
        mine = _expired(office)
        office.on_schedule("directory-nightly")
        assert not office.backstage.items("directory", f"MEMBER#{mine}"), "its time was over"

    return [forget]


def _own_entry(office: Office) -> Work:
    def change_the_own_entry() -> None:
        email = f"{uuid4().hex[:10]}@example.org"
        mine = _publish(office, email)
        browser = office.browser()
        home = steps.sign_in_by_mail(browser, office.mailbox, HOME, email)
        page = browser.follow(home).expect(200)
        action, kind = f"/vermelding/{mine}", "residents"
        new = f"{uuid4().hex[:10]}@example.org"
        page = browser.follow(browser.submit(page, action, email=new, kind=kind)).expect(200)
        browser.submit(page, f"{HOME}/uitloggen").expect(303)
        assert browser.get(HOME).location == f"{HOME}/inloggen"

    return change_the_own_entry


def _show_a_document(office: Office) -> str:
    document = office.published()
    office.backstage.wait_until_quiet()
    return document


def _apply(office: Office, email: str = "") -> str:
    """The id of a draft that somebody has just sent in."""
    name = f"Initiatief {uuid4().hex[:10]}"
    browser = office.browser()
    page = browser.get("/leden/aanmelden").expect(200)
    kind = re.findall(r'<option value="([^"]+)"', page.text)[0]
    typed = {"name": name, "place": "Utrecht", "about": "Wij doen iets.", "kind": kind}
    address = email or f"{uuid4().hex[:10]}@example.org"
    answer = browser.submit(page, "/leden/aanmelden", **typed, email=address, consent="ja")
    browser.follow(answer).expect(200)
    return str(_named(office, name)["pk"].removeprefix("MEMBER#"))


def _publish(office: Office, email: str = "") -> str:
    mine = _apply(office, email)
    page = office.staff.browser.get(f"/leden/beheer/{mine}").expect(200)
    office.staff.browser.submit(page, "/goedkeuren").expect(303)
    return mine


def _expired(office: Office) -> str:
    mine = _apply(office)
    item = office.find("directory", f"MEMBER#{mine}")
    member = {**json.loads(item["member"]), "expires_at": "2020-01-01T00:00:00Z"}
    office.change("directory", item, member=json.dumps(member))
    return mine


def _named(office: Office, name: str) -> Item:
    members = office.backstage.items("directory", "MEMBER#")
    [found] = [one for one in members if json.loads(one["member"])["profile"]["name"] == name]
    return found


def _profile(registration: str) -> ProfileHandover:
    return ProfileHandover(
        registration_id=registration,
        name=f"Initiatief {registration}",
        email=f"{registration}@example.org",
        consent=Consent("2026-1", "Ledengids", datetime(2026, 11, 1, tzinfo=UTC)),
    )
