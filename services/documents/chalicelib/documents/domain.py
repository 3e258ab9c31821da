"""What a document is, and what may happen to it. No AWS, no Chalice.

A document goes one way: announced (somebody asked for an upload address), received (S3 holds the
file), inspected (a machine gave a verdict), then published or declined by a person; what is
published can be withdrawn.
"""

import base64
import binascii
import re
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from shared.words import fold

MIB = 1024 * 1024

LARGEST_FILE = 100 * MIB  # bytes
MULTIPART_FROM = 16 * MIB  # bytes; above this a lost connection costs too much to start over
LONGEST_MEDIA_TYPE = 100  # characters
UNKNOWN_MEDIA_TYPE = "application/octet-stream"
PART_SIZE = 8 * MIB  # bytes; S3 takes no part under 5 MiB but the last
LONGEST_TITLE = 120  # characters
LONGEST_DESCRIPTION = 2000
LONGEST_FILE_NAME = 150
LONGEST_REASON = 1000

UPLOAD_MINUTES = 5  # how long a presigned address works
DOWNLOAD_MINUTES = 5
INVITATION_LASTS = timedelta(days=180)
UNFINISHED_KEPT = timedelta(days=1)  # an upload that never arrived
UNPUBLISHED_KEPT = timedelta(days=30)  # a file that waits, or was declined

CONSENT_VERSION = "documenten-2026-11"
CONSENT_PURPOSE = "document_published"


class Category(StrEnum):
    """The five kinds of knowledge that the network exchanges."""

    IDEAS = "ideeen"
    PROJECT_PLANS = "projectplannen"
    STATUTES = "statuten"
    SUBSIDIES = "subsidies"
    IMAGES = "beeld"


class State(StrEnum):
    """Where a document is on its way to the library."""

    ANNOUNCED = "announced"
    RECEIVED = "received"
    INSPECTED = "inspected"
    PUBLISHED = "published"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What the inspection says. Only `clean` is a yes; a person decides about the rest."""

    CLEAN = "clean"
    NEEDS_PERSON = "needs_person"
    REFUSED = "refused"


class Method(StrEnum):
    """How the bytes travel to S3."""

    PUT = "put"
    MULTIPART = "multipart"
    FORM = "form"


class Scan(StrEnum):
    """What the malware scanner said about the file."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"
    NO_ANSWER = "no_answer"
    NOT_SCANNED = "not_scanned"


# Findings that say that a check could not be made, rather than what it saw.
UNCHECKED = frozenset(
    {"not_scanned", "scan_failed", "scan_unsupported", "scan_no_answer", "inspection_failed"}
)


class Kind(Struct, frozen=True):
    """A file type that the library takes."""

    name: str  # short, as a visitor knows it
    content_type: str
    suffixes: tuple[str, ...]  # the first is the one we give the file
    inline: bool = False  # images only: everything else is downloaded, never opened in place


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("PDF", "application/pdf", (".pdf",)),
        Kind("JPEG", "image/jpeg", (".jpg", ".jpeg"), inline=True),
        Kind("PNG", "image/png", (".png",), inline=True),
        Kind("WebP", "image/webp", (".webp",), inline=True),
        Kind(
            "DOCX",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            (".docx",),
        ),
        Kind(
            "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",)
        ),
        Kind(
            "PPTX",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            (".pptx",),
        ),
        Kind("ODT", "application/vnd.oasis.opendocument.text", (".odt",)),
        Kind("ODS", "application/vnd.oasis.opendocument.spreadsheet", (".ods",)),
        Kind("ODP", "application/vnd.oasis.opendocument.presentation", (".odp",)),
        Kind("TXT", "text/plain; charset=utf-8", (".txt", ".md")),
    )
}

ACCEPTED_SUFFIXES = tuple(suffix for kind in KINDS.values() for suffix in kind.suffixes)


