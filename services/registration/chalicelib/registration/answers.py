"""Turns what use cases and views know into the JSON interface's structs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from chalicelib.registration import consents
from chalicelib.registration.domain import (
    Definition,
    Line,
    Question,
    Receipt,
    Registration,
    Reply,
    text,
)
from chalicelib.registration.question_views import reply_text, reply_title
from chalicelib.registration.schemas import (
    AnswerResponse,
    AudienceResponse,
    ConditionResponse,
    EventResponse,
    EventSummary,
    LineResponse,
    OptionResponse,
    QuestionResponse,
    ReceiptResponse,
    RegistrationResponse,
    RoundResponse,
    SessionResponse,
)
from chalicelib.registration.views import EventView, RoundView
from shared import pages
from shared.clock import rfc3339
from shared.settings import Settings, load


def summary_of(view: EventView) -> EventSummary:
    """A congress in a list."""
    return EventSummary(
        id=view.id,
        title=view.title,
        starts_at=rfc3339(view.starts_at),
        ends_at=rfc3339(view.ends_at),
        place=view.place,
        city=view.city,
        state=_state(view),
        capacity=view.capacity,
        places_left=view.left,
        url=load(Settings).origin + view.url,
    )


def event_of(view: EventView, definition: Definition, language: str) -> EventResponse:
    """A congress with everything that a form needs."""
    summary = summary_of(view)
    return EventResponse(
        **{name: getattr(summary, name) for name in summary.__struct_fields__},
        summary=view.summary,
        opens_at=rfc3339(view.opens_at),
        closes_at=rfc3339(view.closes_at),
        confirm_within=view.confirm_within,
        audiences=[
            AudienceResponse(id_, title, view.left_for[id_]) for id_, title in view.audiences
        ],
        rounds=[_round_of(round_) for round_ in view.rounds],
        questions=[_question_of(one, language) for one in definition.questions],
        consent_version=consents.CONGRESS.version,
        consent_text=pages.translate("registration", language, consents.CONGRESS.text),
        directory_consent_text=pages.translate("registration", language, consents.DIRECTORY.text),
    )


def receipt_of(receipt: Receipt) -> ReceiptResponse:
    """The answer to whoever registers."""
    return ReceiptResponse(
        event=receipt.event,
        number=receipt.number,
        state=receipt.state,
        lines=[_line_of(line) for line in receipt.lines],
    )


def registration_of(
    registration: Registration, replies: Sequence[AnswerResponse] = ()
) -> RegistrationResponse:
    """A registration for its holder."""
    number = registration.congress.number if registration.state != "cancelled" else None
    return RegistrationResponse(
        id=registration.id,
        event=registration.event,
        state=registration.state,
        name=registration.name,
        email=registration.email,
        number=number,
        lines=[_line_of(line) for line in registration.lines],
        answers=[*replies],
        confirm_by=rfc3339(registration.confirm_by) if registration.confirm_by else None,
    )


def replies_of(
    replies: Iterable[Reply], definition: Definition, language: str
) -> list[AnswerResponse]:
    """What the holder answered."""
    return [
        AnswerResponse(
            one.question,
            reply_title(one, definition, language),
            reply_text(one, definition, language),
        )
        for one in replies
    ]


def _question_of(question: Question, language: str) -> QuestionResponse:
    when = question.when
    return QuestionResponse(
        id=question.id,
        kind=question.kind,
        title=text(question.title, language),
        hint=text(question.hint, language),
        required=question.required,
        options=[OptionResponse(one.id, text(one.title, language)) for one in question.options],
        audiences=[*question.audiences],
        when=ConditionResponse(when.question, [*when.answers]) if when else None,
        keep_days=question.keep_days,
    )


def _state(view: EventView) -> Literal["not_yet_open", "open", "closed"]:
    return "closed" if view.state == "draft" else view.state


def _line_of(line: Line) -> LineResponse:
    return LineResponse(line.id, line.number, line.state, line.place_in_line)


def _round_of(round_: RoundView) -> RoundResponse:
    return RoundResponse(
        id=round_.id,
        title=round_.title,
        starts_at=rfc3339(round_.starts_at),
        ends_at=rfc3339(round_.ends_at),
        sessions=[
            SessionResponse(
                id=one.id,
                title=one.title,
                description=one.description,
                place=one.place,
                capacity=one.capacity,
                places_left=one.left,
                waiting=one.waiting,
            )
            for one in round_.sessions
        ],
    )
