"""What several pages need: the sent form, labels in the visitor's language, and cursors."""

from collections.abc import Mapping
from typing import Any

from chalicelib.directory.forms import Typed
from shared.http import Request
from shared.pages import translate

SERVICE = "directory"
DESK = "/leden/beheer"
REOPEN = f"{DESK}/heropenen"


def typed_by(request: Request) -> Typed:
    """What stands in the form that was sent."""
    form = request.form
    ticked = {name for name in ("email_public", "phone_public") if form.get(name)}
    return Typed(form, request.form_list("themes"), frozenset(ticked))


def values_of(request: Request) -> dict[str, Any]:
    """What was typed, to show again."""
    return {"kind": "", **request.form, "themes": request.form_list("themes")}


def translated(request: Request, errors: Mapping[str, str]) -> dict[str, str]:
    """Error texts in the visitor's language."""
    return {name: translate(SERVICE, request.language, text) for name, text in errors.items()}


def options(request: Request, labels: Mapping[Any, str]) -> list[tuple[str, str]]:
    """Choices with their labels in the visitor's language."""
    return [
        (choice.value, translate(SERVICE, request.language, text))
        for choice, text in labels.items()
    ]
