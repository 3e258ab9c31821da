"""Templates as Python modules, so that no function carries or runs Jinja2's compiler.

Compiled in a process of its own: our pages know their tables from the environment when they are
imported, and the operator's commands put that in place only after packaging.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from gettext import NullTranslations
from pathlib import Path

from infra.paths import ROOT
from infra.problems import Problem


def compile_templates(packages: Sequence[Path], shared: Path) -> None:
    """Replace the templates of a service's staged packages, and those of `shared`, by modules.

    Each package gets its own and the shared ones. Words are looked up when a page is rendered, so
    one compilation serves every language. Raises Problem.
    """
    command = [sys.executable, "-m", "infra.packaging.templates", str(shared), *map(str, packages)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        last_line = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Problem(f"The templates of {packages[0].name} could not be compiled: {last_line}")


def _compile(shared: Path, packages: Sequence[Path]) -> None:
    from jinja2 import ChoiceLoader, FileSystemLoader  # noqa: PLC0415

    from shared import pages  # noqa: PLC0415 - see above

    for package in packages:
        folders = [package / "templates", shared / "templates"]
        loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
        environment = pages.make_environment(package.name, "nl", loader, NullTranslations())
        environment.compile_templates(
            package / pages.COMPILED, zip=None, ignore_errors=False, extensions=["html", "txt"]
        )
    for folder in (shared, *packages):
        shutil.rmtree(folder / "templates")


if __name__ == "__main__":
    _compile(Path(sys.argv[1]), [Path(each) for each in sys.argv[2:]])
