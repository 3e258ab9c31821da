"""Pages, fragments and mail texts from Jinja2 templates, escaped, in Dutch or English.

The Dutch text is the message id; `locale/en` holds the English catalogue of each package.
"""

import gettext
import importlib.util
import json
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    ModuleLoader,
    StrictUndefined,
    select_autoescape,
)

from shared import auth, dates
from shared.network import network
from shared.request import Request

_SHARED = Path(__file__).parent
_MANIFEST = _SHARED / "static_manifest.json"
COMPILED = "compiled_templates"
"""Where packaging puts a service's templates as Python modules (infra/packaging/templates.py)."""


def render(request: Request, template: str, **context: Any) -> str:
    """A whole page for this request, in its language."""
    language = request.language
    return (
        _environment(request.service, language)
        .get_template(template)
        .render(
            network=network(),
            path=request.path,
            organiser=request.organiser,
            csrf_token=auth.csrf_token(who) if (who := request.session or request.member) else "",
            flash=request.flash,
            other_language_url=request.url(lang="en" if language == "nl" else ""),
            **context,
        )
    )


def render_plain(service: str, template: str, language: str, **context: Any) -> str:
    """A fragment or a mail text: the same templates and globals, but no request."""
    found = _environment(service, language).get_template(template)
    return found.render(network=network(), **context)


def say(request: Request, text: str) -> str:
    """The message id `text` in the request's language."""
    return translate(request.service, request.language, text)


def translate(service: str, language: str, text: str) -> str:
    """The message id `text` in `language`."""
    return _translations(service, language).gettext(text)


def link(path: str, language: str, **query: str) -> str:
    """`path` with its query, staying in `language`."""
    if language == "en":
        query["lang"] = "en"
    mark = "&" if "?" in path else "?"
    return f"{path}{mark}{urlencode(query)}" if query else path


def asset(name: str) -> str:
    """The address of a static file; packaging gives each its content hash."""
    return "/static/" + _manifest().get(name, name)


@cache
def _manifest() -> dict[str, str]:
    return json.loads(_MANIFEST.read_text()) if _MANIFEST.exists() else {}


def make_environment(
    service: str, language: str, loader: BaseLoader, translations: gettext.NullTranslations
) -> Environment:
    """What reads and renders a service's templates in one language; packaging compiles with it."""
    environment = Environment(
        loader=loader,
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    extended: Any = environment
    extended.install_gettext_translations(translations, newstyle=True)
    environment.globals.update(
        language=language, asset=asset, link=partial(_link, language), service=service
    )
    for name, show in _FILTERS.items():
        environment.filters[name] = partial(_dated, show, language)
    return environment


def _loader(service: str) -> BaseLoader:
    compiled = _folder(service) / COMPILED
    if compiled.exists():
        return ModuleLoader(compiled)
    folders = [_folder(service) / "templates", _SHARED / "templates"]
    return ChoiceLoader([FileSystemLoader(folder) for folder in folders])


@cache
def _environment(service: str, language: str) -> Environment:
    return make_environment(service, language, _loader(service), _translations(service, language))


_FILTERS: dict[str, Callable[[Any, str], str]] = {
    "date": dates.long_date,
    "time": dates.clock_time,
    "datetime": dates.date_and_time,
}


def _dated(show: Callable[[Any, str], str], language: str, moment: Any) -> str:
    return show(moment, language)


def _link(language: str, path: str, **query: str) -> str:
    return link(path, language, **query)


@cache
def _translations(service: str, language: str) -> gettext.NullTranslations:
    found = _catalogue(_folder(service), language)
    found.add_fallback(_catalogue(_SHARED, language))
    return found


def _catalogue(package: Path, language: str) -> gettext.NullTranslations:
    return gettext.translation("messages", package / "locale", [language], fallback=True)


@cache
def _folder(service: str) -> Path:
    spec = importlib.util.find_spec(f"chalicelib.{service}")
    locations = spec.submodule_search_locations if spec else None
    return Path(next(iter(locations))) if locations else _SHARED
