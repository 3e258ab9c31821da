"""Office files are zip archives: which kind, and is unpacking them safe?"""

import re
import zipfile
from pathlib import Path

from chalicelib.documents.domain import MIB
from chalicelib.documents.inspection.report import Finding, Refusal

MOST_ENTRIES = 2000
MOST_UNPACKED = 250 * MIB  # bytes, all entries together
HIGHEST_RATIO = 200  # unpacked / packed; office XML compresses to about 1:20
RATIO_FROM = 5 * MIB  # bytes unpacked; small entries may well be very repetitive

_OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": "ODT",
    b"application/vnd.oasis.opendocument.spreadsheet": "ODS",
    b"application/vnd.oasis.opendocument.presentation": "ODP",
}
_MICROSOFT = (("word/", "DOCX"), ("xl/", "XLSX"), ("ppt/", "PPTX"))
_OUTSIDE = re.compile(rb'(attachedTemplate|oleObject|/frame)"[^>]*TargetMode="External"')


def office_kind(path: Path) -> str:
    """DOCX, ODT and so on. Raises Refusal for any other archive, and for an unsafe one."""
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_unsafe(archive, path)
            return _kind(archive)
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError):
        raise Refusal(Finding.BROKEN) from None


def _refuse_unsafe(archive: zipfile.ZipFile, path: Path) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise Refusal(Finding.ARCHIVE_TOO_LARGE)
    for entry in entries:
        if _ratio(entry) > HIGHEST_RATIO and entry.file_size > RATIO_FROM:
            raise Refusal(Finding.ARCHIVE_TOO_LARGE)
        if _leaves_its_folder(entry.filename):
            raise Refusal(Finding.ARCHIVE_UNSAFE)
    # Bytes in front of or behind the archive are a second file in the same clothes.
    if (entries and min(entry.header_offset for entry in entries) != 0) or archive.comment:
        raise Refusal(Finding.TWO_TYPES)
    if len({entry.filename for entry in entries}) != len(entries):
        raise Refusal(Finding.ARCHIVE_UNSAFE)
    if not _ends_with_directory(path):
        raise Refusal(Finding.TWO_TYPES)


def _ratio(entry: zipfile.ZipInfo) -> float:
    return entry.file_size / max(1, entry.compress_size)


def _leaves_its_folder(name: str) -> bool:
    return name.startswith(("/", "\\")) or ":" in name or ".." in re.split(r"[/\\]", name)


def _ends_with_directory(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-22, 2)
        return file.read(4) == b"PK\x05\x06"


def _kind(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    if "mimetype" in names:
        kind = _OPEN_DOCUMENT.get(_read(archive, "mimetype")[:100].strip())
        if kind and "content.xml" in names:
            return kind
    if "[Content_Types].xml" in names:
        for folder, kind in _MICROSOFT:
            if any(name.startswith(folder) for name in names):
                return kind
    raise Refusal(Finding.TYPE_NOT_ALLOWED)


def look_inside(path: Path) -> tuple[Finding, ...]:
    """What a person should know about an office file. Reads every entry. Raises Refusal."""
    found: set[Finding] = set()
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                found |= _look_at(archive, entry)
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError):
        raise Refusal(Finding.BROKEN) from None
    return tuple(sorted(found))


def _look_at(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> set[Finding]:
    if entry.flag_bits & 0x1:
        return {Finding.ENCRYPTED}
    data = _read(archive, entry.filename)
    found: set[Finding] = set()
    name = entry.filename.lower()
    if _is_macro(name, data):
        found.add(Finding.MACROS)
    if "/embeddings/" in name or name.startswith("object ") or "/activex/" in name:
        found.add(Finding.FILES_INSIDE)
    if name.endswith(".rels") and _OUTSIDE.search(data):
        found.add(Finding.OUTSIDE_CONTENT)
    if name == "meta-inf/manifest.xml" and b"encryption-data" in data:
        found.add(Finding.ENCRYPTED)
    return found


def _is_macro(name: str, data: bytes) -> bool:
    if name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/")):
        return True
    return name == "[content_types].xml" and b"macroEnabled" in data


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    # zipfile stops at the declared size and checks the CRC, so a lying header can't unpack more.
    with archive.open(name) as file:
        return file.read(MOST_UNPACKED)
