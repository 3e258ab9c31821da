"""The daily work of the two functions that tell organisers what happened."""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

from shared.events.directory import MemberDrafted
from shared.events.registration import Registered
from tests.flows.tools import Item, wait_for
from tests.flows.work.office import Office, Work

PAGE = "/beheer/meldingen"
TEAM = f"{PAGE}/team"
QUEUE = "notices"
HEAR, NOTIFY = "directory-notices", "directory-notify"


def choose(office: Office, path: str = PAGE, **choices: str) -> None:
    """Choose what one hears of."""
    desk = office.staff.browser
    page = desk.get(path).expect(200)
    selects = re.findall(r'<select [^>]*?name="([^"]+)"(.*?)</select>', page.text, re.DOTALL)
    stood = {
        name: found[0] if (found := re.findall(r'value="([^"]*)" selected', options)) else ""
        for name, options in selects
    }
    typed = {**stood, "digest_at": "07:30", "language": "nl", **choices}
    desk.submit(page, path, **typed).expect(303)


def choosing(office: Office) -> Work:
    """What an organiser does on the page of notices."""

    def choose_what_to_hear() -> None:
        choose(office, digest_at="07:30")

    return choose_what_to_hear


def notices(office: Office) -> Sequence[Work]:
    def hear_once() -> None:
        member = uuid4().hex[:26]
        event = office.handle(HEAR, MemberDrafted(member_id=member))
        office.take(HEAR, event)
        assert len(_waiting(office, _me(office), member)) == 1, "no notice waits"

    return [hear_once]


def notify(office: Office) -> Sequence[Work]:
    me = _me(office)

    def drafted() -> str:
        office.on_schedule(NOTIFY)  # of a long list a mail shows only a part
        member = uuid4().hex[:26]
        office.handle(HEAR, MemberDrafted(member_id=member))
        return member

    def sent(member: str) -> int:
        return sum(member in mail.text for mail in office.mailbox.to(office.staff.email))

    def done(member: str) -> None:
        office.on_schedule(NOTIFY)
        assert sent(member) == 1, "it is mailed once"
        assert not _waiting(office, me, member), "the notice stays"
        boxes = office.backstage.items("access", f"BUNDLE#{me}")
        assert not any("bundle" in box for box in boxes), "the bundle stays"

    def mail_it() -> None:
        _forget_bundles(office)
        done(drafted())

    def try_again() -> None:
        for action in ("ses:SendEmail", "dynamodb:BatchWriteItem"):
            member = drafted()
            with office.backstage.denied(NOTIFY, action), suppress(AssertionError):
                office.on_schedule(NOTIFY)
            done(member)

    def tell_the_team() -> None:
        choose(office, TEAM, **{"directory.application": "at_once"})
        member = drafted()
        office.on_schedule(NOTIFY)
        assert not _waiting(office, "TEAM", member), "the team hears nothing"

    def name_the_congress() -> None:
        event = office.congress()
        wait_for("the congress's title", lambda: event in office.shown("registration"))
        choose(office, **{"registration.registration": "at_once"})
        office.handle(HEAR, Registered(registration_id="r", event=event, state="seated"))
        before = len(office.mailbox.to(office.staff.email))
        office.on_schedule(NOTIFY)
        [mail] = office.mailbox.to(office.staff.email)[before:]
        assert event not in mail.text.splitlines(), "the congress is called by its id"

    def tell_of_failures() -> None:
        _forget_failures(office)
        office.backstage.send(f"{QUEUE}-dlq", ["not an event"])
        office.on_schedule(NOTIFY)
        assert office.backstage.items("access", "FAILURES"), "nobody looked"
        assert QUEUE in {item["sk"] for item in office.backstage.items("access", "FAILURES")}
        office.on_schedule(NOTIFY)
        assert "wachtrij notices" in office.mailbox.to(office.staff.email)[-1].text
        office.backstage.take(f"{QUEUE}-dlq")
        _look_again(office)
        office.on_schedule(NOTIFY)
        known = {item["sk"] for item in office.backstage.items("access", "FAILURES")}
        assert QUEUE not in known, "it is over"

    return [mail_it, try_again, tell_the_team, name_the_congress, tell_of_failures]


def _forget_bundles(office: Office) -> None:
    """A mail that broke off keeps its bundle until its lease ends, and people do not wait here."""
    for item in office.backstage.items("access", "BUNDLE#"):
        _delete(office, item)


def _forget_failures(office: Office) -> None:
    """What a try that broke off left behind."""
    office.backstage.take(f"{QUEUE}-dlq")
    for item in office.backstage.items("access", "FAILURES"):
        _delete(office, item)


def _delete(office: Office, item: Item) -> None:
    key = {"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}}
    office.client("dynamodb").delete_item(TableName=office.backstage.table("access"), Key=key)


def _look_again(office: Office) -> None:
    _delete(office, {"pk": "FAILURES", "sk": "LOOKED"})


def _me(office: Office) -> str:
    return str(office.find("access", "ORGANISERS", email=office.staff.email)["sk"])


def _waiting(office: Office, recipient: str, item: str) -> list[Any]:
    found = office.backstage.items("access", f"NOTICE#{recipient}")
    return [one for one in found if one.get("item") == item]
