"""The rules of a document."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from chalicelib.documents.domain import (
    KINDS,
    LARGEST_FILE,
    MULTIPART_FROM,
    PART_SIZE,
    Category,
    Document,
    Method,
    NotAllowed,
    State,
    Verdict,
    Wish,
    as_base64,
    document_of,
    download_name,
    faults,
    matches,
    may_decline,
    may_publish,
    may_withdraw,
    method_for,
    part_count,
    part_length,
    quarantine_key,
    search_words,
    tidy_file_name,
)

NOW = datetime(2027, 4, 14, 9, 30, tzinfo=UTC)
DOCUMENT = Document(
    id="01JRZ0000000000000000000AA",
    member_id="lid-1",
    title="Statuten",
    category=Category.STATUTES,
    description="",
    consent_version="1",
    consent_purpose="document_published",
    consent_at=NOW,
    method=Method.PUT,
    file_name="statuten.pdf",
    declared_type="application/pdf",
    announced_at=NOW,
    state=State.INSPECTED,
    verdict=Verdict.CLEAN,
    sha256="ab" * 32,
)
WISH = Wish(
    title="Statuten",
    category="statuten",
    description="",
    consent=True,
    file_name="statuten.pdf",
    content_type="application/pdf",
    size=100,
    sha256="ab" * 32,
)


@pytest.mark.parametrize("seen", [True, False])
@pytest.mark.parametrize("verdict", [*Verdict, None])
@pytest.mark.parametrize("state", list(State))
def test_publishing_takes_a_clean_verdict_or_a_person(
    state: State, verdict: Verdict | None, *, seen: bool
) -> None:
    document = replace(DOCUMENT, state=state, verdict=verdict)
    allowed = state is State.INSPECTED and (
        verdict is Verdict.CLEAN or (verdict is Verdict.NEEDS_PERSON and seen)
    )
    if allowed:
        may_publish(document, seen_by_person=seen)
    else:
        with pytest.raises(NotAllowed):
            may_publish(document, seen_by_person=seen)


def test_what_never_reached_the_library_cannot_be_published() -> None:
    with pytest.raises(NotAllowed):
        may_publish(replace(DOCUMENT, sha256=""), seen_by_person=True)


@pytest.mark.parametrize("state", list(State))
def test_declining_and_withdrawing_have_their_moment(state: State) -> None:
    for rule, when in ((may_decline, State.INSPECTED), (may_withdraw, State.PUBLISHED)):
        if state is when:
            rule(state)
        else:
            with pytest.raises(NotAllowed):
                rule(state)


WRONG = [
    ({"title": ""}, "title"),
    ({"title": "a" * 121}, "title"),
    ({"category": "nieuws"}, "category"),
    ({"category": ""}, "category"),
    ({"description": "a" * 2001}, "description"),
    ({"consent": False}, "consent"),
    ({"file_name": ""}, "file"),
    ({"file_name": "a" * 300 + ".pdf"}, "file"),
    ({"file_name": "plan.exe"}, "file"),
    ({"file_name": "plan.svg"}, "file"),
    ({"file_name": "plan"}, "file"),
    ({"size": 0}, "file"),
    ({"size": -1}, "file"),
    ({"size": LARGEST_FILE + 1}, "file"),
    ({"sha256": "AB" * 32}, "file"),
    ({"sha256": "ab" * 31}, "file"),
    ({"sha256": ""}, "file"),
]


@pytest.mark.parametrize(("change", "field"), WRONG)
def test_each_fault_is_told_at_its_field(change: dict[str, object], field: str) -> None:
    assert list(faults(replace(WISH, **change))) == [field]  # type: ignore[arg-type]


def test_a_good_wish_has_no_faults() -> None:
    assert faults(WISH) == {}
    assert faults(Wish(title="a", category="beeld", description="", consent=True)) == {}


NAMES = [
    ("plan.pdf", "plan.pdf"),
    ("C:\\Users\\ik\\plan.pdf", "plan.pdf"),
    ("../../etc/passwd.pdf", "passwd.pdf"),
    ("foto\u202egpj.exe", "fotogpj.exe"),
    ("a\x00b\r\n.pdf", "ab.pdf"),
    ('<b>"plan"</b>.pdf', "b .pdf"),
    ("  plan  2.pdf ", "plan 2.pdf"),
    ("cafe\u0301.pdf", "café.pdf"),
    (".pdf", "pdf"),
]


@pytest.mark.parametrize(("given", "kept"), NAMES)
def test_a_file_name_is_tidied(given: str, kept: str) -> None:
    assert tidy_file_name(given) == kept


@pytest.mark.parametrize("given", ["", "..", "\u202e", "/", "a" * 151, "\x00\x01"])
def test_a_file_name_of_nothing_or_too_much_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="file name"):
        tidy_file_name(given)


def test_a_download_is_named_after_its_title_and_real_type() -> None:
    assert download_name("Café & buurt: plan?", KINDS["PDF"]) == "cafe-buurt-plan.pdf"
    assert download_name("漢字", KINDS["JPEG"]) == "document.jpg"
    assert download_name('x"; filename=a.exe', KINDS["TXT"]) == "x-filename-a-exe.txt"


def test_parts_cover_the_file_exactly() -> None:
    for size in (1, PART_SIZE, PART_SIZE + 1, 3 * PART_SIZE - 1, LARGEST_FILE):
        lengths = [part_length(size, number + 1) for number in range(part_count(size))]
        assert sum(lengths) == size
        assert all(length == PART_SIZE for length in lengths[:-1])
    assert method_for(MULTIPART_FROM) is Method.PUT
    assert method_for(MULTIPART_FROM + 1) is Method.MULTIPART


def test_only_keys_of_ours_name_a_document() -> None:
    assert document_of(quarantine_key(DOCUMENT.id)) == DOCUMENT.id
    for key in (
        "uploads/../x",
        "uploads/",
        "other/01JRZ0000000000000000000AA",
        "uploads/a/b/c/d/e",
    ):
        assert document_of(key) is None


def test_kinds_hold_nothing_that_a_browser_runs() -> None:
    types = {kind.content_type.partition(";")[0] for kind in KINDS.values()}
    assert not types & {"text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript"}
    assert {kind.name for kind in KINDS.values() if kind.inline} == {"JPEG", "PNG", "WebP"}


def test_a_hash_in_the_notation_of_s3() -> None:
    assert as_base64("00" * 31 + "ff") == "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP8="


def test_search_ignores_case_and_accents_and_takes_beginnings() -> None:
    words = search_words("Subsidie voor de buurtcoöperatie in Oud-West")
    assert matches(words, search_words("SUBSIDIE buurtcooperatie"))
    assert matches(words, search_words("buurt oud"))
    assert not matches(words, search_words("subsidie park"))
    assert matches(words, search_words(" ?! "))
