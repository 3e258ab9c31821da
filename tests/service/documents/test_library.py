"""The public library: list, search, pages, download, JSON; and loading by the operator."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import pytest
import requests
import yaml
from msgspec.structs import replace

from chalicelib.documents.domain import Category, Document, Method, State
from chalicelib.documents.repository import Repository
from chalicelib.documents.storage import Storage
from chalicelib.documents.usecases import load_documents
from shared.clock import FixedClock
from shared.errors import Invalid
from shared.events import occurred
from shared.events.documents import DocumentPublished
from tests import documents_support as made
from tests.service.browser import Browser

from .conftest import API, items, publish, uploaded

SAMPLE = Path("infra/sample/documents.yaml")


@pytest.fixture
def storage(repository: Repository) -> Storage:
    return Storage(os.environ["QUARANTINE_BUCKET"], os.environ["LIBRARY_BUCKET"])


def published(repository: Repository, clock: FixedClock, number: int, **changes: Any) -> None:
    """A document in the library, without a file."""
    values: dict[str, Any] = {
        "id": f"doc-{number:04}-aaaaaaaa",
        "member_id": "",
        "title": f"Document {number}",
        "category": Category.IDEAS,
        "description": "",
        "consent_version": "1",
        "consent_purpose": "document_published",
        "consent_at": clock.now(),
        "method": Method.PUT,
        "file_name": "a.pdf",
        "declared_type": "application/pdf",
        "announced_at": clock.now(),
        "state": State.INSPECTED,
        "kind": "PDF",
        "size": 2048,
        "sha256": "ab" * 32,
    }
    document = Document(**{**values, **changes})
    repository.announce(document)
    decided = replace(document, state=State.PUBLISHED, decided_at=clock.now())
    event = occurred(DocumentPublished(document_id=document.id), clock)
    repository.decide(document, decided, event)


def test_an_empty_library_says_so(visitor: Browser) -> None:
    page = visitor.get("/documenten")
    assert page.status == 200
    assert "Er zijn nog geen documenten gedeeld." in page.text
    assert "No documents have been shared yet." in visitor.get("/documenten?lang=en").text


def test_the_list_shows_kind_and_size(
    visitor: Browser, repository: Repository, clock: FixedClock
) -> None:
    published(repository, clock, 1, size=2_621_440, pages=12)
    page = visitor.get("/documenten").text
    assert "PDF, 2,5 MB, 12 bladzijden" in page
    assert "PDF, 2.5 MB, 12 pages" in visitor.get("/documenten?lang=en").text


def test_search_and_category_narrow_the_list(
    visitor: Browser, repository: Repository, clock: FixedClock
) -> None:
    published(repository, clock, 1, title="Subsidie voor coöperaties", category=Category.SUBSIDIES)
    published(repository, clock, 2, title="Idee", description="Een buurtcoöperatie met thee")
    both = visitor.get(f"{API}/documents?q=COOPERATIE").data
    assert both["total"] == 1  # a word is found from its beginning
    assert visitor.get(f"{API}/documents?q=buurtcooperatie").data["total"] == 1
    assert visitor.get(f"{API}/documents?category=subsidies").data["total"] == 1
    assert visitor.get(f"{API}/documents?q=thee&category=subsidies").data["total"] == 0
    page = visitor.get("/documenten?zoek=niets").text
    assert "We vonden niets." in page
    assert 'value="niets"' in page
    hostile = visitor.get("/documenten?zoek=%22%3E%3Cscript%3E").text
    assert "<script>" not in hostile.replace('<script type="module"', "")


def test_pages_go_on_where_the_last_one_ended(
    visitor: Browser, repository: Repository, clock: FixedClock
) -> None:
    for number in range(45):
        published(repository, clock, number)
    seen, cursor = [], ""
    for _ in range(3):
        answer = visitor.get(f"{API}/documents{cursor}").data
        seen += [document["id"] for document in answer["documents"]]
        cursor = f"?cursor={answer['next']}"
    assert answer["next"] is None
    assert len(set(seen)) == len(seen) == 45
    assert 'rel="next"' in visitor.get("/documenten").text


BAD_QUERIES = ["?cursor=onzin", "?cursor=AAAA", "?category=nieuws"]


@pytest.mark.parametrize("query", BAD_QUERIES)
def test_a_bad_query_is_refused(visitor: Browser, query: str) -> None:
    answer = visitor.get(f"{API}/documents{query}")
    assert (answer.status, answer.headers["Content-Type"]) == (422, "application/problem+json")


def test_one_snapshot_answers_many_requests(
    visitor: Browser, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    listed = Repository.listed
    monkeypatch.setattr(
        Repository, "listed", lambda self, *given: calls.append(1) or listed(self, *given)
    )
    for _ in range(5):
        visitor.get("/documenten")
        visitor.get(f"{API}/documents")
    assert len(calls) == 1


def test_a_document_downloads_from_the_library(
    partner: Browser, desk_browser: Browser, visitor: Browser
) -> None:
    data = made.pdf()
    document_id = uploaded(partner, data, title='Plan "Oost": thee & koek')
    assert visitor.get(f"/documenten/{document_id}").status == 404
    assert visitor.get(f"/documenten/{document_id}/bestand").status == 404
    publish(desk_browser, document_id)
    page = visitor.get(f"/documenten/{document_id}")
    assert "Plan &#34;Oost&#34;: thee &amp; koek" in page.text
    assert os.environ["LIBRARY_ORIGIN"] in page.headers["Content-Security-Policy"]
    answer = visitor.get(f"/documenten/{document_id}/bestand")
    assert answer.status == 303
    query = parse_qs(urlsplit(answer.location).query)
    assert query["X-Amz-Expires"] == ["300"]
    assert unquote(query["response-content-disposition"][0]) == (
        "attachment; filename*=UTF-8''plan-oost-thee-koek.pdf"
    )
    assert query["response-content-type"] == ["application/pdf"]
    assert requests.get(answer.location, timeout=5).content == data


def test_only_images_are_shown_in_place(
    partner: Browser, desk_browser: Browser, visitor: Browser
) -> None:
    document_id = uploaded(partner, made.photo("PNG"), file_name="a.png", category="beeld")
    publish(desk_browser, document_id)
    shown = visitor.get(f"/documenten/{document_id}/bestand").location
    assert "inline" in shown
    saved = visitor.get(f"/documenten/{document_id}/bestand?opslaan=ja").location
    assert "attachment" in saved
    assert (
        f'src="/documenten/{document_id}/bestand"' in visitor.get(f"/documenten/{document_id}").text
    )


def test_json_says_nothing_of_how_it_was_decided(
    partner: Browser, desk_browser: Browser, visitor: Browser
) -> None:
    document_id = uploaded(partner)
    publish(desk_browser, document_id)
    answer = visitor.get(f"{API}/documents/{document_id}")
    assert answer.status == 200
    assert set(answer.data) == {
        "id", "url", "download", "title", "category", "description", "shared_by", "licence", "kind",
        "content_type", "size", "sha256", "pages", "width", "height", "published_at",
    }  # fmt: skip
    assert "organiser" not in answer.text
    assert "voedseltuin@example.org" not in answer.text


@pytest.mark.parametrize("path", ["/documenten/onbekend", "/documenten/onbekend/bestand"])
def test_an_unknown_document_is_not_there(visitor: Browser, path: str) -> None:
    assert visitor.get(path).status == 404
    assert '<html lang="en">' in visitor.get(f"{path}?lang=en").text


def test_openapi_describes_every_json_route(visitor: Browser) -> None:
    described = visitor.get("/documenten/api/openapi.json").data
    assert described["openapi"] == "3.1.0"
    operations = [
        operation["operationId"]
        for path in described["paths"].values()
        for operation in path.values()
    ]
    assert len(operations) == len(set(operations)) == 7


def test_health(visitor: Browser) -> None:
    assert visitor.get("/documenten/api/health").data == {
        "status": "ok",
        "service": "documents",
        "version": "development",
    }


# Addresses as AWS has them


def test_in_aws_addresses_are_of_the_bucket_in_its_region(
    repository: Repository, storage: Storage
) -> None:
    """UPLOAD_ORIGIN and the library's CloudFront origin in resources.yaml are regional names."""
    host = f"{os.environ['QUARANTINE_BUCKET']}.s3.eu-central-1.amazonaws.com"
    put = storage.address("uploads/x", 1, "application/pdf", "00" * 32)
    part = storage.part_address("uploads/x", "id", 1, 5)
    form = storage.form("uploads/x", "http://localhost:8000/")
    library = f"{os.environ['LIBRARY_BUCKET']}.s3.eu-central-1.amazonaws.com"
    got = storage.download("a/b", "a.pdf", "application/pdf", inline=False)
    assert {urlsplit(url).hostname for url in (put.url, part.url, form.url)} == {host}
    assert urlsplit(got).hostname == library


