"""What the JSON interface takes and gives. `forms` checks the limits, with a text per field."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from chalicelib.registration import consents
from chalicelib.registration.domain.questions import Kind
from shared.proof import Solution

LONGEST_NAME = 200
LONGEST_ORGANISATION = 200
LONGEST_PHONE = 40
LONGEST_DIET = 300
LONGEST_ACCESS_NEEDS = 600
LONGEST_INITIATIVE = 120
LONGEST_PLACE = 80
LONGEST_WEBSITE = 300
LONGEST_ABOUT = 600
MOST_SESSIONS = 20
MOST_ANSWERS = 30


def _documented(description: str, **schema: Any) -> Meta:
    """Say a limit in the OpenAPI document only: `forms` checks it, and says all errors at once."""
    return Meta(description=description, extra_json_schema=schema)


Moment = Annotated[
    str, Meta(description="RFC 3339, UTC", extra_json_schema={"format": "date-time"})
]
Address = Annotated[str, Meta(extra_json_schema={"format": "uri"})]
Count = Annotated[int, Meta(ge=0)]
Number = Annotated[int, Meta(ge=1, description="In the order of registering")]
LineState = Literal["seated", "waiting"]
Name = Annotated[str, _documented("First and last name", minLength=1, maxLength=LONGEST_NAME)]
Email = Annotated[str, _documented("Address for the confirmation", format="email", maxLength=254)]
AudienceName = Annotated[str, _documented("One of the ids in the congress's `audiences`")]
SessionNames = Annotated[
    list[str], _documented("At most one session of each round", maxItems=MOST_SESSIONS)
]

QuestionId = Annotated[str, Meta(description="One of the ids in the congress's `questions`")]
GivenAnswers = Annotated[
    dict[str, str | list[str]],
    _documented(
        "By the id of the question: the text, the number, the date as 2027-09-17, `yes` or `no`, "
        "the id of an option, or for `several` a list of those. What does not count is dropped.",
        maxProperties=MOST_ANSWERS,
    ),
]


class DirectoryRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The start of an entry in the member guide, handed over only with the person's consent."""

    initiative: Annotated[
        str, _documented("Name of the initiative", minLength=1, maxLength=LONGEST_INITIATIVE)
    ]
    consent: Annotated[bool, _documented("Hand these fields to the member guide", const=True)]
    place: Annotated[str, _documented("Neighbourhood or town", maxLength=LONGEST_PLACE)] = ""
    website: Annotated[str, _documented("Web address", maxLength=LONGEST_WEBSITE)] = ""
    about: Annotated[str, _documented("A few sentences", maxLength=LONGEST_ABOUT)] = ""


class RegistrationRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One person's registration for one congress."""

    name: Name
    email: Email
    audience: AudienceName
    consent: Annotated[bool, _documented("Keep these fields for the congress", const=True)]
    consent_version: Annotated[
        str, _documented("Version of the consent text that was shown", enum=[*consents.ACCEPTED])
    ]
    organisation: Annotated[str, _documented("Organisation", maxLength=LONGEST_ORGANISATION)] = ""
    phone: Annotated[str, _documented("For the day itself", maxLength=LONGEST_PHONE)] = ""
    sessions: SessionNames = []
    diet: Annotated[str, _documented("Wishes for lunch", maxLength=LONGEST_DIET)] = ""
    access_needs: Annotated[
        str, _documented("What the person needs to take part", maxLength=LONGEST_ACCESS_NEEDS)
    ] = ""
    answers: GivenAnswers = {}
    directory: DirectoryRequest | None = None
    language: Annotated[Literal["nl", "en"], Meta(description="Language of the mails")] = "nl"
    altcha: Solution = ""


class LineResponse(msgspec.Struct, frozen=True):
    """A place in one line: the congress itself, or one of its sessions."""

    id: Annotated[str, Meta(description="`congress` or the id of a session")]
    number: Number
    state: LineState
    place_in_line: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="1 is next; null when seated")
    ] = None


class ReceiptResponse(msgspec.Struct, frozen=True):
    """The same for a known and an unknown address; what is true for the owner comes by mail."""

    event: str
    number: Number
    state: LineState
    lines: list[LineResponse]


class SessionResponse(msgspec.Struct, frozen=True):
    """A session of a round."""

    id: str
    title: str
    description: str
    place: str
    capacity: Count
    places_left: Count
    waiting: Count


class RoundResponse(msgspec.Struct, frozen=True):
    """Sessions at the same time; a person chooses at most one."""

    id: str
    title: str
    starts_at: Moment
    ends_at: Moment
    sessions: list[SessionResponse]


class EventSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A congress in a list."""

    id: str
    title: str
    starts_at: Moment
    ends_at: Moment
    place: str
    city: str
    state: Literal["not_yet_open", "open", "closed"]
    capacity: Count
    places_left: Count
    url: Address


class AudienceResponse(msgspec.Struct, frozen=True):
    """A kind of participant, and how many seats somebody like that can choose from."""

    id: str
    title: str
    places_left: Count


class OptionResponse(msgspec.Struct, frozen=True):
    """An answer to choose."""

    id: str
    title: str


class ConditionResponse(msgspec.Struct, frozen=True):
    """A question counts when an earlier one has one of these answers."""

    question: QuestionId
    answers: list[str]


class QuestionResponse(msgspec.Struct, frozen=True, kw_only=True):
    """What this congress asks besides. An answer to one that does not count is dropped."""

    id: str
    kind: Kind
    title: str
    hint: str
    required: Annotated[bool, Meta(description="Of whom it counts for")]
    options: list[OptionResponse]
    audiences: Annotated[list[str], Meta(description="Whom it is for; empty: everybody")]
    when: ConditionResponse | None
    keep_days: Annotated[
        int, Meta(ge=0, le=30, description="When the answer is erased: days after the congress")
    ]


class EventResponse(EventSummary, frozen=True, kw_only=True):
    """A congress with everything that a form needs."""

    summary: str
    opens_at: Moment
    closes_at: Moment
    confirm_within: Annotated[
        int, _documented("Hours in which an address must be confirmed by mail; 0: not at all")
    ]
    audiences: list[AudienceResponse]
    rounds: list[RoundResponse]
    questions: list[QuestionResponse]
    consent_version: Annotated[str, Meta(description="Send this back as `consent_version`")]
    consent_text: str
    directory_consent_text: str


class EventList(msgspec.Struct, frozen=True):
    """The published congresses, soonest first."""

    events: list[EventSummary]


class AnswerResponse(msgspec.Struct, frozen=True):
    """What somebody answered, in words; a question that is gone by the title that it had."""

    question: str
    title: str
    answer: str


class RegistrationResponse(msgspec.Struct, frozen=True, kw_only=True):
    """A registration as its holder sees it."""

    id: str
    event: str
    state: Literal["seated", "waiting", "cancelled"]
    name: str
    email: str
    number: Number | None
    lines: list[LineResponse]
    answers: list[AnswerResponse]
    confirm_by: Annotated[
        Moment | None, _documented("Until when the seat is held; null: nothing to confirm")
    ]


class Health(msgspec.Struct, frozen=True):
    """The service answers."""

    status: Literal["ok"]
    service: Literal["registration"]
    version: str
