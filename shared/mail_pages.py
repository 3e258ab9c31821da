"""The pages on which organisers choose the words of mails, the same in every service."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from shared import mail_texts
from shared.auth import Organiser
from shared.clock import Clock
from shared.errors import Invalid, NotFound, SignInNeeded
from shared.events import Data
from shared.http import Answer, Html, Request, Router, SeeOther, Text, organiser
from shared.mail_texts import LANGUAGES, MailKind, Overtaken, Words
from shared.outbox import OutboxItem
from shared.pages import link, render, say
from shared.texts import later as _
from shared.typed_text import Wrong

if TYPE_CHECKING:
    from shared.mail import Mail  # its code for mail is loaded by who looks at one

MOST_DIGITS = 9
# A mail's styles stand in it, and it is shown in a frame of our own page.
IN_FRAME = {"frame-ancestors": "'self'", "style-src": "'unsafe-inline'"}
Parts = Mapping[str, Any]


class MailDesk(Struct, frozen=True):
    """What a service tells of its mails.

    `sample` composes a mail of a kind, in a language, to an address, with made-up data; `asked`
    makes the event with which the mail worker sends one.
    """

    service: str
    path: str  # "/leden/beheer/mails"
    kinds: Mapping[str, MailKind]
    clock: Clock
    outbox: type[OutboxItem]
    asked: Callable[..., Data]
    sample: Callable[[str, str, str], "Mail"]


class _Place(Struct, frozen=True):
    """The mail that a request is about."""

    kind: MailKind
    language: str


def add_mail_pages(router: Router, desk: MailDesk) -> None:
    """Register the pages with the service's router."""
    own = organiser(desk.service, "own")
    one = f"{desk.path}/{{kind}}/{{language}}"

    def of(view: Callable[[MailDesk, Request, _Place], Answer]) -> Callable[..., Answer]:
        @wraps(view)
        def found(request: Request, kind: str, language: str) -> Answer:
            if kind not in desk.kinds or language not in LANGUAGES:
                raise NotFound
            return view(desk, request, _Place(desk.kinds[kind], language))

        return found

    def mails(request: Request) -> Answer:
        return _list(desk, request)

    router.page(desk.path, access=own)(mails)
    router.page(one, access=own)(of(_edit))
    router.form(one, access=own)(of(_save))
    router.form(f"{one}/standaard", access=own)(of(_back_to_standard))
    router.form(f"{one}/testmail", access=own)(of(_send_test))
    router.page(f"{one}/voorbeeld", access=own)(of(_preview_stored))
    router.form(f"{one}/voorbeeld", access=own)(of(_preview_typed))


def _list(desk: MailDesk, request: Request) -> Answer:
    rows = [
        (kind, [_stored(desk, _Place(kind, language)) for language in LANGUAGES])
        for kind in desk.kinds.values()
    ]
    text = render(request, "mails/list.html", rows=rows, base=desk.path, languages=LANGUAGES)
    return Html(text)


def _edit(desk: MailDesk, request: Request, place: _Place) -> Answer:
    stored = _stored(desk, place)
    return Html(_page(desk, request, place, stored.words, version=stored.version))


def _save(desk: MailDesk, request: Request, place: _Place) -> Answer:
    words, wrong = _typed(request, place)
    version = _version_seen(request)
    if wrong:
        text = _page(desk, request, place, words, version=version, wrong=wrong)
        return Html(text, status=Invalid.status)
    done = _("De tekst is bewaard. Na een minuut gebruikt elke mail hem.")
    return _change(desk, request, place, words, version, done)


def _back_to_standard(desk: MailDesk, request: Request, place: _Place) -> Answer:
    words = mail_texts.standard_words(desk.service, place.kind, place.language)
    done = _("De standaardtekst is terug. Na een minuut gebruikt elke mail hem.")
    return _change(desk, request, place, words, _version_seen(request), done)


def _change(
    desk: MailDesk, request: Request, place: _Place, words: Words, version: int, done: str
) -> Answer:
    who = _who(request)
    kind, language = place.kind, place.language
    try:
        mail_texts.change_words(desk.clock, who, desk.service, kind, language, words, version)
    except Overtaken as error:
        stored = _stored(desk, place)
        notice: Parts = {"notice": say(request, error.title), "theirs": stored.words}
        text = _page(desk, request, place, words, version=stored.version, more=notice)
        return Html(text, status=Overtaken.status)
    return SeeOther(_address(desk, request, place), flash=say(request, done))


def _send_test(desk: MailDesk, request: Request, place: _Place) -> Answer:
    who = _who(request)
    asked = desk.asked(organiser_id=who.id, kind=place.kind.id, language=place.language)
    mail_texts.ask_test_mail(desk.clock, who, desk.outbox, asked)
    flash = say(request, _("De testmail gaat naar %(address)s.")) % {"address": who.email}
    return SeeOther(_address(desk, request, place), flash=flash)


def _preview_stored(desk: MailDesk, request: Request, place: _Place) -> Answer:
    return _preview(desk, request, place, _stored(desk, place).words)


def _preview_typed(desk: MailDesk, request: Request, place: _Place) -> Answer:
    words, wrong = _typed(request, place)
    if wrong:
        return Text("\n".join(_said(request, wrong).values()), status=Invalid.status)
    return _preview(desk, request, place, words)


def _preview(desk: MailDesk, request: Request, place: _Place, words: Words) -> Answer:
    with mail_texts.tried(words):
        mail = desk.sample(place.kind.id, place.language, _who(request).email)
    if request.form.get("show") == "text":
        return Text(f"{mail.subject}\n\n{mail.text}")
    return Html(mail.html, policy=IN_FRAME)


def _page(
    desk: MailDesk,
    request: Request,
    place: _Place,
    words: Words,
    *,
    version: int,
    wrong: Mapping[str, Wrong] | None = None,
    more: Parts | None = None,
) -> str:
    return render(
        request,
        "mails/edit.html",
        kind=place.kind,
        words_language=place.language,
        languages=LANGUAGES,
        base=desk.path,
        here=f"{desk.path}/{place.kind.id}/{place.language}",
        # What was refused is shown as it was typed.
        values={
            "subject": words.subject,
            "opening": words.opening,
            **(request.form if wrong else {}),
        },
        errors=_said(request, wrong or {}),
        version=version,
        standard=mail_texts.standard_words(desk.service, place.kind, place.language),
        longest={
            "subject": mail_texts.LONGEST_SUBJECT,
            "opening": mail_texts.LONGEST_OPENING,
        },
        **{"notice": "", "theirs": None, **(more or {})},
    )


def _typed(request: Request, place: _Place) -> tuple[Words, dict[str, Wrong]]:
    form = request.form
    words = mail_texts.typed_words(form.get("subject", ""), form.get("opening", ""))
    return words, mail_texts.check(place.kind, words)


def _said(request: Request, wrong: Mapping[str, Wrong]) -> dict[str, str]:
    return {name: say(request, one.text) % one.values for name, one in wrong.items()}


def _stored(desk: MailDesk, place: _Place) -> mail_texts.Stored:
    return mail_texts.stored_words(desk.service, place.kind, place.language)


def _address(desk: MailDesk, request: Request, place: _Place) -> str:
    return link(f"{desk.path}/{place.kind.id}/{place.language}", request.language)


def _who(request: Request) -> Organiser:
    if request.organiser is None:
        raise SignInNeeded
    return request.organiser


def _version_seen(request: Request) -> int:
    text = request.form.get("version", "")
    if not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS:
        raise Invalid(
            "version_missing", _("Deze pagina is te oud. Ververs hem en probeer opnieuw.")
        )
    return int(text)
