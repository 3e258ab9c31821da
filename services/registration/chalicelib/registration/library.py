"""The documents of a congress, as the library shows them now.

The library publishes the titles of all that stands in it, each time that changes (shared.library);
so nobody asks it anything, and what left it is not named any more.
"""

from __future__ import annotations

from chalicelib.registration.domain import Definition
from shared import library
from shared.library import Shown
from shared.settings import Settings, load

__all__ = ["Shown", "of"]


def of(definition: Definition) -> list[Shown]:
    """The documents that go with the congress and are published, in the organisers' order; the
    address of each is whole.
    """
    if not definition.documents:
        return []
    known = library.read()
    origin = load(Settings).origin
    return [
        Shown(known[id_], origin + library.path(id_))
        for id_ in definition.documents
        if id_ in known
    ]