class Wish(Struct, frozen=True, kw_only=True):
    """What a partner says about the file they want to share, as typed.

    Without JavaScript the file itself is chosen on the next page: then `file_name` is empty and
    size, type and hash are unknown.
    """

    title: str
    category: str
    description: str
    consent: bool
    file_name: str = ""
    content_type: str = ""
    size: int = 0
    sha256: str = ""

    @property
    def has_file(self) -> bool:
        """Whether the file was chosen already."""
        return bool(self.file_name or self.size or self.sha256)


class Document(Struct, frozen=True, kw_only=True):
    """Everything that is known about one document. Sizes in bytes, times in UTC.

    `declared_*` is what the sender said; `kind`, `size` and `sha256` are what the inspection found
    of the copy in the library (empty while there is none).
    """

    id: str
    member_id: str  # "" for what the operator loaded
    title: str
    category: Category
    description: str
    consent_version: str
    consent_purpose: str
    consent_at: datetime
    method: Method
    file_name: str
    declared_type: str
    declared_size: int | None = None
    declared_sha256: str | None = None
    upload_id: str | None = None
    state: State = State.ANNOUNCED
    announced_at: datetime
    received_at: datetime | None = None
    version_id: str | None = None
    inspected_at: datetime | None = None
    verdict: Verdict | None = None
    findings: tuple[str, ...] = ()
    kind: str | None = None
    size: int = 0
    sha256: str = ""
    library_version: str | None = None
    pages: int | None = None
    width: int | None = None
    height: int | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    reason: str = ""
    shared_by: str = ""
    keep_until: datetime | None = None

    @property
    def library_key(self) -> str | None:
        """Where the library keeps its copy: named by document and content, so written only once.

        Two documents with the same bytes have a copy each, so that removing one harms nobody.
        """
        return f"{self.id}/{self.sha256}" if self.sha256 else None

    @property
    def unchecked(self) -> bool:
        """Whether some check of its file could not be made."""
        return not UNCHECKED.isdisjoint(self.findings)


class Invitation(Struct, frozen=True, kw_only=True):
    """A partner's right to upload; raising `version` revokes the links mailed before."""

    id: str
    member_id: str
    version: int
    active: bool
    ends_at: datetime

    def admits(self, version: int, now: datetime) -> bool:
        """Whether a link of `version` still opens it."""
        return self.active and self.version == version and now < self.ends_at


class Partner(Struct, frozen=True, kw_only=True):
    """A member who may upload. Name and address are empty once the member has withdrawn."""

    member_id: str
    invitation_id: str
    name: str
    email: str
    language: str
    changed_at: datetime  # of the event that last told us about them
    member_version: int  # of the member that it told of


def faults(wish: Wish) -> dict[str, str]:
    """What is wrong with a wish: field name to a Dutch message id. Empty when all is well."""
    found: dict[str, str] = {}
    if not wish.title:
        found["title"] = "Geef het document een titel."
    elif len(wish.title) > LONGEST_TITLE:
        found["title"] = "Maak de titel korter: hij mag 120 tekens lang zijn."
    if wish.category not in tuple(Category):
        found["category"] = "Kies een van de soorten."
    if len(wish.description) > LONGEST_DESCRIPTION:
        found["description"] = "Maak de omschrijving korter: zij mag 2000 tekens lang zijn."
    if not wish.consent:
        found["consent"] = "We kunnen je bestand alleen delen als je dit aankruist."
    return found | (_file_faults(wish) if wish.has_file else {})


def _file_faults(wish: Wish) -> dict[str, str]:
    try:
        name = tidy_file_name(wish.file_name)
    except ValueError:
        return {"file": "Geef het bestand een gewone, kortere naam en kies het opnieuw."}
    if not has_accepted_suffix(name):
        return {"file": "Dit soort bestand nemen we niet aan. Kijk bij de uitleg welke wel."}
    if wish.size < 1:
        return {"file": "Dit bestand is leeg."}
    if wish.size > LARGEST_FILE:
        return {"file": "Dit bestand is te groot: het mag 100 MB zijn."}
    if not is_sha256(wish.sha256):
        return {"file": "Het controlegetal van dit bestand klopt niet. Kies het opnieuw."}
    return {}


