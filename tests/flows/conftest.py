"""What every flow test starts from: the deployed platform, its mailbox, and an organiser."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.flows import steps
from tests.flows.browser import Browser
from tests.flows.tools import Backstage, Mailbox
from tests.flows.work.office import Office

Load = Callable[..., str]


@dataclass(frozen=True)
class Staff:
    """An organiser of every service, signed in."""

    browser: Browser
    email: str
    password: str


@pytest.fixture(scope="session")
def backstage(platform: Any) -> Backstage:
    """The embedded AWS as an operator sees it."""
    return Backstage(cache(platform.cloud.client), platform.cloud.stage.name)


@pytest.fixture(scope="session")
def mailbox(platform: Any) -> Mailbox:
    """Every mail that was sent."""
    return Mailbox(platform.aws.mail_folder)


@pytest.fixture(scope="session")
def staff(platform: Any) -> Staff:
    """An organiser, made as `make organiser` makes one."""
    email = f"organisator-{uuid4().hex[:8]}@example.org"
    said = steps.run_infra(platform, "infra.organiser", email)
    found = re.search(r"First password: (\S+)", said)
    assert found, said
    browser = steps.sign_in(Browser(platform.origin), email, found[1])
    return Staff(browser, email, found[1])


@pytest.fixture(scope="session")
def office(
    platform: Any, staff: Staff, mailbox: Mailbox, backstage: Backstage, load_congress: Load
) -> Office:
    """What the daily work of every function needs."""
    return Office(platform, staff, mailbox, backstage, load_congress)


@pytest.fixture
def visitor(platform: Any) -> Browser:
    """A browser that has never been here."""
    return Browser(platform.origin)


@pytest.fixture
def browsers(platform: Any) -> Callable[[], Browser]:
    """As many new browsers as a test needs."""
    return lambda: Browser(platform.origin)


@pytest.fixture(scope="session")
def load_congress(platform: Any, tmp_path_factory: pytest.TempPathFactory) -> Load:
    """Load a congress with this capacity and these sessions; answers its id."""
    folder: Path = tmp_path_factory.mktemp("congresses")
    return lambda capacity, **more: steps.load(platform, folder, steps.congress(capacity, **more))


@pytest.fixture(scope="session")
def journey(
    load_congress: Load, platform: Any, staff: Any, mailbox: Mailbox, backstage: Backstage
) -> steps.Journey:
    """Two seats, four people, one of whom enters the guide and shares a document; one cancels."""
    member, leaver, waiting, last = steps.wishing(), *(steps.somebody() for _ in range(3))
    with backstage.tapped() as taps:
        event = load_congress(2)
        visitor, partner = Browser(platform.origin), Browser(platform.origin)
        _, invitation = steps.invite(visitor, staff.browser, mailbox, event, member, staff.email)
        steps.open_invitation(partner, invitation)
        title = f"Plan {uuid4().hex}"
        document = steps.upload(partner, steps.small_pdf(title), title)
        for person in (leaver, waiting, last, leaver):  # the leaver tries twice
            steps.register(visitor, event, person)
        link = mailbox.wait(leaver.email, "Je bent aangemeld").link("/congres/aanmelding?")
        steps.inspected(backstage, document)
        steps.publish(staff.browser, document)
        backstage.wait_until_quiet()
        steps.cancel(visitor, link)
        mailbox.wait(waiting.email, "Je hebt een plek")
        backstage.wait_until_quiet()
        return steps.Journey(taps.take(), [member, leaver, waiting, last], document)
