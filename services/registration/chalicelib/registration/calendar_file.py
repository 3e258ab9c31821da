"""The appointment that goes with a mail (iCalendar, RFC 5545, sent as RFC 5546 describes)."""

from __future__ import annotations

from typing import Literal

from chalicelib.registration.domain import Definition, Registration, text
from shared.clock import amsterdam

Method = Literal["REQUEST", "CANCEL"]

# As rules without an end (Directive 2000/84/EC); icalendar would list the dates of some years.
_AMSTERDAM = """BEGIN:VTIMEZONE
TZID:Europe/Amsterdam
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""


def appointment(
    definition: Definition,
    registration: Registration,
    *,
    method: Method,
    organiser_name: str,
    organiser_address: str,
    url: str,
) -> bytes:
    """Return the congress as this person's appointment.

    The UID never changes and the SEQUENCE only rises, with every revision of the congress and
    every change of the registration, so that calendars replace the appointment instead of adding
    a second one.
    """
    # icalendar costs 120 million instructions to import; only the mail worker gets here.
    from icalendar import Calendar, Event, Timezone, vCalAddress, vText, vUri  # noqa: PLC0415

    calendar = Calendar()
    calendar.add("prodid", "-//Plekken//Registration//NL")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)

    event = Event()
    event.add("uid", f"registration-{registration.id}@plekken")
    event.add("sequence", definition.revision + registration.version)
    event.add("dtstamp", registration.changed_at or registration.registered_at)
    event.add("dtstart", amsterdam(definition.starts_at))
    event.add("dtend", amsterdam(definition.ends_at))
    event.add("summary", text(definition.title, registration.language))
    event.add("description", text(definition.summary, registration.language))
    event.add("location", f"{definition.place}, {definition.address}, {definition.city}")
    event["url"] = vUri(url)
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")

    organiser = vCalAddress(f"mailto:{organiser_address}")
    organiser.params["CN"] = vText(organiser_name)
    event["organizer"] = organiser
    attendee = vCalAddress(f"mailto:{registration.email}")
    attendee.params["CN"] = vText(registration.name)
    attendee.params["PARTSTAT"] = vText("DECLINED" if method == "CANCEL" else "ACCEPTED")
    attendee.params["RSVP"] = vText("FALSE")
    event.add("attendee", attendee, encode=False)

    calendar.add_component(Timezone.from_ical(_AMSTERDAM))
    calendar.add_component(event)
    data: bytes = calendar.to_ical()
    return data
