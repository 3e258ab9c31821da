"""Templates as Python modules, so that no function carries or runs Jinja2's compiler."""

import shutil
from gettext import NullTranslations
from pathlib import Path

from jinja2 import ChoiceLoader, FileSystemLoader

from shared import pages


def compile_templates(package: Path, shared: Path) -> None:
    """Replace the templates of a service's staged package, and those of `shared`, by modules.

    They stand together in the package. Words are looked up when a page is rendered, so one
    compilation serves every language. Raises jinja2.TemplateSyntaxError.
    """
    folders = [package / "templates", shared / "templates"]
    loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
    environment = pages.make_environment(package.name, "nl", loader, NullTranslations())
    environment.compile_templates(
        package / pages.COMPILED, zip=None, ignore_errors=False, extensions=["html", "txt"]
    )
    for folder in folders:
        shutil.rmtree(folder)
