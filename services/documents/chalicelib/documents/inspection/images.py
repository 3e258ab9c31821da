"""Photos: bounded before they are unpacked, and written anew without what the camera added."""

import warnings
from pathlib import Path

from msgspec import Struct
from PIL import Image, ImageOps

from chalicelib.documents.inspection.report import Finding, Refusal

MOST_PIXELS = 50_000_000
LONGEST_SIDE = 16_000  # pixels
QUALITY = 90

_FORMATS = {"JPEG": "JPEG", "PNG": "PNG", "WebP": "WEBP"}
_MODES = {"JPEG": ("RGB", "L"), "PNG": ("RGB", "RGBA", "L", "LA"), "WebP": ("RGB", "RGBA")}


class Photo(Struct, frozen=True):
    """A re-encoded image: sizes in pixels, as it is shown."""

    path: Path
    width: int
    height: int
    moves: bool


def re_encode(path: Path, kind: str) -> Photo:
    """Write a copy of the pixels and their colour space alone: no EXIF, no place, no tail.

    Raises Refusal for an image that is broken or would unpack to too many pixels.
    """
    target = path.with_name(path.name + ".clean")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=[_FORMATS[kind]]) as image:
                return _re_encode(image, target, kind)
    except Refusal:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refusal(Finding.TOO_MANY_PIXELS) from None
    except (OSError, SyntaxError, ValueError, EOFError, TypeError, IndexError, KeyError):
        raise Refusal(Finding.BROKEN) from None  # what Pillow raises on hostile bytes


def _re_encode(image: Image.Image, target: Path, kind: str) -> Photo:
    if image.width * image.height > MOST_PIXELS or max(image.size) > LONGEST_SIDE:
        raise Refusal(Finding.TOO_MANY_PIXELS)
    moves = bool(getattr(image, "is_animated", False))
    profile = image.info.get("icc_profile")
    image.load()
    upright = ImageOps.exif_transpose(image)
    if upright.mode not in _MODES[kind]:
        upright = upright.convert("RGBA" if _has_alpha(upright) and kind != "JPEG" else "RGB")
        profile = None
    bare = Image.frombytes(upright.mode, upright.size, upright.tobytes())
    bare.save(target, format=_FORMATS[kind], quality=QUALITY, icc_profile=profile, exif=b"")
    return Photo(target, bare.width, bare.height, moves)


def _has_alpha(image: Image.Image) -> bool:
    return "A" in image.mode or "transparency" in image.info
