"""Dates as people write them, in Dutch and English, on the Amsterdam wall clock.

Babel would do this too, at 30 MB in the Lambda's zip; two lists of names do not.
"""

from datetime import date, datetime

from shared.clock import amsterdam

_DAYS = {
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
# fmt: off
_MONTHS = {
    "nl": (
        "januari", "februari", "maart", "april", "mei", "juni",
        "juli", "augustus", "september", "oktober", "november", "december",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}
# fmt: on


def long_date(moment: datetime | date, language: str) -> str:
    """`zaterdag 18 september 2027`, `Saturday 18 September 2027`."""
    day = amsterdam(moment) if isinstance(moment, datetime) else moment
    name, month = _DAYS[language][day.weekday()], _MONTHS[language][day.month - 1]
    return f"{name} {day.day} {month} {day.year}"


def month(day: datetime | date, language: str) -> str:
    """`september 2027`, `September 2027`."""
    return f"{_MONTHS[language][day.month - 1]} {day.year}"


def clock_time(moment: datetime, language: str) -> str:
    """`9.30 uur`, `9:30`."""
    local = amsterdam(moment)
    return f"{local.hour}.{local:%M} uur" if language == "nl" else f"{local.hour}:{local:%M}"


def date_and_time(moment: datetime, language: str) -> str:
    """`zaterdag 18 september 2027 om 9.30 uur`."""
    word = "om" if language == "nl" else "at"
    return f"{long_date(moment, language)} {word} {clock_time(moment, language)}"
