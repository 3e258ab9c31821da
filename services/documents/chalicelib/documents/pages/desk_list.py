"""The organisers' list of documents: what waits first, and deciding about several at once."""

from collections.abc import Callable, Sequence

import msgspec

from chalicelib.documents import usecases
from chalicelib.documents.collaborators import catalogue, clock, repository
from chalicelib.documents.domain import Document, State, Verdict
from chalicelib.documents.pages.desk import ORGANISER, READER, note, who
from chalicelib.documents.pages.routing import desk_router
from chalicelib.documents.pages.showing import category_options, show
from chalicelib.documents.repository import CLOSED, LISTINGS, PUBLISHED, REVIEW
from chalicelib.documents.texts import CHECKS, LISTED
from chalicelib.documents.views import DESK, SERVICE
from shared import listing
from shared.errors import Invalid
from shared.http import Answer, Html, Request, SeeOther
from shared.listing import Chosen
from shared.pages import link, render, say
from shared.texts import later

UNCHECKED = "mislukt"


class Step(msgspec.Struct, frozen=True):
    """Something that can be done with several documents of one listing.

    All of it mails who sent them, so nothing here can be taken back: the page asks once more.
    """

    path: str
    listing: str
    state: State
    verb: Callable[..., Document]
    audit: str
    label: str
    done: str
    sure: str
    reason: str = ""
    tone: str = ""


PUBLISH = Step(
    path=f"{DESK}/publiceren",
    listing=REVIEW,
    state=State.INSPECTED,
    verb=usecases.publish_document,
    audit="document.published",
    label=later("Zet op de website"),
    done=later("%(count)s op de website gezet."),
    sure=later("Ze zijn dan meteen openbaar, en elke inzender krijgt daarover een mail."),
)
DECLINE = Step(
    path=f"{DESK}/afwijzen",
    listing=REVIEW,
    state=State.INSPECTED,
    verb=usecases.decline_document,
    audit="document.declined",
    label=later("Niet plaatsen"),
    done=later("%(count)s niet geplaatst."),
    sure=later("Elke inzender krijgt een mail met jouw uitleg. Dat kun je niet terugdraaien."),
    reason=later("Waarom niet?"),
    tone="danger",
)
WITHDRAW = Step(
    path=f"{DESK}/intrekken",
    listing=PUBLISHED,
    state=State.PUBLISHED,
    verb=usecases.withdraw_document,
    audit="document.withdrawn",
    label=later("Haal van de website"),
    done=later("%(count)s van de website gehaald."),
    sure=later("Elke inzender krijgt een mail met jouw uitleg. Dat kun je niet terugdraaien."),
    reason=later("Waarom?"),
    tone="danger",
)
STEPS = (PUBLISH, DECLINE, WITHDRAW)


@desk_router.page(DESK, access=READER)
def desk(request: Request) -> Answer:
    """The documents that were asked for, what waits first."""
    asked = listing.wanted(request, LISTINGS)
    category, check = request.query.get("soort", ""), request.query.get("controle", "")
    found = [
        one
        for one in _listed(asked.state)
        if asked.finds(one.title, one.description, one.shared_by, one.file_name)
        and category in ("", one.category)
        and _is_checked(one, check)
    ]
    page = listing.page_of(request, asked, found)
    steps = [one for one in STEPS if one.listing == (asked.state or REVIEW)]
    may_work = who(request).may(SERVICE, "work")
    values = {"q": asked.text, "stand": asked.state, "soort": category, "controle": check}
    text = render(
        request,
        "desk.html",
        page=page,
        documents=[show(request, one) for one in page.rows],
        can_choose=steps[0].state.value if steps and may_work else "",
        actions=[(one.path, say(request, one.label), one.tone) for one in steps if may_work],
        values=values,
        is_filtered=any(values.values()),
        listings=[(name, say(request, LISTED[name])) for name in LISTINGS],
        categories=[one[:2] for one in category_options(request, {})],
        checks=[(name, say(request, text)) for name, text in CHECKS.items()],
    )
    return Html(text)


@desk_router.form(PUBLISH.path, access=ORGANISER)
def publish_chosen(request: Request) -> Answer:
    """Put the documents that were chosen in the library, those with a clean verdict only."""
    return _take(request, PUBLISH)


@desk_router.form(DECLINE.path, access=ORGANISER)
def decline_chosen(request: Request) -> Answer:
    """Say no to the documents that were chosen, with one reason for all."""
    return _take(request, DECLINE)


@desk_router.form(WITHDRAW.path, access=ORGANISER)
def withdraw_chosen(request: Request) -> Answer:
    """Take the documents that were chosen out of the library, with one reason for all."""
    return _take(request, WITHDRAW)


def _take(request: Request, step: Step) -> Answer:
    back = f"{DESK}?stand={step.listing}"
    chosen, refusal = listing.chosen_or_back(request, back)
    if refusal:
        return refusal
    if request.form.get("zeker") != "ja":
        return _ask(request, step, chosen)
    more = {"reason": request.form.get("reden", "")} if step.reason else {}

    def act(row: Chosen) -> None:
        # A state never comes back, so it is the version that the organiser saw.
        told = note(request, step.audit, row.id)
        decided_by = who(request).id
        step.verb(repository, clock, row.id, decided_by=decided_by, note=told, **more)

    try:
        outcome = listing.for_each(chosen, act)
    except Invalid as wrong:  # the reason; nothing was done
        return _ask(request, step, chosen, wrong.fields)
    catalogue().forget()
    text = listing.told(request, outcome, step.done)
    return SeeOther(link(back, request.language), flash=text)


def _ask(
    request: Request, step: Step, chosen: Sequence[Chosen], wrong: dict[str, str] | None = None
) -> Answer:
    known = {one.id: one for one in _listed(step.listing)}
    found = [known[row.id] for row in chosen if row.id in known]
    ready = [one for one in found if step is not PUBLISH or one.verdict is Verdict.CLEAN]
    back = f"{DESK}?stand={step.listing}"
    if not ready:
        text = later("Deze documenten moet je eerst een voor een zelf bekijken.")
        return SeeOther(link(back, request.language), flash=say(request, text))
    lead = say(request, step.sure)
    if len(ready) < len(chosen):
        left = later("%(count)s doen we niet mee: bekijk die eerst zelf.")
        lead += " " + say(request, left) % {"count": len(chosen) - len(ready)}
    text = render(
        request,
        "sure.html",
        title=say(request, step.label),
        lead=lead,
        names=[one.title for one in ready],
        chosen=[Chosen(one.id, one.state.value).field for one in ready],
        action=step.path,
        label=say(request, step.label),
        back=back,
        reason=say(request, step.reason) if step.reason else "",
        values=request.form,
        errors={name: say(request, text) for name, text in (wrong or {}).items()},
    )
    return Html(text, status=422 if wrong else 200)


def _listed(state: str) -> list[Document]:
    """The documents of a listing, or of all: what waits in the order in which it came."""
    now = clock.now()
    names = [state] if state else [REVIEW, PUBLISHED, CLOSED]
    return [
        one
        for name in names
        for one in (
            reversed(repository.listed(name, now))
            if name == REVIEW
            else repository.listed(name, now)
        )
    ]


def _is_checked(document: Document, check: str) -> bool:
    if check == UNCHECKED:
        return document.unchecked
    return check not in tuple(Verdict) or document.verdict == check