def test_a_file_is_signed_for_the_bucket_and_served_by_the_library_origin(
    repository: Repository, storage: Storage
) -> None:
    """CloudFront asks S3 under the bucket's regional name, so that is what must be signed."""
    served = Storage("q", os.environ["LIBRARY_BUCKET"], "", "https://d111.cloudfront.net")
    wanted = ("a/b c", "a.pdf", "application/pdf")
    signed, shown = (one.download(*wanted, inline=False) for one in (storage, served))
    assert urlsplit(shown)[:2] == ("https", "d111.cloudfront.net")
    assert urlsplit(shown).path == urlsplit(signed).path == "/a/b%20c"
    query = parse_qs(urlsplit(shown).query)
    assert query["X-Amz-SignedHeaders"] == ["host"]
    if query["X-Amz-Date"] == parse_qs(urlsplit(signed).query)["X-Amz-Date"]:  # the same second
        assert urlsplit(shown).query == urlsplit(signed).query


def test_at_an_embedded_aws_addresses_are_those_of_the_browser(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:14566")
    storage = Storage("q", "l", "http://localhost:14566")
    assert storage.address("k", 1, "a/b", "00" * 32).url.startswith("http://localhost:14566/q/k?")


# Loading


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample documents are not there")
def test_the_sample_loads_once_and_is_published(
    repository: Repository, storage: Storage, clock: FixedClock, visitor: Browser
) -> None:
    entries = yaml.safe_load(SAMPLE.read_text())["documents"]
    for expected in (len(entries), 0):
        added = load_documents(
            repository, clock, storage, documents=entries, base_dir=SAMPLE.parent
        )
        assert added == expected
    answer = visitor.get(f"{API}/documents").data
    assert answer["total"] == len(entries)
    assert {document["category"] for document in answer["documents"]} == set(Category)
    assert len(items("DOCUMENT#")) == len(entries)


def test_loading_goes_on_after_a_crash(
    repository: Repository, storage: Storage, clock: FixedClock, tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(made.pdf())
    entry = {"id": "a", "title": "A", "category": "ideeen", "description": "", "file": "a.pdf"}
    for step in ("record_inspection", "decide"):
        with pytest.MonkeyPatch.context() as broken:
            broken.setattr(Repository, step, crash)
            with pytest.raises(TimeoutError):
                load(repository, clock, storage, entry, tmp_path)
    assert load(repository, clock, storage, entry, tmp_path) == 1
    assert load(repository, clock, storage, entry, tmp_path) == 0


def crash(*_: Any, **__: Any) -> None:
    raise TimeoutError


def load(
    repository: Repository, clock: FixedClock, storage: Storage, entry: Any, folder: Path
) -> int:
    return load_documents(repository, clock, storage, documents=[entry], base_dir=folder)


def test_a_hostile_file_stops_loading(
    repository: Repository, storage: Storage, clock: FixedClock, tmp_path: Path
) -> None:
    (tmp_path / "a.docx").write_bytes(made.zip_bomb())
    entry = {"id": "a", "title": "A", "category": "ideeen", "file": "a.docx"}
    with pytest.raises(Invalid):
        load(repository, clock, storage, entry, tmp_path)
    wrong = {**entry, "category": "nieuws"}
    with pytest.raises(Invalid) as invalid:
        load(repository, clock, storage, wrong, tmp_path)
    assert list(invalid.value.fields) == ["a.category"]
    assert boto3.client("s3").list_objects_v2(Bucket=os.environ["LIBRARY_BUCKET"])["KeyCount"] == 0
