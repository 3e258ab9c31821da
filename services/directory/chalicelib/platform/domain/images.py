"""What kind of image some bytes are, and how large, read from the header alone.

Nothing is decoded: a logo is shown by browsers as it is, and a header that lies costs them no more
than any other image would.
"""

import struct

from msgspec import Struct

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
# A frame header carries the size; the other marks of that range are tables (ITU T.81, table B.1).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_MARK = 0xFF
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # marks without a segment
_PNG_HEADER = 26
_WEBP_HEADER = 30
_JPEG_FRAME = 9
_LEAST_FRAME = 8
_LEAST_SEGMENT = 2  # its own length
_VP8_START = b"\x9d\x01\x2a"
_VP8L_START = 0x2F


class Image(Struct, frozen=True):
    """An image's type and its size in pixels."""

    suffix: str
    content_type: str
    width: int
    height: int


def read_header(data: bytes) -> Image | None:
    """What the header says, or None for anything but a PNG, JPEG or WebP with a size."""
    if data.startswith(_PNG):
        found = _png(data)
    elif data.startswith(_JPEG):
        found = _jpeg(data)
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        found = _webp(data)
    else:
        found = None
    return found if found and found.width > 0 and found.height > 0 else None


def _png(data: bytes) -> Image | None:
    if len(data) < _PNG_HEADER or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", data[16:24])
    return Image("png", "image/png", width, height)


def _jpeg(data: bytes) -> Image | None:
    place = 2
    while place + 4 <= len(data) and data[place] == _MARK:
        mark = data[place + 1]
        if mark == _MARK:  # fill
            place += 1
            continue
        if mark in _ALONE:
            place += 2
            continue
        (length,) = struct.unpack(">H", data[place + 2 : place + 4])
        if mark in _FRAMES:
            if length < _LEAST_FRAME or place + _JPEG_FRAME > len(data):
                return None
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return Image("jpg", "image/jpeg", width, height)
        if length < _LEAST_SEGMENT:
            return None
        place += 2 + length
    return None


def _webp(data: bytes) -> Image | None:
    if len(data) < _WEBP_HEADER:
        return None
    size = _WEBP_SIZES.get(data[12:16])
    found = size(data) if size else None
    return Image("webp", "image/webp", *found) if found else None


def _lossy(data: bytes) -> tuple[int, int] | None:
    if data[23:26] != _VP8_START:
        return None
    width, height = struct.unpack("<HH", data[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _lossless(data: bytes) -> tuple[int, int] | None:
    if data[20] != _VP8L_START:
        return None
    (bits,) = struct.unpack("<I", data[21:25])
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _extended(data: bytes) -> tuple[int, int] | None:
    width, height = (int.from_bytes(data[start : start + 3], "little") for start in (24, 27))
    return width + 1, height + 1


_WEBP_SIZES = {b"VP8 ": _lossy, b"VP8L": _lossless, b"VP8X": _extended}
