"""The daily work of the function that mends queues, as an owner of the platform asks it."""

import re
from collections.abc import Sequence
from uuid import uuid4

from shared.clock import SystemClock
from shared.events import encode, occurred
from shared.events.directory import MemberWithdrawn
from tests.flows.tools import wait_for
from tests.flows.work.office import Office, Work

PAGE = "/beheer/werking"
LOG = "/beheer/logboek"
QUEUE = "documents-inbox"
UNREADABLE = "Het logboek is nu niet te lezen"


def look(office: Office) -> None:
    """The page, with when the jobs last ran."""
    page = office.staff.browser.get(PAGE).expect(200)
    assert "Wanneer elke taak het laatst draaide" in page.text


def read_the_log(office: Office) -> None:
    """The audit log of this month."""
    office.staff.browser.get(LOG).expect(200)


def operations(office: Office) -> Sequence[Work]:
    desk = office.staff.browser

    def look_at_what_is_stuck() -> None:
        office.backstage.empty(f"{QUEUE}-dlq")  # of what a try that broke off still holds
        _bury(office)
        wait_for("a reason", lambda: _shows_a_reason(office))  # a cold start has less time left

    def put_back() -> None:
        _bury(office)
        desk.submit(desk.get(PAGE).expect(200), f"{QUEUE}/terugzetten").expect(303)
        assert not office.backstage.depth(f"{QUEUE}-dlq"), "something is still stuck"

    def throw_away() -> None:
        _bury(office)
        page = desk.get(PAGE).expect(200)
        [ask, *_] = re.findall(rf'href="({PAGE}/{QUEUE}/[^"]+/weggooien)"', page.text)
        desk.submit(desk.get(ask).expect(200), "/weggooien").expect(303)

    return [look_at_what_is_stuck, throw_away, put_back]


def _shows_a_reason(office: Office) -> bool:
    page = office.staff.browser.get(PAGE).expect(200)
    assert UNREADABLE not in page.text
    return "Het logboek zegt" in page.text


def _bury(office: Office) -> None:
    """Something stuck that does no harm when it comes back."""
    nobody = MemberWithdrawn(member_id=f"nobody-{uuid4().hex}")
    office.backstage.send(f"{QUEUE}-dlq", [encode(occurred(nobody, SystemClock()))])
