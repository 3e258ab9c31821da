"""The inspector: from S3's event to a verdict that an organiser reads, once."""

import json
import os
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from chalicelib.documents import consumers, settings
from chalicelib.documents.domain import Document, Scan, State, Verdict
from chalicelib.documents.inspection import malware
from chalicelib.documents.repository import Repository
from chalicelib.documents.storage import Storage
from shared import settings as shared_settings
from shared.events.documents import UploadInspected
from tests import documents_support as made
from tests.service.browser import Browser

from .conftest import (
    API,
    FIXTURES,
    announcement,
    inspect,
    items,
    objects,
    put,
    queue,
    s3_event,
    told,
    upload,
    uploaded,
)

Find = Callable[[str], Document]


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> Callable[[Scan], None]:
    """Choose what the scanner says."""

    def say(scan: Scan) -> None:
        monkeypatch.setattr(malware, "scan_with_clamav", lambda _path, _database: scan)

    return say


def test_without_a_scanner_a_person_must_look(partner: Browser, find: Find) -> None:
    document_id = uploaded(partner, made.pdf(pages=2))
    document = find(document_id)
    assert (document.state, document.verdict) == (State.INSPECTED, Verdict.NEEDS_PERSON)
    assert document.findings == ("not_scanned",)
    assert (document.kind, document.pages) == ("PDF", 2)
    assert [event.data.verdict for event in told(UploadInspected)] == ["needs_person"]  # type: ignore[attr-defined]


def test_a_scanned_file_is_clean_and_moves_to_the_library(
    partner: Browser, find: Find, scanned: Callable[[Scan], None]
) -> None:
    scanned(Scan.CLEAN)
    data = made.pdf()
    document_id = uploaded(partner, data)
    document = find(document_id)
    assert (document.verdict, document.findings) == (Verdict.CLEAN, ())
    assert objects("QUARANTINE_BUCKET") == []
    assert objects("LIBRARY_BUCKET") == [document.library_key]
    key = f"{document_id}/{announcement(data)['sha256']}"
    assert document.library_key == key
    stored = boto3.client("s3").get_object(Bucket=os.environ["LIBRARY_BUCKET"], Key=key)
    assert stored["Body"].read() == data
    assert stored["ContentType"] == "application/pdf"


def test_a_virus_is_refused_and_goes_nowhere(
    partner: Browser, find: Find, scanned: Callable[[Scan], None]
) -> None:
    scanned(Scan.INFECTED)
    document = find(uploaded(partner))
    assert (document.verdict, document.findings) == (Verdict.REFUSED, ("infected",))
    assert document.library_key is None
    assert objects("LIBRARY_BUCKET") == objects("QUARANTINE_BUCKET") == []


def test_a_photo_in_the_library_has_no_place_in_it(partner: Browser, find: Find) -> None:
    data = made.photo(with_place=True)
    document = find(uploaded(partner, data, file_name="foto.jpg", content_type="image/jpeg"))
    stored = (
        boto3.client("s3")
        .get_object(Bucket=os.environ["LIBRARY_BUCKET"], Key=document.library_key or "")["Body"]
        .read()
    )
    assert b"Canarische" in data
    assert b"Canarische" not in stored
    assert document.sha256 != announcement(data)["sha256"]
    assert (document.width, document.height) == (64, 48)


# Duplicates, order, crashes


def test_ten_events_have_one_effect(partner: Browser, find: Find) -> None:
    document_id = upload(partner, made.pdf())
    for _ in range(5):
        assert inspect(s3_event(document_id), s3_event(document_id)) == []
    assert len(told(UploadInspected)) == 1
    assert find(document_id).state is State.INSPECTED


def test_the_event_may_come_before_the_sender_says_done(partner: Browser, find: Find) -> None:
    answer = partner.post_json(f"{API}/uploads", announcement(made.pdf())).data
    put(answer["parts"][0], made.pdf())
    assert inspect(s3_event(answer["id"])) == []
    assert find(answer["id"]).state is State.INSPECTED
    done = partner.post_json(f"{API}/uploads/{answer['id']}/complete")
    assert (done.status, done.data["state"]) == (200, "inspected")


