"""What an inspection can find, and its report."""

from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from chalicelib.documents.domain import Verdict


class Finding(StrEnum):
    """Something an inspection saw. The code is stored; people read a sentence (`texts.py`)."""

    # The file is refused.
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    SIZE_DIFFERS = "size_differs"
    HASH_DIFFERS = "hash_differs"
    TYPE_NOT_ALLOWED = "type_not_allowed"
    BROKEN = "broken"
    TWO_TYPES = "two_types"
    TOO_MANY_PIXELS = "too_many_pixels"
    ARCHIVE_TOO_LARGE = "archive_too_large"
    ARCHIVE_UNSAFE = "archive_unsafe"
    INFECTED = "infected"

    # A person has to look.
    NOT_SCANNED = "not_scanned"
    SCAN_FAILED = "scan_failed"
    SCAN_UNSUPPORTED = "scan_unsupported"
    SCAN_NO_ANSWER = "scan_no_answer"
    OTHER_TYPE = "other_type"
    ACTIVE_CONTENT = "active_content"
    FILES_INSIDE = "files_inside"
    ENCRYPTED = "encrypted"
    MACROS = "macros"
    OUTSIDE_CONTENT = "outside_content"
    MOVING_IMAGE = "moving_image"
    TOO_COMPLEX = "too_complex"
    INSPECTION_FAILED = "inspection_failed"


class Refusal(Exception):
    """The file can't go into the library, whoever looks at it."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.value)


class Contents(Struct, frozen=True):
    """What was found inside a file. `copy` is a safer copy of it, where we make one."""

    kind: str
    findings: tuple[Finding, ...] = ()
    copy: Path | None = None
    pages: int | None = None
    width: int | None = None
    height: int | None = None


class Report(Struct, frozen=True):
    """The outcome of one inspection.

    `keep` is the file for the library (a re-encoded copy for images), None when there is none;
    `size` in bytes and `sha256` in hexadecimals are those of `keep`.
    """

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    kind: str | None = None
    keep: Path | None = None
    size: int = 0
    sha256: str = ""
    pages: int | None = None
    width: int | None = None
    height: int | None = None
