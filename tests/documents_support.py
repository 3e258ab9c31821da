"""Files to inspect, honest and hostile, made on the spot."""

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence

from PIL import Image

EICAR = r"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

_CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
)


def pdf(
    objects: Mapping[int, bytes] | None = None, *, catalog: bytes = b"", pages: int = 1
) -> bytes:
    """A small PDF; `objects` adds numbered objects (from 100), `catalog` adds catalog entries."""
    kids = b" ".join(b"%d 0 R" % (10 + n) for n in range(pages))
    numbered = {
        1: b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        2: b"<< /Type /Pages /Kids [ " + kids + b" ] /Count %d >>" % pages,
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        4: _stream(b"BT /F1 24 Tf 72 720 Td (Plekken) Tj ET"),
    }
    for number in range(pages):
        numbered[10 + number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>"
        )
    return _assembled({**numbered, **(objects or {})})


def _stream(data: bytes) -> bytes:
    packed = zlib.compress(data)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)


def _assembled(objects: Mapping[int, bytes]) -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for number in sorted(objects):
        offsets[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, objects[number]))
    start = out.tell()
    out.write(b"xref\n0 1\n0000000000 65535 f \n")
    for number in sorted(objects):
        out.write(b"%d 1\n%010d 00000 n \n" % (number, offsets[number]))
    size = max(objects) + 1
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start))
    return out.getvalue()


def photo(
    kind: str = "JPEG", size: tuple[int, int] = (64, 48), *, with_place: bool = False
) -> bytes:
    """A photo; `with_place` puts GPS coordinates and a camera name in its EXIF."""
    image = Image.new("RGB", size, (13, 91, 76))
    image.putpixel((0, 0), (244, 191, 61))
    exif = Image.Exif()
    if with_place:
        exif[0x010F] = "Canarische Camera"
        exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 5.0, 27.0), 3: "E", 4: (5.0, 7.0, 17.0)})
    out = io.BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()


def pixel_flood() -> bytes:
    """A PNG of a few hundred bytes that says it is 60,000 by 60,000 pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    header = (60_000).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


def archive(entries: Sequence[tuple[str, bytes]], *, comment: bytes = b"") -> bytes:
    """A zip with these entries, in this order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in entries:
            packed.writestr(name, data)
        packed.comment = comment
    return out.getvalue()


def docx(*extra: tuple[str, bytes], types: str = _CONTENT_TYPES) -> bytes:
    """A Word file as far as anybody looks."""
    return archive(
        [
            ("[Content_Types].xml", types.encode()),
            ("_rels/.rels", b"<Relationships/>"),
            ("word/document.xml", b"<w:document>Plekken</w:document>"),
            *extra,
        ]
    )


def odt(*extra: tuple[str, bytes]) -> bytes:
    """An OpenDocument text."""
    return archive(
        [
            ("mimetype", b"application/vnd.oasis.opendocument.text"),
            ("content.xml", b"<office:document-content/>"),
            ("META-INF/manifest.xml", b"<manifest:manifest/>"),
            *extra,
        ]
    )


def zip_bomb() -> bytes:
    """A Word file of about 60 kB that unpacks to 60 MB of nothing."""
    return docx(("word/media/image1.bmp", b"\0" * 60_000_000))
