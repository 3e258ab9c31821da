"""Organisers look and decide; each decision is one transaction with its event."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import boto3
import pytest

from chalicelib.documents import consumers
from chalicelib.documents.domain import Document, Scan, State
from chalicelib.documents.inspection import malware
from chalicelib.documents.repository import Repository
from chalicelib.documents.storage import Storage
from chalicelib.documents.usecases import publish_document, withdraw_document
from shared import desk, fragments
from shared.clock import FixedClock
from shared.errors import Conflict
from shared.events import occurred
from shared.events.directory import MemberWithdrawn
from shared.events.documents import (
    DocumentDeclined,
    DocumentPublished,
    DocumentWithdrawn,
    UploadInspected,
)
from shared.transactions import Refused
from tests import documents_support as made
from tests.service.browser import Browser, sign_in
from tests.service.conftest import journal, stored

from .conftest import (
    deliver,
    items,
    mail,
    objects,
    publish,
    reader,
    text_of,
    told,
    upload,
    uploaded,
)

Find = Callable[[str], Document]
DESK = "/documenten/beheer"


def test_nobody_gets_in_without_signing_in(visitor: Browser, partner: Browser) -> None:
    document_id = uploaded(partner)
    for browser in (visitor, partner):
        for path in (DESK, f"{DESK}/{document_id}", f"{DESK}/{document_id}/bestand"):
            answer = browser.get(path)
            assert (answer.status, answer.location.split("?")[0]) == (303, "/beheer/inloggen")
        answer = browser.post(f"{DESK}/{document_id}/publiceren", {"bekeken": "ja"})
        assert answer.location.startswith("/beheer/inloggen")


def test_a_reader_looks_and_decides_nothing(visitor: Browser, partner: Browser, find: Find) -> None:
    document_id = uploaded(partner)
    browser = sign_in(visitor, reader())
    page = browser.get(f"{DESK}/{document_id}")
    assert page.status == 200
    assert "publiceren" not in page.text
    for verb in ("publiceren", "afwijzen", "intrekken"):
        form = {"bekeken": "ja", "reden": "x"}
        assert browser.post(f"{DESK}/{document_id}/{verb}", form).status == 403
    assert find(document_id).state is State.INSPECTED


def test_the_desk_says_in_plain_words_what_was_found(
    partner: Browser, desk_browser: Browser
) -> None:
    document_id = uploaded(partner)
    page = desk_browser.get(DESK).text
    assert "Statuten van de wijkcoöperatie" in page
    assert "Bekijk dit zelf" in page
    detail = desk_browser.get(f"{DESK}/{document_id}").text
    assert "Niet op virussen gecontroleerd" in detail
    assert "De Voedseltuin" in detail
    assert "PDF, 1 kB, 1 bladzijde" in detail


def test_an_organiser_can_see_the_copy(partner: Browser, desk_browser: Browser) -> None:
    document_id = uploaded(partner)
    answer = desk_browser.get(f"{DESK}/{document_id}/bestand")
    assert answer.status == 303
    assert "attachment" in answer.location
    assert "X-Amz-Signature" in answer.location


def test_publishing_needs_the_word_of_a_person_when_not_clean(
    partner: Browser, desk_browser: Browser, find: Find
) -> None:
    document_id = uploaded(partner)
    refused = desk_browser.post(f"{DESK}/{document_id}/publiceren")
    assert refused.status == 422
    assert "Kruis aan dat je het bestand zelf hebt bekeken." in refused.text
    assert find(document_id).state is State.INSPECTED
    answer = desk_browser.post(f"{DESK}/{document_id}/publiceren", {"bekeken": "ja"})
    assert (answer.status, answer.location) == (303, DESK)
    document = find(document_id)
    assert (document.state, document.decided_by) == (State.PUBLISHED, "organiser-1")
    assert document.shared_by == "De Voedseltuin"
    assert [event.subject for event in told(DocumentPublished)] == [document_id]


def test_a_clean_file_is_published_with_one_button(
    partner: Browser, desk_browser: Browser, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(malware, "scan_with_clamav", lambda *_: Scan.CLEAN)
    document_id = uploaded(partner)
    assert "bekeken" not in desk_browser.get(f"{DESK}/{document_id}").text
    assert desk_browser.post(f"{DESK}/{document_id}/publiceren").status == 303
    assert find(document_id).state is State.PUBLISHED


def test_a_second_decision_is_a_conflict(
    partner: Browser, desk_browser: Browser, find: Find
) -> None:
    document_id = uploaded(partner)
    publish(desk_browser, document_id)
    for verb in ("publiceren", "afwijzen"):
        form = {"bekeken": "ja", "reden": "x"}
        assert desk_browser.post(f"{DESK}/{document_id}/{verb}", form).status == 409
    assert len(told(DocumentPublished)) == 1
    assert told(DocumentDeclined) == []


def test_of_two_organisers_at_the_same_moment_one_decides(
    partner: Browser, desk_browser: Browser, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both read before either writes: only the condition in the transaction keeps them apart."""
    document_id = uploaded(partner)
    seen = find(document_id)
    publish(desk_browser, document_id)
    monkeypatch.setattr(Repository, "document", lambda *_: seen)
    form = {"reden": "Niet van ons."}
    assert desk_browser.post(f"{DESK}/{document_id}/afwijzen", form).status == 409
    monkeypatch.undo()
    assert told(DocumentDeclined) == []


