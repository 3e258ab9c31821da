"""One inspection, from bytes to verdict."""

import hashlib
from pathlib import Path

from msgspec import Struct

from chalicelib.documents.domain import KINDS, LARGEST_FILE, Scan, Verdict
from chalicelib.documents.inspection import archives, images, pdf
from chalicelib.documents.inspection.kinds import real_kind
from chalicelib.documents.inspection.report import Contents, Finding, Refusal, Report

_SCAN_FINDINGS = {
    Scan.NOT_SCANNED: Finding.NOT_SCANNED,
    Scan.FAILED: Finding.SCAN_FAILED,
    Scan.UNSUPPORTED: Finding.SCAN_UNSUPPORTED,
    Scan.NO_ANSWER: Finding.SCAN_NO_ANSWER,
}


class Upload(Struct, frozen=True):
    """What the sender declared; a form without JavaScript declares nothing ("" and None)."""

    file_name: str
    size: int | None
    sha256: str | None


def inspect_file(path: Path, upload: Upload, scan: Scan) -> Report:
    """The verdict on the file at `path`, and the copy to keep (beside it, for images)."""
    try:
        _refuse_what_differs(path, upload)
        _refuse_infected(scan)
        contents = _look_inside(path, real_kind(path))
    except Refusal as refusal:
        return Report(Verdict.REFUSED, (refusal.finding,))
    findings = list(contents.findings)
    if scan in _SCAN_FINDINGS:
        findings.append(_SCAN_FINDINGS[scan])
    if not _fits(upload.file_name, contents.kind):
        findings.append(Finding.OTHER_TYPE)
    keep = contents.copy or path
    return Report(
        verdict=Verdict.NEEDS_PERSON if findings else Verdict.CLEAN,
        findings=tuple(findings),
        kind=contents.kind,
        keep=keep,
        size=keep.stat().st_size,
        sha256=sha256_of(keep),
        pages=contents.pages,
        width=contents.width,
        height=contents.height,
    )


def _fits(file_name: str, kind: str) -> bool:
    return not file_name or file_name.lower().endswith(KINDS[kind].suffixes)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimals."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_what_differs(path: Path, upload: Upload) -> None:
    size = path.stat().st_size
    if size == 0:
        raise Refusal(Finding.EMPTY)
    if size > LARGEST_FILE:
        raise Refusal(Finding.TOO_LARGE)
    if upload.size is not None and size != upload.size:
        raise Refusal(Finding.SIZE_DIFFERS)
    if upload.sha256 is not None and sha256_of(path) != upload.sha256:
        raise Refusal(Finding.HASH_DIFFERS)


def _refuse_infected(scan: Scan) -> None:
    if scan is Scan.INFECTED:
        raise Refusal(Finding.INFECTED)


def _look_inside(path: Path, kind: str) -> Contents:
    if kind == "PDF":
        pages = pdf.look_inside(path)
        return Contents(kind, pages.findings, pages=pages.count)
    if kind in ("JPEG", "PNG", "WebP"):
        photo = images.re_encode(path, kind)
        findings = (Finding.MOVING_IMAGE,) if photo.moves else ()
        return Contents(kind, findings, photo.path, width=photo.width, height=photo.height)
    if kind == "TXT":
        return Contents(kind)
    return Contents(kind, archives.look_inside(path))
