"""What an upload is, read from its first bytes; whatever they are, nothing breaks."""

import io
import struct
from random import Random

import pytest
from PIL import Image as Picture

from chalicelib.platform.domain.images import read_header


def made(kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    Picture.new("RGB", (321, 123), "#0b4a3e").save(file, kind, **options)
    return file.getvalue()


IMAGES = {
    "png": made("PNG"),
    "jpg": made("JPEG"),
    "jpg progressive": made("JPEG", progressive=True, comment=b"x" * 3000),
    "webp": made("WEBP"),
    "webp lossless": made("WEBP", lossless=True),
    "webp extended": made("WEBP", exif=b"Exif\0\0" + b"x" * 20),
}


@pytest.mark.parametrize("name", IMAGES)
def test_type_and_size(name: str) -> None:
    found = read_header(IMAGES[name])
    assert found is not None
    assert (found.width, found.height) == (321, 123)
    assert found.suffix == name.split(maxsplit=1)[0]
    assert found.content_type == f"image/{found.suffix.replace('jpg', 'jpeg')}"


@pytest.mark.parametrize("name", IMAGES)
def test_a_truncated_file_is_no_image_or_the_same_one(name: str) -> None:
    whole = read_header(IMAGES[name])
    for length in range(min(len(IMAGES[name]), 4000)):
        assert read_header(IMAGES[name][:length]) in (None, whole)
    assert read_header(IMAGES[name][:12]) is None


@pytest.mark.parametrize("name", IMAGES)
def test_a_damaged_header_never_breaks_us(name: str) -> None:
    random = Random(name)
    for _ in range(2000):
        damaged = bytearray(IMAGES[name][:700])
        for _ in range(random.randrange(1, 6)):
            damaged[random.randrange(len(damaged))] = random.randrange(256)
        found = read_header(bytes(damaged))
        assert found is None or (found.width > 0 and found.height > 0)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a" + bytes(40),
        b"%PDF-1.7" + bytes(40),
        b"\x89PNG\r\n\x1a\n" + bytes(40),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 0, 10) + bytes(5),
        b"\xff\xd8\xff\xe0" + b"\0\0" * 40,
        b"\xff\xd8" + b"\xff" * 5000,
        b"\xff\xd8\xff\xc0\0\x02" + bytes(20),
        b"RIFF\0\0\0\0WEBPVP8X" + bytes(3),
        b"RIFF\0\0\0\0WEBPABCD" + bytes(40),
    ],
)
def test_what_is_no_image(data: bytes) -> None:
    assert read_header(data) is None
