"""Are you still coming? Behind the link in a mail. GET changes nothing: scanners follow links."""

from __future__ import annotations

from chalicelib.registration import usecases
from chalicelib.registration.collaborators import clock, repository
from chalicelib.registration.domain import Saying
from chalicelib.registration.pages import manage
from chalicelib.registration.pages.routing import router
from chalicelib.registration.views import event_view
from shared import pages
from shared.answers import Answer, Html
from shared.errors import Conflict, Forbidden, Gone, PlekkenError
from shared.http import OWN_PAGES, PUBLIC
from shared.request import Request
from shared.texts import later as _

PATH = f"{manage.PATH}/kom-je-nog"
SAYINGS: dict[str, Saying] = {"ik-kom": "yes", "ik-kom-niet": "no"}


@router.page(PATH, access=PUBLIC)
def ask(request: Request) -> Answer:
    """Two buttons: I am coming, I am not coming any more."""
    try:
        return _page(request, request.query.get("sleutel", ""))
    except (Forbidden, Gone) as refused:
        return manage.closed_page(request, refused)


@router.form(PATH, access=OWN_PAGES)
def answer(request: Request) -> Answer:
    """Write the answer down; whoever does not come any more gives the seat to the next one."""
    token, says = request.form.get("sleutel", ""), SAYINGS.get(request.form.get("antwoord", ""))
    try:
        link = manage.link_of(request, token)
        if says is None:
            return _page(request, token)
        usecases.say_coming(
            repository(),
            clock,
            registration_id=link.subject,
            link_version=link.version,
            says=says,
            day=request.form.get("dag", ""),
        )
    except (Forbidden, Gone) as refused:
        return manage.closed_page(request, refused)
    except Conflict as refused:
        return _page(request, token, refused)
    if says == "no":
        return manage.goodbye(request)
    return manage.opened(request, token, pages.say(request, _("Fijn dat je komt. Tot dan!")))


def _page(request: Request, token: str, refused: PlekkenError | None = None) -> Answer:
    link = manage.link_of(request, token)
    found = usecases.registration_for_manage(repository(), link.subject, link.version)
    found.check_active()
    event = usecases.find_event(repository(), found.event, drafts=True)
    day = event.definition.day
    page = pages.render(
        request,
        "coming.html",
        event=event_view(event, request.language, clock.now()),
        token=token,
        day=day,
        may_answer=found.state == "seated" and clock.now() < event.definition.ends_at,
        says=found.says_for(day),
        errors={"": pages.say(request, refused.title)} if refused else {},
    )
    return Html(page, status=refused.status if refused else 200)
