"""Mails, the operator's file, retention, and our part of the front page."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import yaml

from chalicelib.directory import consumers, usecases
from chalicelib.directory.repository import Repository
from shared import aws, fragments
from shared.clock import FixedClock
from shared.errors import Invalid
from shared.events import Event, encode
from shared.events.directory import ContactShared, MemberPublished
from tests.service.browser import Browser
from tests.service.conftest import journal

from .conftest import drafted, items, published, queue, told

SAMPLE = Path(__file__).parents[3] / "infra" / "sample" / "members.yaml"
Deliver = Callable[..., list[dict[str, str]]]


@pytest.fixture
def sent(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """The mails that SES took."""
    taken: list[Message] = []
    ses = aws.client("sesv2")

    def take(**request: Any) -> dict[str, str]:
        taken.append(message_from_bytes(request["Content"]["Raw"]["Data"], policy=default))
        return {"MessageId": str(len(taken))}

    monkeypatch.setattr(ses, "send_email", take)
    return taken


def mail(*events: Event) -> list[dict[str, str]]:
    answer = consumers.mail(queue(*(encode(event) for event in events)))
    failures: list[dict[str, str]] = answer["batchItemFailures"]
    return failures


def test_a_published_member_gets_one_mail_with_the_entry(
    repository: Repository, clock: FixedClock, sent: list[Message]
) -> None:
    published(repository, clock)
    assert mail(*told(MemberPublished) * 10) == []
    assert [m["To"] for m in sent] == ["tuin@example.org"]
    html = sent[0].get_body(("html",)).get_content()  # type: ignore[attr-defined]
    assert "http://localhost:8000/leden/de-voedseltuin" in html


def test_who_was_withdrawn_meanwhile_gets_no_mail(
    repository: Repository, clock: FixedClock, sent: list[Message]
) -> None:
    member = published(repository, clock)
    usecases.withdraw(repository, clock, member.id, member.version)
    assert mail(*told(MemberPublished)) == []
    assert sent == []


def test_hostile_names_cannot_add_headers_or_markup(
    repository: Repository, clock: FixedClock, sent: list[Message]
) -> None:
    published(repository, clock, name="X\r\nBcc: all@example.org <b>")
    assert mail(*told(MemberPublished)) == []
    assert sent[0]["Bcc"] is None
    html = sent[0].get_body(("html",)).get_content()  # type: ignore[attr-defined]
    assert "<b>" not in html


# The operator's file


def sample() -> list[dict[str, Any]]:
    members: list[dict[str, Any]] = yaml.safe_load(SAMPLE.read_text("utf-8"))["members"]
    return members


def test_the_sample_members_are_published_and_loading_again_changes_nothing(
    repository: Repository, clock: FixedClock, sent: list[Message], deliver: Deliver
) -> None:
    assert usecases.load_members(repository, clock, members=sample()) == 12
    slugs = set(repository.snapshot().by_slug)
    assert slugs >= {
        "buurtvoorziening-de-evenaar",
        "de-blauwe-wijkeconomie",
        "de-voedseltuin",
        "zorgvrijstaat",
        "wijkacademies-opvoeden",
    }
    withdrawn = repository.every()[0]
    usecases.withdraw(repository, clock, withdrawn.id, withdrawn.version)
    before = items("MEMBER#")
    assert usecases.load_members(repository, clock, members=sample()) == 0
    assert items("MEMBER#") == before
    assert mail(*told(MemberPublished)) == []
    assert deliver(*told(MemberPublished)) == []
    assert sent == []
    assert told(ContactShared) == []


def test_every_sample_address_is_a_sample_address() -> None:
    for member in sample():
        assert member["email"].endswith("@example.org")
        assert member.get("website", "https://x.example.org").endswith(".example.org")


def test_a_wrong_file_is_refused_whole(repository: Repository, clock: FixedClock) -> None:
    members = [*sample(), {"name": "X", "kind": "koning", "place": "Y", "email": "x@example.org"}]
    with pytest.raises(Invalid) as caught:
        usecases.load_members(repository, clock, members=members)
    assert list(caught.value.fields) == ["member 13: kind"]
    assert repository.every() == []


def test_a_file_cannot_take_another_members_address(
    repository: Repository, clock: FixedClock
) -> None:
    published(repository, clock, name="Zorgvrijstaat")
    with pytest.raises(Invalid) as caught:
        usecases.load_members(repository, clock, members=sample())
    assert caught.value.code == "slug_taken"
    assert len(repository.snapshot().by_slug) < 13


# Retention


def test_what_nobody_approved_is_unseen_after_thirty_days_and_removed_at_night(
    desk_browser: Browser, repository: Repository, clock: FixedClock, capsys: Any
) -> None:
    drafted(repository, clock, "m1", name="Vergeten")
    declined = drafted(repository, clock, "m2", name="Afgewezen Lid")
    usecases.decline(repository, clock, declined.id, declined.version)
    published(repository, clock, "m3", name="Blijft Staan")
    clock.advance(timedelta(days=30))
    assert repository.get("m1", clock.now()) is None
    page = desk_browser.get("/leden/beheer").text
    assert "Vergeten" not in page
    assert "Afgewezen Lid" not in page
    assert len(items("MEMBER#")) == 3
    assert consumers.nightly()["removed"] == 2
    assert [item["pk"] for item in items("MEMBER#")] == ["MEMBER#m3"]
    assert journal() == ["member/m1", "member/m2"]
    assert '"ExpiredYetPresent": 0' in capsys.readouterr().out  # an ordinary night


def test_only_what_should_have_been_gone_shows_in_the_metric(
    repository: Repository, clock: FixedClock, capsys: Any
) -> None:
    drafted(repository, clock, "m1")
    drafted(repository, clock, "m2")
    clock.advance(timedelta(days=2))
    drafted(repository, clock, "m3")
    clock.advance(timedelta(days=30, minutes=1))
    assert consumers.nightly()["removed"] == 3
    assert '"ExpiredYetPresent": 2' in capsys.readouterr().out


def test_every_item_that_may_go_says_when(
    visitor: Browser, repository: Repository, clock: FixedClock
) -> None:
    from .conftest import FORM

    visitor.post("/leden/aanmelden", FORM)
    for prefix in ("MEMBER#", "IDEMPOTENCY#", "ATTEMPTS#"):
        assert all("expires_at" in item for item in items(prefix)), prefix


# The front page


def test_the_front_page_shows_new_members_and_forgets_withdrawn_ones(
    visitor: Browser, repository: Repository, clock: FixedClock, deliver: Deliver
) -> None:
    from chalicelib.platform.pages import front

    member = published(repository, clock, name="<b>Nieuw</b> Lid")
    assert deliver(*told(MemberPublished)) == []
    for language in ("nl", "en"):
        assert "Lid" in fragments.read("directory", "front", language)
    page = visitor.get("/").text
    assert "&lt;b&gt;Nieuw&lt;/b&gt; Lid" in page
    assert "<b>Nieuw" not in page
    withdrawn = usecases.withdraw(repository, clock, member.id, member.version)
    from shared.events.directory import MemberWithdrawn

    assert withdrawn.state == "withdrawn"
    assert journal() == []
    assert deliver(*told(MemberWithdrawn)) == []
    assert journal() == [f"member/{member.id}"]
    front._parts.clear()
    assert "Nieuw" not in visitor.get("/").text


def test_the_front_page_works_before_any_service_has_published(visitor: Browser) -> None:
    page = visitor.get("/")
    assert page.status == 200
    assert "De ledengids is nog leeg" in page.text
