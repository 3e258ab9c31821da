"""What a document is, and what may happen to it. Standard library only.

A document goes one way: announced (somebody asked for an upload address), received (S3 holds the
file), inspected (a machine gave a verdict), then published or declined by a person.
"""

import base64
import binascii
import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

MIB = 1024 * 1024

LARGEST_FILE = 100 * MIB  # bytes
MULTIPART_FROM = 16 * MIB  # bytes; above this a lost connection costs too much to start over
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


@dataclass(frozen=True)
class Kind:
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


class NotAllowed(Exception):
    """The document is not in a state in which this can happen."""


def may_publish(
    state: State, verdict: Verdict | None, *, has_copy: bool, seen_by_person: bool
) -> None:
    """Raise NotAllowed unless an inspected document may go public.

    A clean verdict is enough; after "needs a person" the person must say that they looked. A refused
    file and one that never reached the library (the inspection failed) can't be published at all.
    """
    if state is not State.INSPECTED or not has_copy:
        raise NotAllowed
    if verdict is Verdict.CLEAN or (verdict is Verdict.NEEDS_PERSON and seen_by_person):
        return
    raise NotAllowed


def may_decline(state: State) -> None:
    """Raise NotAllowed unless a person may decline it, or take it off the site again."""
    if state not in (State.INSPECTED, State.PUBLISHED):
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


def library_key(sha256_hex: str) -> str:
    """Where the library keeps these bytes: named after their content, so written once."""
    return f"sha256/{sha256_hex[:2]}/{sha256_hex}"


def quarantine_key(document_id: str) -> str:
    """Where an upload lands: chosen by us, so that nobody can name another's file."""
    return f"uploads/{document_id}"


def document_of(key: str) -> str | None:
    """The document that a quarantine key belongs to, or None for a key that we never gave out."""
    found = re.fullmatch(r"uploads/([0-9A-Za-z-]{10,40})", key)
    return found.group(1) if found else None


def fold(text: str) -> str:
    """Lower case without accents, for comparing words."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


def search_words(text: str) -> frozenset[str]:
    """The words of `text`, folded."""
    return frozenset(re.findall(r"[a-z0-9]+", fold(text)))


def matches(words: frozenset[str], wanted: frozenset[str]) -> bool:
    """Whether each wanted word begins some word of the document."""
    return all(any(word.startswith(want) for word in words) for want in wanted)
