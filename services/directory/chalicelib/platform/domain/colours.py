"""The network's colours: whether texts on them can be read (WCAG 2.2, 1.4.3), and their shades."""

import re

from msgspec import Struct

LEAST_CONTRAST = 4.5
"""For text of ordinary size."""

# From shared/static/plekken.css: what text in our colours stands on, and what stands on them.
WHITE = "#ffffff"
INK = "#1b2b29"
LIGHT_PAGE = "#f1ecdf"  # --wash, the darkest ground of the light scheme
DARK_PAGE = "#1e302c"  # --wash of the dark scheme, its lightest ground
MAIN = "#0b4a3e"
ACCENT = "#f4bf3d"

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_STEPS = 200  # of mixing with black or white; finer than an eye can see
_HOVER = 0.3
_DARKEST_CURVED = 0.04045  # sRGB is linear below

Rgb = tuple[int, int, int]


class Unreadable(Struct, frozen=True):
    """Text that can't be read: how much contrast it has, and the nearest shade with enough."""

    contrast: float
    instead: str


class Shades(Struct, frozen=True):
    """The colours as the style sheet needs them, for the light and for the dark scheme."""

    main: str
    main_hover: str
    accent: str
    accent_hover: str
    dark: str  # the main colour, light enough for a dark page
    dark_hover: str
    on_dark: str  # text on `dark`


def is_colour(text: str) -> bool:
    """Whether it is `#rrggbb` in small letters."""
    return _COLOUR.fullmatch(text) is not None


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def judge_main(main: str) -> Unreadable | None:
    """What is wrong with a main colour: white texts stand on it, and links in it on the page."""
    return _judge(main, (WHITE, LIGHT_PAGE), towards="#000000")


def judge_accent(accent: str, main: str) -> Unreadable | None:
    """What is wrong with an accent: dark texts stand on it, and it stands on the main colour."""
    return _judge(accent, (INK, main or MAIN), towards=WHITE)


def shades(main: str, accent: str) -> Shades:
    """Every shade that follows from the two colours; "" is the standard one."""
    main = main or MAIN
    accent = accent or _nearest(ACCENT, (INK, main), towards=WHITE)
    dark = _nearest(main, (DARK_PAGE,), towards=WHITE)
    return Shades(
        main=main,
        main_hover=_mix(main, "#000000", _HOVER),
        accent=accent,
        accent_hover=_mix(accent, WHITE, _HOVER),
        dark=dark,
        dark_hover=_mix(dark, WHITE, _HOVER),
        on_dark=_nearest(main, (dark,), towards="#000000"),
    )


def _judge(colour: str, grounds: tuple[str, ...], towards: str) -> Unreadable | None:
    least = min(contrast(colour, ground) for ground in grounds)
    if least >= LEAST_CONTRAST:
        return None
    return Unreadable(least, _nearest(colour, grounds, towards))


def _nearest(colour: str, grounds: tuple[str, ...], towards: str) -> str:
    """The first shade on the way to black or white that every ground contrasts with enough."""
    mixed = (_mix(colour, towards, step / _STEPS) for step in range(_STEPS + 1))
    enough = (
        one for one in mixed if all(contrast(one, ground) >= LEAST_CONTRAST for ground in grounds)
    )
    return next(enough, towards)


def _mix(colour: str, other: str, part: float) -> str:
    pairs = zip(_rgb(colour), _rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(value / 255) for value in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= _DARKEST_CURVED else float(((value + 0.055) / 1.055) ** 2.4)


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return red, green, blue
