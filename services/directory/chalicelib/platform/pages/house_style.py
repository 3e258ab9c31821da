"""The network's colours, as a style sheet over shared/static/plekken.css."""

from chalicelib.platform.domain import colours
from chalicelib.platform.domain.settings_form import judge_colours
from chalicelib.platform.pages.routing import router
from shared.errors import NotFound
from shared.http import PUBLIC, Answer, Request, Text

# What it says follows from its address; only a release of ours can change that.
A_DAY = "public, max-age=86400"


@router.page("/huisstijl.css", access=PUBLIC)
def house_style(request: Request) -> Answer:
    """The custom properties that other colours mean. Whoever asks, only readable ones."""
    main, accent = (_colour(request.query.get(name, "")) for name in ("main", "accent"))
    if not main and not accent:
        raise NotFound
    if judge_colours(main, accent):
        raise NotFound
    return Text(_style_sheet(main, accent), "text/css", cache=A_DAY)


def _colour(text: str) -> str:
    if text and not colours.is_colour(f"#{text}"):
        raise NotFound
    return f"#{text}" if text else ""


def _style_sheet(main: str, accent: str) -> str:
    shades = colours.shades(main, accent)
    light, dark, rules = [f"--sun:{shades.accent}"], [], ""
    if accent:
        rules = (
            f".sun.button:hover{{background:{shades.accent_hover};"
            f"border-color:{shades.accent_hover}}}\n"
        )
    if main:
        light += [f"--{name}:{shades.main}" for name in ("brand", "deep", "link", "act")]
        light += [f"--act-hover:{shades.main_hover}", f"--on-act:{colours.WHITE}"]
        dark += [f"--{name}:{shades.dark}" for name in ("link", "act")]
        dark += [f"--act-hover:{shades.dark_hover}", f"--on-act:{shades.on_dark}"]
    return (
        f":root{{{';'.join(light)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{';'.join(dark)}}}}}\n{rules}"
    )
