"""The words of our mails that organisers may choose: a subject and an opening, per language.

Facts, links and attachments stay as the templates have them. A service declares its kinds of mail
with the standard words; what an organiser made of them stands in the access table (ADR 29).
"""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

import msgspec

from shared import auth
from shared.access import MailTextItem
from shared.auth import Organiser
from shared.clock import Clock
from shared.errors import Conflict
from shared.events import Data, occurred
from shared.observability import log
from shared.outbox import OutboxItem, message
from shared.pages import translate
from shared.texts import later as _
from shared.transactions import Refused, Transaction
from shared.typed_text import Wrong, clean

__all__ = [
    "MailKind",
    "Overtaken",
    "Stored",
    "Words",
    "ask_test_mail",
    "change_words",
    "check",
    "fill",
    "filled_words",
    "stored_words",
    "typed_words",
]

LONGEST_SUBJECT = 150
LONGEST_OPENING = 2000
LANGUAGES = ("nl", "en")

_PART = "words"
_FRESH = 60.0  # seconds that a function may use older words
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

UNKNOWN = _("{%(given)s} kennen we niet. Je kunt gebruiken: %(known)s.")
LOOSE = _("Er staat een losse accolade. Schrijf een invulplek zo: %(known)s.")


class Words(msgspec.Struct, frozen=True):
    """A mail's subject and the text that it opens with."""

    subject: str
    opening: str


class MailKind(msgspec.Struct, frozen=True):
    """A kind of mail: what it is called, its standard words and what may be filled in.

    All Dutch message ids. `placeholders` says what each stands for; whoever composes the mail
    gives a value for each.
    """

    id: str
    title: str
    standard: Words
    placeholders: Mapping[str, str] = MappingProxyType({})


class Stored(msgspec.Struct, frozen=True):
    """The words of a kind in one language, and their version; 0 when nobody has changed them."""

    words: Words
    version: int
    is_standard: bool


class Overtaken(Conflict):
    """Another organiser changed this text first."""

    code = "overtaken"
    title = "Iemand anders heeft deze tekst net veranderd."


# Reading


_cached: dict[str, tuple[float, dict[str, MailTextItem]]] = {}
_tried: ContextVar[Words | None] = ContextVar("tried", default=None)


def filled_words(service: str, kind: MailKind, language: str, values: Mapping[str, str]) -> Words:
    """What a mail says to one person. Words that are broken give way to the standard ones."""
    chosen = _tried.get() or _words(_fresh(service), service, kind, language)
    if check(kind, chosen):
        log("mail_text.broken", "WARNING", kind=f"{service}/{kind.id}.{language}")
        chosen = standard_words(service, kind, language)
    return fill(chosen, values)


def fill(words: Words, values: Mapping[str, str]) -> Words:
    """The words with what they leave open filled in; `check` has passed them."""
    return Words(_filled(words.subject, values), _filled(words.opening, values))


def stored_words(service: str, kind: MailKind, language: str) -> Stored:
    """The words as they are at this moment, for who is about to change them."""
    found = _read(service, consistent=True)
    item = found.get(_key(kind, language))
    return Stored(
        words=_words(found, service, kind, language),
        version=int(item.version) if item else 0,
        is_standard=item is None or not (item.subject or item.opening),
    )


def standard_words(service: str, kind: MailKind, language: str) -> Words:
    """The words that the kind comes with."""
    subject, opening = kind.standard.subject, kind.standard.opening
    return Words(translate(service, language, subject), translate(service, language, opening))


@contextmanager
def tried(words: Words) -> Iterator[None]:
    """Compose with these words, whatever is stored."""
    token = _tried.set(words)
    try:
        yield
    finally:
        _tried.reset(token)


def forget() -> None:
    """Read anew at the next use."""
    _cached.clear()


# Changing


def typed_words(subject: str, opening: str) -> Words:
    """What somebody typed, without what nobody can see; a subject has one line."""
    return Words(clean(subject), clean(opening, lines=True))


def check(kind: MailKind, words: Words) -> dict[str, Wrong]:
    """What is wrong with the words of a kind, by field."""
    given = {
        "subject": (words.subject, _("Vul een onderwerp in."), LONGEST_SUBJECT),
        "opening": (words.opening, _("Vul een tekst in."), LONGEST_OPENING),
    }
    found = {name: _wrong(kind, *one) for name, one in given.items()}
    return {name: wrong for name, wrong in found.items() if wrong}


def change_words(
    clock: Clock,
    by: Organiser,
    service: str,
    kind: MailKind,
    language: str,
    words: Words,
    version: int,
) -> None:
    """Let the mails say `words`, which `check` has passed, from now on. Raises Overtaken.

    `version` is that of the words that were looked at. Words like the standard ones are not kept,
    so that a better standard reaches those who never chose.
    """
    standard = standard_words(service, kind, language)
    item = MailTextItem(
        _partition(service),
        _key(kind, language),
        subject=words.subject if words.subject != standard.subject else None,
        opening=words.opening if words.opening != standard.opening else None,
        version=version + 1,
    )
    unchanged = (
        MailTextItem.version == version if version else MailTextItem.version.does_not_exist()
    )
    transaction = Transaction()
    transaction.put(item, name=_PART, condition=unchanged)
    auth.audited(by, "mail_text.changed", f"{service}/{item.sk}", clock)(transaction)
    try:
        transaction.commit()
    except Refused as refused:
        raise Overtaken from refused
    finally:
        forget()


def ask_test_mail(clock: Clock, by: Organiser, outbox: type[OutboxItem], asked: Data) -> None:
    """Have a mail with sample data sent to the organiser who asks; `asked` says which."""
    event = occurred(asked, clock)
    transaction = Transaction()
    transaction.insert(message(outbox, event), name="outbox")
    auth.audited(by, "mail_text.tested", event.type, clock)(transaction)
    transaction.commit()


def _wrong(kind: MailKind, text: str, missing: str, longest: int) -> Wrong | None:
    if not text:
        return Wrong(missing)
    if len(text) > longest:
        return Wrong(_("Dit is te lang: hoogstens %(most)s tekens."), {"most": str(longest)})
    known = ", ".join(f"{{{name}}}" for name in kind.placeholders)
    for given in _PLACEHOLDER.findall(text):
        if given not in kind.placeholders:
            return Wrong(UNKNOWN, {"given": given, "known": known})
    if set("{}") & set(_PLACEHOLDER.sub("", text)):
        return Wrong(LOOSE, {"known": known})
    return None


def _filled(text: str, values: Mapping[str, str]) -> str:
    # One pass: what a value holds is never filled in itself.
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _words(found: Mapping[str, MailTextItem], service: str, kind: MailKind, language: str) -> Words:
    standard = standard_words(service, kind, language)
    item = found.get(_key(kind, language))
    if item is None:
        return standard
    return Words(item.subject or standard.subject, item.opening or standard.opening)


def _fresh(service: str) -> Mapping[str, MailTextItem]:
    known = _cached.get(service)
    if known is None or time.monotonic() - known[0] > _FRESH:
        known = (time.monotonic(), _read(service, consistent=False))
        _cached[service] = known
    return known[1]


def _read(service: str, *, consistent: bool) -> dict[str, MailTextItem]:
    found = MailTextItem.query(_partition(service), consistent_read=consistent)
    return {item.sk: item for item in found}


def _partition(service: str) -> str:
    return f"MAILTEXTS#{service}"


def _key(kind: MailKind, language: str) -> str:
    return f"{kind.id}.{language}"