def test_an_event_after_publication_changes_nothing(
    partner: Browser, desk_browser: Browser, find: Find
) -> None:
    from .conftest import publish

    document_id = uploaded(partner)
    publish(desk_browser, document_id)
    assert inspect(s3_event(document_id)) == []
    assert find(document_id).state is State.PUBLISHED


def test_two_inspectors_at_the_same_time_record_once(
    partner: Browser, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first finishes while the second still looks: only the condition keeps them apart."""
    document_id = upload(partner, made.pdf())
    fetch = Storage.fetch
    first = iter([True])

    def fetch_while_another_finishes(self: Storage, *place: Any) -> None:
        fetch(self, *place)
        if next(first, False):
            assert inspect(s3_event(document_id)) == []

    monkeypatch.setattr(Storage, "fetch", fetch_while_another_finishes)
    assert inspect(s3_event(document_id)) == []
    assert len(told(UploadInspected)) == 1
    assert find(document_id).state is State.INSPECTED


@pytest.mark.parametrize("step", ["keep", "discard"])
def test_a_crash_at_any_step_is_made_good_by_the_next_delivery(
    partner: Browser, find: Find, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    document_id = upload(partner, made.pdf())

    def crash(*_: Any) -> None:
        raise TimeoutError

    with monkeypatch.context() as broken:
        broken.setattr(Storage, step, crash)
        assert inspect(s3_event(document_id)) == [{"itemIdentifier": "0"}]
    assert inspect(s3_event(document_id)) == []
    assert find(document_id).state is State.INSPECTED
    assert len(told(UploadInspected)) == 1
    assert len(objects("LIBRARY_BUCKET")) == 1


def test_a_crash_before_the_record_finds_the_copy_there(
    partner: Browser, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = upload(partner, made.pdf())

    def crash(*_: Any) -> None:
        raise TimeoutError

    with monkeypatch.context() as broken:
        broken.setattr(Repository, "record_inspection", crash)
        assert inspect(s3_event(document_id)) == [{"itemIdentifier": "0"}]
    assert len(objects("LIBRARY_BUCKET")) == 1
    assert inspect(s3_event(document_id)) == []
    versions = boto3.client("s3").list_object_versions(Bucket=os.environ["LIBRARY_BUCKET"])
    assert len(versions["Versions"]) == 1
    assert find(document_id).library_version == versions["Versions"][0]["VersionId"]


def test_an_inspection_that_keeps_failing_goes_to_a_person(
    partner: Browser, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = upload(partner, made.pdf())

    def crash(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(Storage, "fetch", crash)
    for tries in (1, 2):
        assert inspect(s3_event(document_id), tries=tries) != []
        assert find(document_id).state is State.RECEIVED
    assert inspect(s3_event(document_id), tries=3) == []
    document = find(document_id)
    assert (document.verdict, document.findings) == (Verdict.NEEDS_PERSON, ("inspection_failed",))
    assert document.library_key is None


def test_an_inspector_that_died_is_not_asked_a_fourth_time(
    partner: Browser, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = upload(partner, made.pdf())
    monkeypatch.setattr(Storage, "fetch", lambda *_: pytest.fail("it looked again"))
    assert inspect(s3_event(document_id), tries=4) == []
    assert find(document_id).findings == ("inspection_failed",)


# What S3 and others put on the queue


def test_the_test_event_of_s3_is_fine() -> None:
    assert inspect((FIXTURES / "s3_test_event.json").read_text()) == []


def test_foreign_and_unknown_objects_are_left_alone(repository: Repository) -> None:
    message = json.loads((FIXTURES / "s3_object_created_put.json").read_text())
    message["Records"][0]["s3"]["object"]["key"] = "elsewhere/a+b%2Fc.pdf"
    assert inspect(json.dumps(message), s3_event("01JRZ0000000000000000000AA")) == []
    assert items("DOCUMENT#") == []


def test_a_removal_is_not_an_arrival(partner: Browser, find: Find) -> None:
    document_id = upload(partner, made.pdf())
    assert inspect(s3_event(document_id, eventName="ObjectRemoved:Delete")) == []
    assert find(document_id).state is State.RECEIVED


@pytest.mark.parametrize("body", ["{", "[]", "{}", '{"Records": [{}]}', '{"Records": "x"}'])
def test_a_malformed_message_fails_alone(partner: Browser, find: Find, body: str) -> None:
    document_id = upload(partner, made.pdf())
    assert inspect(body, s3_event(document_id)) == [{"itemIdentifier": "0"}]
    assert find(document_id).state is State.INSPECTED


# What the sender said against what came


def test_other_bytes_of_the_same_size_are_refused(partner: Browser, find: Find) -> None:
    data = made.pdf()
    answer = partner.post_json(f"{API}/uploads", announcement(data)).data
    other = data.replace(b"%PDF-1.7", b"%PDF-1.4")
    # S3 itself refuses this PUT; the inspection must not depend on it.
    boto3.client("s3").put_object(
        Bucket=os.environ["QUARANTINE_BUCKET"], Key=f"uploads/{answer['id']}", Body=other
    )
    assert inspect(s3_event(answer["id"])) == []
    assert find(answer["id"]).findings == ("hash_differs",)
    assert objects("LIBRARY_BUCKET") == []


def test_a_bigger_file_than_said_is_refused(partner: Browser, find: Find) -> None:
    answer = partner.post_json(f"{API}/uploads", announcement(b"klein")).data
    boto3.client("s3").put_object(
        Bucket=os.environ["QUARANTINE_BUCKET"], Key=f"uploads/{answer['id']}", Body=made.pdf()
    )
    assert inspect(s3_event(answer["id"])) == []
    assert find(answer["id"]).findings == ("size_differs",)


def test_a_huge_file_is_not_even_fetched(
    partner: Browser, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.documents.usecases import examine

    document_id = upload(partner, made.pdf())
    monkeypatch.setattr(examine, "LARGEST_FILE", 10)
    monkeypatch.setattr(Storage, "fetch", lambda *_: pytest.fail("fetched"))
    assert inspect(s3_event(document_id)) == []
    assert find(document_id).findings == ("too_large",)


HOSTILE = [
    ("bomb.docx", made.zip_bomb(), "archive_too_large"),
    ("vlakte.png", made.pixel_flood(), "too_many_pixels"),
    ("dubbel.pdf", made.pdf() + made.docx(), "two_types"),
    ("pagina.txt", b"<!doctype html><script>", "type_not_allowed"),
    ("programma.pdf", b"MZ" + b"\0" * 100, "type_not_allowed"),
]


@pytest.mark.parametrize(("name", "data", "finding"), HOSTILE, ids=[row[0] for row in HOSTILE])
def test_a_hostile_file_never_reaches_the_library(
    partner: Browser, desk_browser: Browser, find: Find, name: str, data: bytes, finding: str
) -> None:
    document_id = uploaded(partner, data, file_name=name)
    assert find(document_id).findings == (finding,)
    assert objects("LIBRARY_BUCKET") == []
    path = f"/documenten/beheer/{document_id}"
    assert desk_browser.post(f"{path}/publiceren", {"bekeken": "ja"}).status == 409
    assert desk_browser.get(f"{path}/bestand").status == 404


def test_a_form_upload_is_pinned_to_its_first_version(partner: Browser, find: Find) -> None:
    form = {"title": "Idee", "category": "ideeen", "description": "", "consent": "ja"}
    document_id = partner.post("/documenten/uploaden/gegevens", form).location.rpartition("/")[2]
    s3 = boto3.client("s3")
    place = {"Bucket": os.environ["QUARANTINE_BUCKET"], "Key": f"uploads/{document_id}"}
    first = s3.put_object(**place, Body=made.pdf())["VersionId"]
    second = s3.put_object(**place, Body=b"MZ een heel ander bestand")["VersionId"]
    assert inspect(s3_event(document_id, first), s3_event(document_id, second)) == []
    document = find(document_id)
    assert (document.version_id, document.kind) == (first, "PDF")
    assert document.findings == ("not_scanned",)


def test_a_later_version_is_not_what_was_received(partner: Browser, find: Find) -> None:
    document_id = upload(partner, made.pdf())
    pinned = find(document_id).version_id
    assert inspect(s3_event(document_id, "een-latere-versie")) == []
    assert find(document_id).state is State.RECEIVED
    assert inspect(s3_event(document_id, pinned)) == []
    assert find(document_id).state is State.INSPECTED


# GuardDuty: recorded payloads only; nobody has run this against AWS


@pytest.fixture
def guardduty(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("MALWARE_SCANNER", "guardduty")
    shared_settings.forget()
    assert settings.load().malware_scanner == "guardduty"
    yield
    monkeypatch.undo()
    shared_settings.forget()


def scan_result(document: Document, status: str = "NO_THREATS_FOUND") -> str:
    message = json.loads((FIXTURES / "guardduty_scan_result.json").read_text())
    message["detail"]["s3ObjectDetails"]["objectKey"] = f"uploads/{document.id}"
    message["detail"]["s3ObjectDetails"]["versionId"] = document.version_id
    message["detail"]["scanResultDetails"]["scanResultStatus"] = status
    return json.dumps(message)


def test_guardduty_must_speak_before_a_file_is_clean(
    partner: Browser, find: Find, guardduty: Any
) -> None:
    document_id = upload(partner, made.pdf())
    assert inspect(s3_event(document_id)) == [{"itemIdentifier": "0"}]
    assert find(document_id).state is State.RECEIVED
    assert inspect(scan_result(find(document_id))) == []
    assert find(document_id).verdict is Verdict.CLEAN


GUARDDUTY = [
    ("THREATS_FOUND", Verdict.REFUSED, "infected"),
    ("UNSUPPORTED", Verdict.NEEDS_PERSON, "scan_unsupported"),
    ("ACCESS_DENIED", Verdict.NEEDS_PERSON, "scan_failed"),
    ("FAILED", Verdict.NEEDS_PERSON, "scan_failed"),
]


@pytest.mark.parametrize(("status", "verdict", "finding"), GUARDDUTY)
def test_anything_but_a_yes_of_guardduty_is_no_yes(
    partner: Browser, find: Find, guardduty: Any, status: str, verdict: Verdict, finding: str
) -> None:
    document_id = upload(partner, made.pdf())
    assert inspect(scan_result(find(document_id), status)) == []
    assert (find(document_id).verdict, find(document_id).findings) == (verdict, (finding,))


def test_guardduty_is_heard_through_its_tag_too(
    partner: Browser, find: Find, guardduty: Any
) -> None:
    document_id = upload(partner, made.pdf())
    boto3.client("s3").put_object_tagging(
        Bucket=os.environ["QUARANTINE_BUCKET"],
        Key=f"uploads/{document_id}",
        Tagging={"TagSet": [{"Key": malware.GUARDDUTY_TAG, "Value": "NO_THREATS_FOUND"}]},
    )
    assert inspect(s3_event(document_id)) == []
    assert find(document_id).verdict is Verdict.CLEAN


def test_no_answer_in_the_end_is_for_a_person(partner: Browser, find: Find, guardduty: Any) -> None:
    document_id = upload(partner, made.pdf())
    assert inspect(s3_event(document_id), tries=3) == []
    document = find(document_id)
    assert (document.verdict, document.findings) == (Verdict.NEEDS_PERSON, ("scan_no_answer",))


def test_an_object_that_vanished_goes_to_a_person_in_the_end(partner: Browser, find: Find) -> None:
    document_id = upload(partner, made.pdf())
    boto3.client("s3").delete_object(
        Bucket=os.environ["QUARANTINE_BUCKET"],
        Key=f"uploads/{document_id}",
        VersionId=find(document_id).version_id or "",
    )
    assert inspect(s3_event(document_id)) != []
    assert inspect(s3_event(document_id), tries=3) == []
    assert find(document_id).findings == ("inspection_failed",)


def test_the_answer_is_what_lambda_expects(repository: Repository) -> None:
    assert consumers.inspect(queue()) == {"batchItemFailures": []}
