"""The appointment that goes with a mail (iCalendar, RFC 5545, sent as RFC 5546 describes)."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from chalicelib.registration.domain import Definition, Registration, text
from shared.clock import amsterdam

Method = Literal["REQUEST", "CANCEL"]


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
    from icalendar import Calendar, Event, vCalAddress, vText, vUri  # noqa: PLC0415

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

    calendar.add_component(event)
    calendar.add_missing_timezones(
        first_date=(definition.starts_at - timedelta(days=366)).date(),
        last_date=(definition.ends_at + timedelta(days=366)).date(),
    )
    data: bytes = calendar.to_ical()
    return data
