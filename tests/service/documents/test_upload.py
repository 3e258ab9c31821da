"""A partner sends a file to S3 with an address that allows exactly that file."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import requests

from chalicelib.documents.domain import (
    LARGEST_FILE,
    MIB,
    PART_SIZE,
    Document,
    Method,
    State,
    as_base64,
)
from chalicelib.documents.repository import Repository
from shared.clock import FixedClock
from tests import documents_support as made
from tests.service.browser import Browser

from .conftest import API, announcement, items, objects, partner_browser, put, upload, uploaded

FORM = {
    "title": "Idee voor de buurt",
    "category": "ideeen",
    "description": "Thee drinken.",
    "consent": "ja",
}
Find = Callable[[str], Document]
BIG = 2 * PART_SIZE + MIB + 7


def announced(partner: Browser, data: bytes = b"x", **changes: Any) -> dict[str, Any]:
    answer = partner.post_json(f"{API}/uploads", announcement(data, **changes))
    assert answer.status == 201, answer.text
    found: dict[str, Any] = answer.data
    return found


def test_the_address_signs_size_type_hash_and_no_overwrite(partner: Browser) -> None:
    data = made.pdf()
    (part,) = announced(partner, data)["parts"]
    query = parse_qs(urlsplit(part["url"]).query)
    assert query["X-Amz-SignedHeaders"] == [
        "content-length;content-type;host;if-none-match;x-amz-checksum-sha256"
    ]
    assert query["X-Amz-Expires"] == ["300"]
    assert part["headers"] == {
        "Content-Type": "application/pdf",
        "If-None-Match": "*",
        "x-amz-checksum-sha256": as_base64(announcement(data)["sha256"]),
    }
    assert (part["start"], part["size"]) == (0, len(data))


@pytest.mark.parametrize("size", [1, BIG])
@pytest.mark.parametrize("said", ["", "a\nX-Injected: b/c", "tekst", "¯/d", "a/" + "b" * 200])
def test_a_type_that_fits_no_header_is_an_unknown_type(
    said: str, size: int, partner: Browser, find: Find
) -> None:
    document = find(announced(partner, b"x" * size, content_type=said)["id"])
    assert document.declared_type == "application/octet-stream"


def test_the_key_is_ours_and_holds_nothing_of_the_sender(partner: Browser) -> None:
    answer = announced(partner, file_name="../../geheim\u202e.pdf")
    path = urlsplit(answer["parts"][0]["url"]).path
    assert path.endswith(f"/uploads/{answer['id']}")
    assert "geheim" not in answer["parts"][0]["url"]


def test_a_file_arrives_and_is_received(partner: Browser, find: Find) -> None:
    document_id = upload(partner, made.pdf())
    document = find(document_id)
    assert document.state is State.RECEIVED
    assert document.version_id
    assert objects("QUARANTINE_BUCKET") == [f"uploads/{document_id}"]
    assert document.consent_version
    assert document.consent_purpose == "document_published"


def test_completing_before_the_file_is_there_is_a_conflict(partner: Browser, find: Find) -> None:
    answer = announced(partner)
    for _ in range(2):
        refused = partner.post_json(f"{API}/uploads/{answer['id']}/complete")
        assert (refused.status, refused.data["code"]) == (409, "upload_incomplete")
    assert find(answer["id"]).state is State.ANNOUNCED


def test_completing_twice_is_the_same(partner: Browser) -> None:
    document_id = upload(partner, made.pdf())
    again = partner.post_json(f"{API}/uploads/{document_id}/complete")
    assert (again.status, again.data["state"], again.data["parts"]) == (200, "received", [])


def test_an_idempotency_key_gives_the_first_answer_again(partner: Browser) -> None:
    data = announcement(b"x")
    first = partner.post_json(f"{API}/uploads", data, Idempotency_Key="een")
    again = partner.post_json(f"{API}/uploads", data, Idempotency_Key="een")
    other = partner.post_json(f"{API}/uploads", data, Idempotency_Key="twee")
    assert first.data["id"] == again.data["id"] != other.data["id"]
    changed = partner.post_json(f"{API}/uploads", announcement(b"y"), Idempotency_Key="een")
    assert (changed.status, changed.data["code"]) == (422, "idempotency_mismatch")
    assert len(items("DOCUMENT#")) == 2


def test_two_equal_requests_at_the_same_moment_make_one_document(
    partner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second looks before the first writes: only the transaction keeps them apart."""
    data = announcement(b"x")
    first = partner.post_json(f"{API}/uploads", data, Idempotency_Key="een")
    look = Repository.earlier_request
    blind = iter([True])

    def look_too_early(self: Repository, invitation: str, key: str) -> Any:
        return None if next(blind, False) else look(self, invitation, key)

    monkeypatch.setattr(Repository, "earlier_request", look_too_early)
    again = partner.post_json(f"{API}/uploads", data, Idempotency_Key="een")
    assert again.data["id"] == first.data["id"]
    assert len(items("DOCUMENT#")) == 1


# Large files