def test_the_token_and_the_origin_are_asked(
    partner: Browser, desk_browser: Browser, find: Find
) -> None:
    document_id = uploaded(partner)
    path = f"{DESK}/{document_id}/publiceren"
    foreign = {"Origin": "https://example.com"}
    assert desk_browser.post(path, {"bekeken": "ja"}, **foreign).status == 403
    desk_browser.csrf = "verzonnen"
    assert desk_browser.post(path, {"bekeken": "ja"}).status == 403
    assert desk_browser.get(path).status in (403, 404, 405)
    assert find(document_id).state is State.INSPECTED


def test_declining_takes_a_reason(partner: Browser, desk_browser: Browser, find: Find) -> None:
    document_id = uploaded(partner)
    for reason in ("", "  ", "a" * 1001):
        answer = desk_browser.post(f"{DESK}/{document_id}/afwijzen", {"reden": reason})
        assert answer.status == 422
    assert find(document_id).state is State.INSPECTED
    form = {"reden": "Er staan namen in."}
    assert desk_browser.post(f"{DESK}/{document_id}/afwijzen", form).status == 303
    assert (find(document_id).state, find(document_id).reason) == (
        State.DECLINED,
        "Er staan namen in.",
    )
    assert "Er staan namen in." in partner.get(f"/documenten/uploaden/{document_id}").text


def test_what_is_withdrawn_is_gone_everywhere(
    partner: Browser, desk_browser: Browser, visitor: Browser, find: Find
) -> None:
    document_id = uploaded(partner)
    publish(desk_browser, document_id)
    assert visitor.get(f"/documenten/{document_id}").status == 200
    form = {"reden": "De maker vroeg erom."}
    assert desk_browser.post(f"{DESK}/{document_id}/intrekken", form).status == 303
    assert visitor.get(f"/documenten/{document_id}").status == 404
    assert visitor.get(f"/documenten/{document_id}/bestand").status == 404
    assert visitor.get(f"/documenten/api/v1/documents/{document_id}").status == 404
    assert visitor.get("/documenten/api/v1/documents").data["documents"] == []
    assert [event.subject for event in told(DocumentWithdrawn)] == [document_id]


def test_unknown_and_unfinished_documents_are_not_there(
    partner: Browser, desk_browser: Browser
) -> None:
    assert desk_browser.get(f"{DESK}/onbekend").status == 404
    assert desk_browser.post(f"{DESK}/onbekend/publiceren", {"bekeken": "ja"}).status == 404


def test_decisions_are_audited(partner: Browser, desk_browser: Browser) -> None:
    document_id = uploaded(partner)
    publish(desk_browser, document_id)
    audits = stored("plekken-test-access", "AUDIT#")
    assert [(one["action"], one["item"]) for one in audits] == [("document.published", document_id)]


# Mails


def test_the_partner_hears_of_each_decision_once(
    partner: Browser, desk_browser: Browser, sent: list[EmailMessage]
) -> None:
    first, second = uploaded(partner), uploaded(partner, made.pdf(pages=2), title="Tweede")
    publish(desk_browser, first)
    desk_browser.post(f"{DESK}/{second}/afwijzen", {"reden": "Er staan <namen> in."})
    for _ in range(3):
        assert mail(*told(DocumentPublished), *told(DocumentDeclined)) == []
    assert [str(message["Subject"]) for message in sent] == [
        "Je document staat op de website",
        "Je document is niet geplaatst",
    ]
    assert f"/documenten/{first}" in text_of(sent[0])
    assert "Er staan <namen> in." in text_of(sent[1])
    assert "Er staan &lt;namen&gt; in." in text_of(sent[1], "html")


