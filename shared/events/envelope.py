"""CloudEvents 1.0 around our event data (DESIGN §4). Events carry ids only, never personal data."""

from datetime import datetime
from typing import Any, ClassVar, Literal

import msgspec

from shared.clock import Clock
from shared.ids import new_id
from shared.observability import correlation_id

TYPE_PREFIX = "nl.plekken."
SCHEMA_PREFIX = "urn:plekken:event:"


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, as ids. A subclass names its type and which of its fields is the subject.

    Within a version a field may be added with a default, and nothing else may change.
    """

    NAME: ClassVar[str]
    SUBJECT: ClassVar[str]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event as it travels; attribute names are those of CloudEvents."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str
    time: datetime
    subject: str
    dataschema: str
    datacontenttype: Literal["application/json"] = "application/json"
    correlationid: str
    aggregateversion: int = 1
    data: Data


class _Wire(msgspec.Struct, frozen=True, kw_only=True):
    """An event whose data has not been looked at yet."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    time: datetime
    subject: str
    dataschema: str
    correlationid: str
    aggregateversion: int
    data: msgspec.Raw


class MalformedEvent(Exception):
    """A message that is not one of our events, or not as its schema says."""


def type_of(data: type[Data]) -> str:
    """The CloudEvents type, `nl.plekken.registration.registered.v1`."""
    return TYPE_PREFIX + data.NAME


def occurred(data: Data, clock: Clock, *, version: int = 1) -> Event:
    """A new event saying that `data` happened to version `version` of its subject."""
    service = data.NAME.partition(".")[0]
    return Event(
        id=new_id(clock),
        source=TYPE_PREFIX + service,
        type=type_of(type(data)),
        time=clock.now(),
        subject=getattr(data, data.SUBJECT),
        dataschema=SCHEMA_PREFIX + data.NAME,
        correlationid=correlation_id(),
        aggregateversion=version,
        data=data,
    )


def encode(event: Event) -> str:
    """The event as JSON text."""
    return msgspec.json.encode(event).decode()


def decode(text: str | bytes, catalogue: dict[str, type[Data]]) -> Event:
    """Read an event whose type is in `catalogue`. Raises MalformedEvent."""
    try:
        wire = msgspec.json.decode(text, type=_Wire)
        known = catalogue.get(wire.type)
        if known is None:
            # The type is the sender's to choose, so it is not repeated in the message.
            raise MalformedEvent("unknown event type")
        data: Data = msgspec.json.decode(wire.data, type=known)
    except msgspec.MsgspecError as error:
        raise MalformedEvent(str(error)) from error
    attributes: dict[str, Any] = msgspec.structs.asdict(wire)
    return Event(**{**attributes, "data": data})