def test_a_large_file_goes_in_parts_and_resumes(partner: Browser, find: Find) -> None:
    data = os.urandom(BIG)
    answer = announced(partner, data)
    assert answer["method"] == "multipart"
    assert [part["size"] for part in answer["parts"]] == [PART_SIZE, PART_SIZE, MIB + 7]
    query = parse_qs(urlsplit(answer["parts"][0]["url"]).query)
    assert query["X-Amz-SignedHeaders"] == ["content-length;host"]
    put(answer["parts"][1], data)
    assert partner.post_json(f"{API}/uploads/{answer['id']}/complete").status == 409

    left = partner.get(f"{API}/uploads/{answer['id']}").data["parts"]
    assert [part["number"] for part in left] == [1, 3]
    for part in left:
        put(part, data)
    done = partner.post_json(f"{API}/uploads/{answer['id']}/complete")
    assert (done.status, done.data["state"]) == (200, "received")
    stored = boto3.client("s3").get_object(
        Bucket=os.environ["QUARANTINE_BUCKET"], Key=f"uploads/{answer['id']}"
    )
    assert stored["Body"].read() == data
    assert find(answer["id"]).method is Method.MULTIPART


def test_a_part_of_the_wrong_size_is_asked_again(partner: Browser) -> None:
    data = os.urandom(BIG)
    answer = announced(partner, data)
    for part in answer["parts"]:
        piece = data[part["start"] : part["start"] + part["size"]]
        requests.put(part["url"], data=piece[:-1] if part["number"] == 3 else piece, timeout=5)
    left = partner.get(f"{API}/uploads/{answer['id']}").data["parts"]
    assert [part["number"] for part in left] == [3]
    assert partner.post_json(f"{API}/uploads/{answer['id']}/complete").status == 409