def test_a_late_mail_event_says_nothing_untrue(
    partner: Browser, desk_browser: Browser, sent: list[EmailMessage]
) -> None:
    document_id = uploaded(partner)
    publish(desk_browser, document_id)
    desk_browser.post(f"{DESK}/{document_id}/intrekken", {"reden": "Op verzoek."})
    assert mail(told(DocumentWithdrawn)[0], told(DocumentPublished)[0]) == []
    assert [str(message["Subject"]) for message in sent] == [
        "Je document is van de website gehaald"
    ]


def test_who_left_gets_no_mail_and_leaves_no_name(
    partner: Browser,
    desk_browser: Browser,
    visitor: Browser,
    clock: FixedClock,
    sent: list[EmailMessage],
) -> None:
    document_id = uploaded(partner)
    publish(desk_browser, document_id)
    assert "De Voedseltuin" in visitor.get(f"/documenten/{document_id}").text
    clock.advance(timedelta(minutes=1))
    assert deliver(occurred(MemberWithdrawn(member_id="lid-1"), clock, version=2)) == []
    assert mail(told(DocumentPublished)[0]) == []
    assert sent == []
    assert "De Voedseltuin" not in visitor.get(f"/documenten/{document_id}").text
    assert "De Voedseltuin" not in str(items(""))


