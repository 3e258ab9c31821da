"""The titles of what stands in the library, for the service that names documents in its mails.

The documents service publishes them whole when they change; reading is one GetObject.
"""

import msgspec
from msgspec import Struct

from shared import fragments

SERVICE = "documents"
NAME = "published"


class Shown(Struct, frozen=True):
    """A document as a mail names it."""

    title: str
    address: str


def publish(titles: dict[str, str]) -> None:
    """Show these titles, by the documents' ids, in place of those shown before."""
    fragments.publish_json(SERVICE, NAME, msgspec.json.encode(titles))


def read() -> dict[str, str]:
    """The titles by id; none before the library published any."""
    data = fragments.read_json(SERVICE, NAME)
    return msgspec.json.decode(data, type=dict[str, str]) if data else {}


def path(document_id: str) -> str:
    """Where a document stands."""
    return f"/documenten/{document_id}"