def test_a_lost_answer_to_complete_is_no_problem(
    partner: Browser, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = os.urandom(BIG)
    answer = announced(partner, data)
    for part in answer["parts"]:
        put(part, data)

    def crash(*_: Any) -> None:
        raise TimeoutError

    with monkeypatch.context() as broken:
        broken.setattr(Repository, "receive", crash)
        assert partner.post_json(f"{API}/uploads/{answer['id']}/complete").status == 500
    assert partner.get(f"{API}/uploads/{answer['id']}").data["parts"] == []
    assert partner.post_json(f"{API}/uploads/{answer['id']}/complete").status == 200
    assert find(answer["id"]).state is State.RECEIVED


# Bad input

BAD = [
    ({"title": ""}, "title"),
    ({"title": "  "}, "title"),
    ({"title": "a" * 121}, "title"),
    ({"category": "nieuws"}, "category"),
    ({"consent": False}, "consent"),
    ({"file_name": "plan.exe"}, "file"),
    ({"file_name": "a" * 300 + ".pdf"}, "file"),
    ({"size": LARGEST_FILE + 1}, "file"),
    ({"size": 0}, "file"),
    ({"sha256": "zz"}, "file"),
]


@pytest.mark.parametrize(("change", "field"), BAD)
def test_wrong_values_are_told_per_field_and_nothing_is_stored(
    partner: Browser, change: dict[str, Any], field: str
) -> None:
    before = items("")
    answer = partner.post_json(f"{API}/uploads", announcement(b"x", **change))
    assert (answer.status, list(answer.data["errors"])) == (422, [field])
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert items("") == before


def test_errors_come_in_english_when_asked(partner: Browser) -> None:
    data = announcement(b"x", title="")
    english = partner.post_json(f"{API}/uploads", data, Accept_Language="en")
    assert english.data["errors"]["title"] == "Give the document a title."


WRONG_SHAPE = [
    (b"{", "application/json", 400),
    (b"[]", "application/json", 422),
    (b'{"title": 1}', "application/json", 422),
    (b'{"size": "1"}', "application/json", 422),
    (b"{}", "application/json", 422),
    (b"{}", "text/plain", 415),
    (b'{"title": "' + b"a" * MIB + b'"}', "application/json", 413),
]


@pytest.mark.parametrize(("body", "content_type", "status"), WRONG_SHAPE)
def test_a_wrong_body_gets_the_right_answer(
    partner: Browser, body: bytes, content_type: str, status: int
) -> None:
    answer = partner.post_json(f"{API}/uploads", body, **{"Content-Type": content_type})
    assert answer.status == status
    assert items("DOCUMENT#") == []


def test_unknown_fields_are_refused(partner: Browser) -> None:
    data = {**announcement(b"x"), "key": "uploads/eigen"}
    assert partner.post_json(f"{API}/uploads", data).status == 422


def test_another_partner_sees_nothing_of_it(
    partner: Browser, visitor: Browser, clock: FixedClock
) -> None:
    document_id = upload(partner, made.pdf())
    other = partner_browser(visitor, clock, member_id="lid-2", email="ander@example.org")
    assert other.get(f"{API}/uploads/{document_id}").status == 404
    assert other.post_json(f"{API}/uploads/{document_id}/complete").status == 404
    assert other.get(f"/documenten/uploaden/{document_id}").status == 404
    assert other.get(f"{API}/uploads/onbekend").status == 404
    visitor.cookies.clear()
    assert visitor.get(f"{API}/uploads/{document_id}").status == 401


def test_a_bearer_token_works_without_a_cookie(partner: Browser, visitor: Browser) -> None:
    visitor.cookies.clear()
    bearer = {"Authorization": f"Bearer {partner.cookies['__Secure-uploaden']}"}
    assert visitor.post_json(f"{API}/uploads", announcement(b"x"), **bearer).status == 201


def test_too_many_undecided_documents_wait(
    partner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.documents.usecases import upload as module

    monkeypatch.setattr(module, "MOST_WAITING", 2)
    announced(partner)
    announced(partner)
    answer = partner.post_json(f"{API}/uploads", announcement(b"x"))
    assert (answer.status, answer.data["code"]) == (429, "too_many_waiting")


def test_an_unfinished_upload_is_gone_after_a_day(
    partner: Browser, repository: Repository, clock: FixedClock
) -> None:
    document_id = announced(partner)["id"]
    (item,) = items(f"DOCUMENT#{document_id}")
    assert item["expires_at"] == int((clock.now() + timedelta(days=1)).timestamp())
    clock.advance(timedelta(days=1))
    assert repository.document(document_id, clock.now()) is None
    assert partner.get(f"{API}/uploads/{document_id}").status == 404


# Without JavaScript


def test_the_form_names_the_upload_origin(partner: Browser) -> None:
    answer = partner.get("/documenten/uploaden")
    policy = answer.headers["Content-Security-Policy"]
    assert f"connect-src 'self' {os.environ['UPLOAD_ORIGIN']}" in policy
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_plain_form_takes_two_pages(partner: Browser, find: Find) -> None:
    answer = partner.post("/documenten/uploaden/gegevens", FORM)
    assert answer.status == 303
    page = partner.get(answer.location)
    assert (
        f"form-action 'self' {os.environ['UPLOAD_ORIGIN']}"
        in page.headers["Content-Security-Policy"]
    )
    assert 'enctype="multipart/form-data"' in page.text
    document_id = answer.location.rpartition("/")[2]
    fields = form_fields(page.text)
    assert fields["key"] == f"uploads/{document_id}"
    assert fields["success_action_redirect"] == (
        f"http://localhost:8000/documenten/uploaden/{document_id}?verstuurd=ja"
    )
    assert find(document_id).method is Method.FORM
    assert page.text.index('name="file"') > page.text.index('name="key"')
    after = partner.get(f"{answer.location}?verstuurd=ja")
    assert 'type="file"' not in after.text


def form_fields(text: str) -> dict[str, str]:
    import html
    import re

    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text)
    return {name: html.unescape(value) for name, value in found}


def test_the_post_policy_bounds_size_key_and_type(partner: Browser) -> None:
    import base64
    import json

    answer = partner.post("/documenten/uploaden/gegevens", FORM)
    fields = form_fields(partner.get(answer.location).text)
    conditions = json.loads(base64.b64decode(fields["policy"]))["conditions"]
    assert ["content-length-range", 1, LARGEST_FILE] in conditions
    assert {"key": fields["key"]} in conditions
    assert {"Content-Type": "application/octet-stream"} in conditions
    assert {"success_action_redirect": fields["success_action_redirect"]} in conditions


def test_wrong_fields_come_back_with_what_was_typed(partner: Browser) -> None:
    form = {**FORM, "title": "", "description": "Mijn <b>tekst</b>", "consent": ""}
    answer = partner.post("/documenten/uploaden/gegevens", form)
    assert answer.status == 422
    assert "Geef het document een titel." in answer.text
    assert "We kunnen je bestand alleen delen als je dit aankruist." in answer.text
    assert "Mijn &lt;b&gt;tekst&lt;/b&gt;" in answer.text
    assert 'value="ideeen" required checked' in " ".join(answer.text.split())
    assert items("DOCUMENT#") == []


def test_a_form_from_another_site_is_refused(partner: Browser) -> None:
    foreign = {"Origin": "https://example.com"}
    assert partner.post("/documenten/uploaden/gegevens", FORM, **foreign).status == 403
    assert items("DOCUMENT#") == []


def test_the_partner_sees_what_they_sent(partner: Browser) -> None:
    document_id = uploaded(partner)
    page = partner.get("/documenten/uploaden")
    assert "Statuten van de wijkcoöperatie" in page.text
    assert "wacht op de organisatie" in page.text
    status = partner.get(f"/documenten/uploaden/{document_id}")
    assert "Wat gebeurt er nu?" in status.text


def test_a_hostile_name_is_shown_harmlessly(partner: Browser, find: Find) -> None:
    answer = announced(partner, file_name='C:\\x\\"><script>\u202egpj.pdf', title="<script>hoi")
    assert find(answer["id"]).file_name == "script gpj.pdf"
    assert "<script>hoi" not in partner.get("/documenten/uploaden").text