def test_a_name_does_not_slip_in_while_its_owner_leaves(
    partner: Browser,
    desk_browser: Browser,
    repository: Repository,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The organiser's request read the partner before they left, and writes after."""
    document_id = uploaded(partner)
    before = repository.partner("lid-1")
    clock.advance(timedelta(minutes=1))
    assert deliver(occurred(MemberWithdrawn(member_id="lid-1"), clock, version=2)) == []
    path = f"{DESK}/{document_id}/publiceren"
    with monkeypatch.context() as stale:
        stale.setattr(Repository, "partner", lambda *_: before)
        assert desk_browser.post(path, {"bekeken": "ja"}).status == 409
    assert desk_browser.post(path, {"bekeken": "ja"}).status == 303
    assert "De Voedseltuin" not in str(items(""))


def test_a_name_does_not_come_back_with_a_withdrawal(
    partner: Browser,
    desk_browser: Browser,
    repository: Repository,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The organiser's request read the document before its sender left, and writes after."""
    document_id = uploaded(partner)
    publish(desk_browser, document_id)
    before = repository.document(document_id, clock.now())
    clock.advance(timedelta(minutes=1))
    assert deliver(occurred(MemberWithdrawn(member_id="lid-1"), clock, version=2)) == []
    with monkeypatch.context() as stale:
        stale.setattr(Repository, "document", lambda *_: before)
        withdraw_document(repository, clock, document_id, decided_by="o", reason="Op verzoek.")
    assert "De Voedseltuin" not in str(items(""))


def test_a_crash_while_leaving_leaves_no_name_in_the_end(
    partner: Browser, desk_browser: Browser, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(desk_browser, uploaded(partner))
    clock.advance(timedelta(minutes=1))
    left = occurred(MemberWithdrawn(member_id="lid-1"), clock, version=2)

    def crash(*_: object) -> None:
        raise TimeoutError

    with monkeypatch.context() as broken:
        broken.setattr(Repository, "forget_name", crash)
        assert deliver(left) == [{"itemIdentifier": "0"}]
    assert deliver(left) == []
    assert "De Voedseltuin" not in str(items(""))


# Fragments


def test_front_and_desk_follow_the_state(
    partner: Browser, desk_browser: Browser, find: Find
) -> None:
    document_id = uploaded(partner)
    assert deliver(told(UploadInspected)[0]) == []
    needs = {need.kind: need for need in desk.read_part("documents").needs}
    assert needs["upload"].text == {
        "nl": "1 document wacht op jou",
        "en": "1 document is waiting for you",
    }
    assert needs["failure"].count == 1  # this stage has no malware scanner
    assert fragments.read("documents", "front", "nl").strip() == ""
    publish(desk_browser, document_id)
    assert deliver(told(DocumentPublished)[0]) == []
    assert f"/documenten/{document_id}" in fragments.read("documents", "front", "nl")
    assert f"/documenten/{document_id}?lang=en" in fragments.read("documents", "front", "en")
    part = desk.read_part("documents")
    assert (part.needs, part.dates) == ((), ())
    assert [figure.value for figure in part.figures] == [1, 1]
    desk_browser.post(f"{DESK}/{document_id}/intrekken", {"reden": "Op verzoek."})
    assert journal() == []
    assert deliver(told(DocumentWithdrawn)[0]) == []
    assert journal() == [f"document/{document_id}"]
    assert document_id not in fragments.read("documents", "front", "nl")


# Retention


def test_what_is_not_published_is_gone_after_thirty_days(
    partner: Browser, desk_browser: Browser, repository: Repository, clock: FixedClock
) -> None:
    waiting, declined = uploaded(partner), uploaded(partner, made.pdf(pages=2))
    published = uploaded(partner, made.pdf(pages=3))
    publish(desk_browser, published)
    clock.advance(timedelta(days=10))
    desk_browser.post(f"{DESK}/{declined}/afwijzen", {"reden": "Nee."})
    clock.advance(timedelta(days=19, hours=23))
    consumers.nightly()
    assert len(objects("LIBRARY_BUCKET")) == 3

    clock.advance(timedelta(hours=1))
    assert repository.document(waiting, clock.now()) is None  # before any job has run
    assert desk_browser.get(f"{DESK}/{declined}").status == 404
    assert waiting not in desk_browser.get(DESK).text
    consumers.nightly()
    assert {str(item["id"]) for item in items("DOCUMENT#")} == {published}
    assert set(journal()) == {f"document/{waiting}", f"document/{declined}"}
    assert [key.partition("/")[0] for key in objects("LIBRARY_BUCKET")] == [published]
    versions = boto3.client("s3").list_object_versions(Bucket="plekken-test-123456789012-library")
    assert len(versions["Versions"]) == 1
    assert "DeleteMarkers" not in versions


def test_nobody_publishes_what_the_night_is_removing(
    partner: Browser, repository: Repository, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = uploaded(partner)
    clock.advance(timedelta(days=30))
    earlier = FixedClock(clock.now() - timedelta(seconds=1))  # an organiser's request on its way
    remove = Storage.remove

    def publish_meanwhile(self: Storage, *place: Any) -> None:
        with pytest.raises(Conflict):
            publish_document(repository, earlier, document, decided_by="o", seen_by_person=True)
        remove(self, *place)

    monkeypatch.setattr(Storage, "remove", publish_meanwhile)
    consumers.nightly()
    assert items("DOCUMENT#") == []
    assert objects("LIBRARY_BUCKET") == []


def test_only_what_should_have_been_gone_shows_in_the_metric(
    partner: Browser, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    uploaded(partner)
    clock.advance(timedelta(days=30, minutes=1))
    consumers.nightly()
    assert '"ExpiredYetPresent": 0' in capsys.readouterr().out
    uploaded(partner)
    clock.advance(timedelta(days=33))
    consumers.nightly()
    assert '"ExpiredYetPresent": 1' in capsys.readouterr().out


def test_ttl_follows_when_the_night_job_fails(
    partner: Browser, desk_browser: Browser, clock: FixedClock
) -> None:
    document_id = uploaded(partner)
    (item,) = items(f"DOCUMENT#{document_id}")
    kept = clock.now() + timedelta(days=30)
    assert item["expires_at"] == int((kept + timedelta(days=14)).timestamp())
    publish(desk_browser, document_id)
    (item,) = items(f"DOCUMENT#{document_id}")
    assert "expires_at" not in item


def test_an_upload_in_flight_is_not_decided(
    partner: Browser, desk_browser: Browser, find: Find
) -> None:
    document_id = upload(partner, made.pdf())
    form = {"bekeken": "ja", "reden": "x"}
    for verb in ("publiceren", "afwijzen", "intrekken"):
        assert desk_browser.post(f"{DESK}/{document_id}/{verb}", form).status == 409
    assert find(document_id).state is State.RECEIVED


def test_a_refused_transaction_tells_nobody(
    partner: Browser, desk_browser: Browser, find: Find, clock: FixedClock
) -> None:
    document_id = uploaded(partner)
    document = find(document_id)
    publish(desk_browser, document_id)
    event = occurred(DocumentDeclined(document_id=document_id), clock)
    with pytest.raises(Refused) as refused:
        Repository().decide(document, document, event)
    assert refused.value.parts == {"document"}
    assert told(DocumentDeclined) == []
