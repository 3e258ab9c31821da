"""What the registration service does, one verb per function.

Every function receives its collaborators (repository, clock) first and its data by keyword.
"""

from chalicelib.registration.usecases.cancel import cancel
from chalicelib.registration.usecases.change import change
from chalicelib.registration.usecases.define import define_event
from chalicelib.registration.usecases.find import (
    export_rows,
    find_definition,
    find_event,
    list_events,
    list_registrations,
    registration_for_mail,
    registration_for_manage,
)
from chalicelib.registration.usecases.promote import (
    settle,
    settle_all,
    settle_event_of,
    settle_lines_of,
)
from chalicelib.registration.usecases.register import register
from chalicelib.registration.usecases.request_link import request_link
from chalicelib.registration.usecases.retain import erase_expired
from chalicelib.registration.usecases.share import hand_over_profile
from chalicelib.registration.usecases.spread import carry_on, spread_definition
from chalicelib.registration.usecases.sweep import sweep, sweep_event

__all__ = [
    "cancel",
    "carry_on",
    "change",
    "define_event",
    "erase_expired",
    "export_rows",
    "find_definition",
    "find_event",
    "hand_over_profile",
    "list_events",
    "list_registrations",
    "register",
    "registration_for_mail",
    "registration_for_manage",
    "request_link",
    "settle",
    "settle_all",
    "settle_event_of",
    "settle_lines_of",
    "spread_definition",
    "sweep",
    "sweep_event",
]