class NotAllowed(Exception):
    """The document is not in a state in which this can happen."""


def may_publish(document: Document, *, seen_by_person: bool) -> None:
    """Raise NotAllowed unless an inspected document may go public.

    A clean verdict is enough; after "needs a person" the person must say that they looked. A
    refused file, and one of which the inspection failed, can't be published at all.
    """
    if document.state is not State.INSPECTED or not document.library_key:
        raise NotAllowed
    needs_person = document.verdict is Verdict.NEEDS_PERSON
    if document.verdict is Verdict.CLEAN or (needs_person and seen_by_person):
        return
    raise NotAllowed


def may_decline(state: State) -> None:
    """Raise NotAllowed unless it waits for a person's decision."""
    if state is not State.INSPECTED:
        raise NotAllowed


def may_withdraw(state: State) -> None:
    """Raise NotAllowed unless it stands in the library."""
    if state is not State.PUBLISHED:
        raise NotAllowed


def method_for(size: int) -> Method:
    """One PUT, or parts that can be sent again one by one."""
    return Method.MULTIPART if size > MULTIPART_FROM else Method.PUT


def part_count(size: int) -> int:
    """How many parts a file of `size` bytes takes."""
    return -(-size // PART_SIZE)


def part_length(size: int, number: int) -> int:
    """The bytes in part `number` (counted from 1)."""
    return min(PART_SIZE, size - (number - 1) * PART_SIZE)


_SHA256_HEX = re.compile(r"[0-9a-f]{64}")


def is_sha256(text: str) -> bool:
    """Whether `text` is a SHA-256 in lower-case hexadecimals."""
    return bool(_SHA256_HEX.fullmatch(text))


def as_base64(sha256_hex: str) -> str:
    """The same hash in the notation of S3's checksum headers."""
    return base64.b64encode(binascii.unhexlify(sha256_hex)).decode()


def tidy_media_type(said: str) -> str:
    """What the sender says that a file is, where that can stand in a header (RFC 9110 8.3.1).

    Only S3 repeats it: the inspection finds out what the file really is.
    """
    named = re.fullmatch(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(;[ -~]*)?", said, re.ASCII)
    return said if named and len(said) <= LONGEST_MEDIA_TYPE else UNKNOWN_MEDIA_TYPE


def tidy_file_name(name: str) -> str:
    """A file name that can be shown and downloaded: no folders, no control or direction marks.

    Raises ValueError when nothing usable is left or the name is too long. Characters that turn the
    reading direction hide what a file is (`jpg.exe`), so the whole class Cf goes.
    """
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(
        c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C"
    )
    tidy = re.sub(r'[<>:"|?*\s]+', " ", kept).strip(" .")
    if not tidy or len(tidy) > LONGEST_FILE_NAME:
        raise ValueError("file name")
    return tidy


def download_name(title: str, kind: Kind) -> str:
    """The name that a visitor's file gets: the title, with the suffix of the real type."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or "document"
    return stem + kind.suffixes[0]


def has_accepted_suffix(name: str) -> bool:
    """Whether the name ends like a file we take. Only a hint: the content decides later."""
    return name.lower().endswith(ACCEPTED_SUFFIXES)


def quarantine_key(document_id: str) -> str:
    """Where an upload lands: chosen by us, so that nobody can name another's file."""
    return f"uploads/{document_id}"


def document_of(key: str) -> str | None:
    """The document that a quarantine key belongs to, or None for a key that we never gave out."""
    found = re.fullmatch(r"uploads/([0-9A-Za-z-]{10,40})", key)
    return found.group(1) if found else None


def search_words(text: str) -> frozenset[str]:
    """The words of `text`, folded."""
    return frozenset(re.findall(r"[a-z0-9]+", fold(text)))


def matches(words: frozenset[str], wanted: frozenset[str]) -> bool:
    """Whether each wanted word begins some word of the document."""
    return all(any(word.startswith(want) for word in words) for want in wanted)
