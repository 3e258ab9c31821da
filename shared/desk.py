"""What each service says at the desk (`/beheer`): one JSON part per service in the web bucket.

A part is rebuilt from the current state whenever its figures change (`fragments.publish_current`).
It holds no personal data: counts, titles of events, and links to where the rest can be seen.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from shared import fragments
from shared.observability import log
from shared.pages import translate

Texts = Mapping[str, str]
"""One text per language of the site."""


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits for an organiser: `count` things of one `kind`.

    `kind` is one that notices know (application, upload, failure, waiting_list, bounce …), `href`
    a local path that shows exactly these, `event` the one that it is about.
    """

    kind: str
    text: Texts
    count: int
    href: str
    event: str = ""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A count of the last seven days."""

    label: Texts
    value: int
    href: str = ""
    event: str = ""


class ComingDate(msgspec.Struct, frozen=True, kw_only=True):
    """A moment to come that an organiser wants to know of."""

    text: Texts
    at: datetime
    href: str = ""
    event: str = ""


class DeskPart(msgspec.Struct, frozen=True, kw_only=True):
    """All that a service says at the desk; `titles` names its events."""

    needs: tuple[Need, ...] = ()
    figures: tuple[Figure, ...] = ()
    dates: tuple[ComingDate, ...] = ()
    titles: Mapping[str, Texts] = msgspec.field(default_factory=dict)


def publish_part(service: str, part: DeskPart) -> None:
    """Put the service's part where the desk finds it."""
    fragments.publish_json(service, "desk", msgspec.json.encode(part))


def read_part(service: str) -> DeskPart:
    """The service's part; empty when it published none yet, or one that we cannot read."""
    found = fragments.read_json(service, "desk")
    if not found:
        return DeskPart()
    try:
        return msgspec.json.decode(found, type=DeskPart)
    except msgspec.DecodeError:  # another version of the service wrote it
        log("desk.part_unreadable", "WARNING", service=service)
        return DeskPart()


def texts(service: str, text: str, **values: object) -> Texts:
    """The message id `text` in every language, with `%(name)s` filled in."""
    return {
        language: translate(service, language, text) % values for language in fragments.LANGUAGES
    }


def counted(service: str, one: str, more: str, count: int) -> Texts:
    """`one` or `more`, with `%(count)s` filled in."""
    return texts(service, one if count == 1 else more, count=count)
