"""An owner mends the platform in the browser: sees why something is stuck, and brings it back."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest

from shared.clock import SystemClock
from shared.events import encode, occurred
from shared.events.directory import MemberWithdrawn
from tests.flows.browser import Browser
from tests.flows.tools import SCHEDULED, Backstage, wait_for
from tests.flows.work.operations import LOG, PAGE, QUEUE

pytestmark = pytest.mark.embedded_aws


def test_what_is_stuck_is_seen_with_its_reason_brought_back_or_thrown_away(
    staff: Any, backstage: Backstage
) -> None:
    desk = staff.browser
    nobody = MemberWithdrawn(member_id=f"nobody-{uuid4().hex}")
    event = encode(occurred(nobody, SystemClock()))
    identifier = json.loads(event)["id"]
    with backstage.impatient(QUEUE):
        with backstage.denied(QUEUE, "dynamodb:PutItem", "dynamodb:TransactWriteItems"):
            backstage.send(QUEUE, [event, "no event at all"])
            wait_for("both to be stuck", lambda: backstage.depth(f"{QUEUE}-dlq") == 2)
        reasons = ("AccessDenied", "MalformedEvent")
        wait_for("the log's reasons", lambda: _shows(desk, *reasons))
        page = desk.get(PAGE).expect(200)
        assert identifier in page.text
        assert "nobody" not in page.text, "what stands in a message is nobody's business"

        answer = desk.submit(page, f"{QUEUE}/terugzetten")
        assert "Teruggezet: 2." in desk.follow(answer).text
        wait_for("poison where it was", lambda: backstage.depth(f"{QUEUE}-dlq") == 1)
        backstage.wait_until_quiet()
    seen = {item["pk"].rpartition("#")[2] for item in backstage.items("documents", "SEEN#")}
    assert identifier in seen, "it had its effect"

    page = desk.get(PAGE).expect(200)
    assert identifier not in page.text
    [ask] = re.findall(rf'href="({PAGE}/{QUEUE}/[^"]+/weggooien)"', page.text)
    desk.submit(desk.get(ask).expect(200), "/weggooien").expect(303)
    assert backstage.depth(f"{QUEUE}-dlq") == 0
    assert QUEUE not in desk.get(PAGE).text

    log = desk.get(f"{LOG}?wat=message.").expect(200).text
    assert f"{QUEUE}/{ask.split('/')[-2]}" in log, "who threw it away is written down"


def test_every_job_says_when_it_ran_and_in_which_version(staff: Any, backstage: Backstage) -> None:
    for service in ("registration", "directory", "documents"):
        backstage.invoke(f"{service}-nightly", SCHEDULED)
    page = staff.browser.get(PAGE).expect(200).text
    runs = {item["sk"]: item for item in backstage.items("access", "RUNS")}
    assert {f"{service}.nightly" for service in ("registration", "directory", "documents")} <= set(
        runs
    )
    assert {item["version"] for item in runs.values()}.isdisjoint({"", "development"})
    assert all(item["version"] in page for item in runs.values())


def _shows(desk: Browser, *words: str) -> bool:
    page = desk.get(PAGE).expect(200)
    return all(word in page.text for word in words)
