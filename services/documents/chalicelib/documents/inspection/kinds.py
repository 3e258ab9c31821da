"""The real type of a file, by its content. The name and the declared type prove nothing."""

import re
import zipfile
from pathlib import Path

from chalicelib.documents.domain import MIB
from chalicelib.documents.inspection.archives import office_kind
from chalicelib.documents.inspection.report import Finding, Refusal

LONGEST_TEXT = 2 * MIB  # bytes; more is not something that people read

_LOOKS_LIKE_CODE = re.compile(
    r"\s*(#!|<\?|<!doctype|<(html|head|body|script|svg|iframe|math|object|xml)\b)", re.IGNORECASE
)
_HTML_ANYWHERE = re.compile(r"<(script|iframe|svg|object|embed)\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def real_kind(path: Path) -> str:
    """The name of the file's kind in `domain.KINDS`. Raises Refusal when it is none of them."""
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith(b"PK\x03\x04"):
        return office_kind(path)
    # A second reader would find an archive at the end of what a first reader calls a PDF or photo.
    if zipfile.is_zipfile(path):
        raise Refusal(Finding.TWO_TYPES)
    return _by_first_bytes(head) or _text_kind(path)


def _by_first_bytes(head: bytes) -> str | None:
    if head.startswith(b"%PDF-"):
        return "PDF"
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    return None


def _text_kind(path: Path) -> str:
    if path.stat().st_size > LONGEST_TEXT:
        raise Refusal(Finding.TYPE_NOT_ALLOWED)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal(Finding.TYPE_NOT_ALLOWED) from None
    if _CONTROL.search(text) or _LOOKS_LIKE_CODE.match(text) or _HTML_ANYWHERE.search(text):
        raise Refusal(Finding.TYPE_NOT_ALLOWED)
    return "TXT"
