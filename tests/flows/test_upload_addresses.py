"""S3 itself takes exactly the file that was announced, and the inspector runs as it is packaged."""

import hashlib
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from chalicelib.documents.domain import MULTIPART_FROM
from tests import documents_support as made
from tests.flows import partners, steps
from tests.flows.browser import Browser
from tests.flows.conftest import Staff
from tests.flows.tools import Backstage, Mailbox, wait_for

pytestmark = pytest.mark.embedded_aws

UPLOADS = "/documenten/api/v1/uploads"


@pytest.fixture(scope="module")
def partner(platform: Any, mailbox: Mailbox) -> Browser:
    """A partner who opened the invitation."""
    browser = Browser(platform.origin)
    steps.open_invitation(browser, partners.invite(platform, mailbox))
    return browser


def _without(headers: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key.lower() != name}


def test_s3_refuses_everything_but_the_announced_file(partner: Browser) -> None:
    data = made.pdf()
    plan = steps.announce(partner, data, "Precies dit").expect(201).json()
    [part] = plan["parts"]
    url, headers = part["url"], part["headers"]
    other = data.replace(b"%PDF-1.7", b"%PDF-1.4")
    refused = {
        "shorter": partner.request("PUT", url, data[:-1], headers),
        "longer": partner.request("PUT", url, data + b" ", headers),
        "other bytes": partner.request("PUT", url, other, headers),
        "no hash": partner.request("PUT", url, data, _without(headers, "x-amz-checksum-sha256")),
        "may overwrite": partner.request("PUT", url, data, _without(headers, "if-none-match")),
        "other type": partner.request("PUT", url, data, {**headers, "Content-Type": "text/html"}),
        "other key": partner.request("PUT", url.replace(plan["id"], "A" * 26), data, headers),
        "other signature": partner.request("PUT", url[:-2] + "00", data, headers),
    }
    assert {name: answer.status for name, answer in refused.items()} == {
        name: 400 if name == "other bytes" else 403 for name in refused
    }
    early = partner.post_json(f"{UPLOADS}/{plan['id']}/complete", None)
    assert (early.status, early.json()["code"]) == (409, "upload_incomplete")
    partner.request("PUT", url, data, headers).expect(200)
    assert partner.request("PUT", url, data, headers).status == 412
    partner.post_json(f"{UPLOADS}/{plan['id']}/complete", None).expect(200)


def test_only_our_own_pages_may_send_from_a_browser(partner: Browser, platform: Any) -> None:
    [part] = steps.announce(partner, b"x", "Voor de browser").expect(201).json()["parts"]
    asked = {
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": ",".join(name.lower() for name in part["headers"]),
    }
    ours = partner.request("OPTIONS", part["url"], None, {**asked, "Origin": platform.origin})
    assert ours.expect(200).headers["Access-Control-Allow-Origin"] == platform.origin
    foreign = {**asked, "Origin": "https://example.com"}
    assert partner.request("OPTIONS", part["url"], None, foreign).status == 403


def test_a_page_names_the_origins_that_it_uses(partner: Browser, staff: Staff) -> None:
    page = partner.get("/documenten/uploaden").expect(200)
    [part] = steps.announce(partner, b"x", "Voor het beleid").expect(201).json()["parts"]
    target = urlsplit(part["url"])
    origin = f"{target.scheme}://{target.netloc}"
    assert f"connect-src 'self' {origin}" in page.headers["Content-Security-Policy"]


def test_a_large_file_goes_on_after_a_break(
    partner: Browser, staff: Staff, backstage: Backstage
) -> None:
    title = f"Groot {uuid4().hex[:8]}"
    filling = os.urandom(MULTIPART_FROM).replace(b"endstream", b"")
    data = made.pdf({100: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(filling), filling)})
    plan = steps.announce(partner, data, title).expect(201).json()
    first, *rest = plan["parts"]
    assert rest

    def send(part: dict[str, Any]) -> int:
        piece = data[part["start"] : part["start"] + part["size"]]
        return partner.request("PUT", part["url"], piece, part["headers"]).status

    assert send(first) == 200
    left = partner.get(f"{UPLOADS}/{plan['id']}").expect(200).json()["parts"]
    assert [part["number"] for part in left] == [part["number"] for part in rest]
    assert [send(part) for part in left] == [200] * len(left)
    partner.post_json(f"{UPLOADS}/{plan['id']}/complete", None).expect(200)
    steps.inspected(backstage, plan["id"])
    steps.publish(staff.browser, plan["id"])
    file = partner.follow(partner.get(f"/documenten/{plan['id']}/bestand")).expect(200)
    assert hashlib.sha256(file.body).digest() == hashlib.sha256(data).digest()


def test_a_photo_is_published_without_its_place(
    partner: Browser, staff: Staff, backstage: Backstage
) -> None:
    title = f"Foto {uuid4().hex[:8]}"
    data = made.photo("JPEG", (800, 600), with_place=True)
    assert b"Canarische" in data
    document = steps.upload(
        partner, data, title, file_name="foto.jpg", content_type="image/jpeg", category="beeld"
    )
    steps.inspected(backstage, document)
    steps.publish(staff.browser, document)
    file = partner.follow(partner.get(f"/documenten/{document}/bestand")).expect(200)
    assert file.headers["Content-Type"] == "image/jpeg"
    assert file.headers["Content-Disposition"].startswith("inline")
    assert file.body.startswith(b"\xff\xd8\xff")
    assert b"Canarische" not in file.body


def test_a_zip_bomb_is_refused_and_kept_nowhere(
    partner: Browser, staff: Staff, backstage: Backstage, find_key: Callable[[str], bool]
) -> None:
    title = f"Bom {uuid4().hex[:8]}"
    document = steps.upload(partner, made.zip_bomb(), title, file_name="bom.docx")
    steps.inspected(backstage, document)
    page = staff.browser.get(f"/documenten/beheer/{document}").expect(200)
    assert "gevaarlijk groot" in page.words
    assert not [form for form in page.forms if form.action.endswith("/publiceren")]
    assert not find_key(document)


@pytest.fixture
def find_key(platform: Any) -> Callable[[str], bool]:
    """Whether a bucket of documents still holds something of a document."""

    def find(document: str) -> bool:
        s3 = platform.cloud.client("s3")
        buckets = [platform.values[f"Documents{name}Bucket"] for name in ("Quarantine", "Library")]

        def keys() -> list[str]:
            return [
                entry["Key"]
                for bucket in buckets
                for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", [])
                if document in entry["Key"]
            ]

        wait_for("empty quarantine", lambda: not keys(), seconds=10)
        return bool(keys())

    return find
