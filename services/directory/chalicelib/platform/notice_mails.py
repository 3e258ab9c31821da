"""The mail with what happened: what needs action first, then how much of what, per congress."""

from collections.abc import Iterator
from typing import Any

import msgspec

from chalicelib.platform.collaborators import clock
from chalicelib.platform.domain.notices import TEAM, Bundle, Part, Recipient
from chalicelib.platform.models import Ledger
from chalicelib.platform.notice_texts import KINDS, PREFERENCES
from shared import aws, pages
from shared.desk import read_part
from shared.mail import Mail, do_once, send_once
from shared.network import network
from shared.settings import Settings, load
from shared.texts import later as _

SERVICE = "platform"
LONGEST_SUBJECT = 100  # characters that SNS takes


class Line(msgspec.Struct, frozen=True):
    """A line of the mail, and the address that it leads to."""

    text: str
    href: str


class Section(msgspec.Struct, frozen=True):
    """Lines under a title; what needs action has none."""

    title: str
    lines: tuple[Line, ...]


def send(recipient: Recipient, bundle: Bundle) -> None:
    """Mail the bundle to an organiser, or publish it for the team; once."""
    reason, organiser = f"notices:{bundle.id}", recipient.organiser
    if organiser is None:
        act = lambda: publish(recipient, bundle)  # noqa: E731 - named for its caller
        do_once(Ledger, person=TEAM, reason=reason, act=act, clock=clock)
        return
    compose = lambda: mail(organiser.email, recipient, bundle)  # noqa: E731 - the same
    send_once(Ledger, person=organiser.id, reason=reason, compose=compose, clock=clock)


def mail(to: str, recipient: Recipient, bundle: Bundle) -> Mail:
    """The bundle as a mail."""
    language = recipient.preferences.language
    context = _context(bundle, language)
    html, text = (
        pages.render_plain(SERVICE, f"mail/notices.{form}", language, **context)
        for form in ("html", "txt")
    )
    return Mail(to=to, subject=context["subject"], text=text, html=html, language=language)


def publish(recipient: Recipient, bundle: Bundle) -> None:
    """Publish the bundle as plain text to the topic that a team may subscribe to."""
    language = recipient.preferences.language
    context = _context(bundle, language)
    subject = context["subject"].encode("ascii", "ignore").decode()[:LONGEST_SUBJECT].strip()
    aws.client("sns").publish(
        TopicArn=load(Settings).organiser_topic_arn,
        Subject=subject,
        Message=pages.render_plain(SERVICE, "mail/notices.txt", language, **context),
    )


def _context(bundle: Bundle, language: str) -> dict[str, Any]:
    order = list(KINDS)
    parts = sorted(
        (part for part in bundle.parts if part.group.kind in KINDS),
        key=lambda part: (order.index(part.group.kind), part.group.event),
    )
    counted = [
        _say(language, KINDS[kind].one, KINDS[kind].more, count) for kind, count in _total(parts)
    ]
    acts = tuple(line for part in parts if part.items for line in _acts(part, language))
    return {
        "subject": f"{network().name}: {', '.join(counted)}",
        "acts": acts,
        "sections": _sections([part for part in parts if not part.items], language),
        "preferences": _address(PREFERENCES, language),
    }


def _total(parts: list[Part]) -> Iterator[tuple[str, int]]:
    for kind in dict.fromkeys(part.group.kind for part in parts):
        yield kind, sum(len(part.ids) for part in parts if part.group.kind == kind)


def _acts(part: Part, language: str) -> Iterator[Line]:
    words, count = KINDS[part.group.kind], len(part.ids)
    for number, item in enumerate(part.items, 1):
        values = {"item": item, "number": number, "count": count, "event": part.group.event}
        text = pages.translate(SERVICE, language, words.act) % values
        yield Line(text, _address(words.item_path % values, language))
    rest = count - len(part.items)
    if rest:
        text = pages.translate(SERVICE, language, _("En nog %(count)s: bekijk ze allemaal"))
        yield Line(
            text % {"count": rest}, _address(words.path % {"event": part.group.event}, language)
        )


def _sections(parts: list[Part], language: str) -> list[Section]:
    titles = read_part("registration").titles if parts else {}
    lines: dict[str, list[Line]] = {}
    for part in parts:
        words, event = KINDS[part.group.kind], part.group.event
        text = _say(language, words.one, words.more, len(part.ids))
        line = Line(text, _address(words.path % {"event": event}, language))
        known = titles.get(event, {})
        lines.setdefault(known.get(language) or known.get("nl") or event, []).append(line)
    return [Section(title, tuple(found)) for title, found in lines.items()]


def _say(language: str, one: str, more: str, count: int) -> str:
    return pages.translate(SERVICE, language, one if count == 1 else more) % {"count": count}


def _address(path: str, language: str) -> str:
    address: str = load(Settings).origin + pages.link(path, language)
    return address
