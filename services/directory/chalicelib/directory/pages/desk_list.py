"""The organiser's list of entries: what waits first, and deciding about several at once."""

from collections.abc import Callable

import msgspec

from chalicelib.directory import texts, usecases
from chalicelib.directory.collaborators import clock, repository
from chalicelib.directory.domain import Member, State
from chalicelib.directory.pages.desk import (
    MAY_DECIDE,
    MAY_READ,
    audited,
    look_alikes,
    may_decide,
    members_now,
    undo,
)
from chalicelib.directory.pages.routing import desk_router
from chalicelib.directory.views import DESK, REOPEN, options
from shared import listing
from shared.http import Answer, Html, Request, SeeOther
from shared.listing import Chosen
from shared.pages import link, render, say
from shared.texts import later as _
from shared.words import fold


class Step(msgspec.Struct, frozen=True):
    """Something that can be done with several entries in one state."""

    path: str
    state: State
    verb: Callable[..., Member]
    audit: str
    label: str
    done: str
    tone: str = ""
    sure: str = ""
    """What to think of before: for what has no way back, because somebody is told or it is gone."""


APPROVE = Step(
    path=f"{DESK}/goedkeuren",
    state=State.DRAFT,
    verb=usecases.approve,
    audit="member.approved",
    label=_("Goedkeuren en in de gids zetten"),
    done=_("%(count)s goedgekeurd."),
    sure=_("Ze staan dan meteen in de ledengids, en elk lid krijgt daarover een mail."),
)
DECLINE = Step(
    path=f"{DESK}/afwijzen",
    state=State.DRAFT,
    verb=usecases.decline,
    audit="member.declined",
    label=_("Afwijzen"),
    done=_("%(count)s afgewezen."),
    tone="danger",
)
WITHDRAW = Step(
    path=f"{DESK}/intrekken",
    state=State.PUBLISHED,
    verb=usecases.withdraw,
    audit="member.withdrawn",
    label=_("Uit de gids halen"),
    done=_("%(count)s uit de ledengids gehaald."),
    tone="danger",
    sure=_("Dit kun je niet ongedaan maken: de contactgegevens wissen we meteen."),
)
TAKE_BACK = Step(
    path=REOPEN,
    state=State.DECLINED,
    verb=usecases.reopen,
    audit="member.reopened",
    label=_("Toch niet afwijzen"),
    done=_("%(count)s weer terug op de lijst."),
)
STEPS = (APPROVE, DECLINE, WITHDRAW, TAKE_BACK)


@desk_router.page(DESK, access=MAY_READ)
def desk(request: Request) -> Answer:
    """The entries that were asked for, what waits first."""
    asked = listing.wanted(request, tuple(State))
    members = members_now()
    rows = [one for one in _in_order(members) if _is_wanted(one, asked)]
    page = listing.page_of(request, asked, rows)
    state = State(asked.state) if asked.state else State.DRAFT
    steps = [step for step in STEPS if step.state is state] if may_decide(request) else []
    published = [one for one in members if one.state is State.PUBLISHED]
    text = render(
        request,
        "desk/members.html",
        page=page,
        known={one.id: look_alikes(one, published) for one in page.rows},
        can_choose=steps and state,
        actions=[(step.path, say(request, step.label), step.tone) for step in steps],
        values={"q": asked.text, "stand": asked.state},
        is_filtered=bool(asked.text or asked.state),
        kinds=texts.KINDS,
        states=texts.STATES,
        state_options=options(request, texts.STATES),
    )
    return Html(text)


@desk_router.form(APPROVE.path, access=MAY_DECIDE)
def approve_chosen(request: Request) -> Answer:
    """Publish the drafts that were chosen, after asking once more."""
    return _take(request, APPROVE)


@desk_router.form(DECLINE.path, access=MAY_DECIDE)
def decline_chosen(request: Request) -> Answer:
    """Say no to the drafts that were chosen; nobody hears of it, so it can be taken back."""
    return _take(request, DECLINE)


@desk_router.form(WITHDRAW.path, access=MAY_DECIDE)
def withdraw_chosen(request: Request) -> Answer:
    """Take entries out of the guide, after asking once more."""
    return _take(request, WITHDRAW)


@desk_router.form(REOPEN, access=MAY_DECIDE)
def reopen_chosen(request: Request) -> Answer:
    """Take back that entries were declined."""
    return _take(request, TAKE_BACK)


def _take(request: Request, step: Step) -> Answer:
    chosen, refusal = listing.chosen_or_back(request, f"{DESK}?stand={step.state}")
    if refusal:
        return refusal
    if step.sure and request.form.get("zeker") != "ja":
        return _ask(request, step, chosen)

    changed: list[Member] = []

    def act(row: Chosen) -> None:
        note = audited(request, step.audit, row.id)
        changed.append(step.verb(repository, clock, row.id, row.number, note))

    outcome = listing.for_each(chosen, act)
    return SeeOther(
        link(f"{DESK}?stand={step.state}", request.language),
        flash=listing.told(request, outcome, step.done),
        undo=undo(request, changed) if step is DECLINE else None,
    )


def _ask(request: Request, step: Step, chosen: list[Chosen]) -> Answer:
    names = {one.id: one.profile.name for one in members_now()}
    text = render(
        request,
        "sure.html",
        title=say(request, step.label),
        lead=say(request, step.sure),
        names=[names.get(row.id, row.id) for row in chosen],
        chosen=[row.field for row in chosen],
        action=step.path,
        label=say(request, step.label),
        back=f"{DESK}?stand={step.state}",
        reason="",
    )
    return Html(text)


def _is_wanted(member: Member, asked: listing.Wanted) -> bool:
    profile = member.profile
    texts_ = (profile.name, profile.place, profile.district, member.contact.email)
    return (not asked.state or member.state == asked.state) and asked.finds(*texts_)


def _in_order(members: list[Member]) -> list[Member]:
    """What waits in the order in which it came, then the guide by name, then what is closed."""
    order = {State.DRAFT: 0, State.PUBLISHED: 1}
    by_name = {State.PUBLISHED: lambda one: fold(one.profile.name)}
    return sorted(
        members,
        key=lambda one: (order.get(one.state, 2), by_name.get(one.state, lambda _: "")(one)),
    )
