"""What the registration service does, one verb per function.

Every function receives its collaborators (repository, clock) first and its data by keyword.
"""

from chalicelib.registration.usecases.cancel import cancel
from chalicelib.registration.usecases.change import change
from chalicelib.registration.usecases.check_address import clear_address, note_failed_address
from chalicelib.registration.usecases.check_in import check_in, undo_check_in
from chalicelib.registration.usecases.confirm import confirm, give_up_overdue
from chalicelib.registration.usecases.correct_address import AddressTaken, correct_address
from chalicelib.registration.usecases.count_totals import count_totals
from chalicelib.registration.usecases.count_week import Week, count_week
from chalicelib.registration.usecases.define import define_event
from chalicelib.registration.usecases.delete_draft import delete_draft
from chalicelib.registration.usecases.door import (
    DoorPage,
    Guest,
    count_inside,
    door_list,
    find_guests,
    guest_of,
)
from chalicelib.registration.usecases.enter import enter
from chalicelib.registration.usecases.find import (
    answers_of,
    export_rows,
    find_definition,
    find_event,
    list_events,
    registration_for_mail,
    registration_for_manage,
)
from chalicelib.registration.usecases.joining import Asked
from chalicelib.registration.usecases.promote import (
    settle,
    settle_all,
    settle_event_of,
    settle_lines_of,
)
from chalicelib.registration.usecases.register import register
from chalicelib.registration.usecases.request_link import request_link
from chalicelib.registration.usecases.retain import erase_expired
from chalicelib.registration.usecases.say_coming import say_coming
from chalicelib.registration.usecases.search import list_registrations, search_everywhere
from chalicelib.registration.usecases.seen import chosen_sessions, seen_mark
from chalicelib.registration.usecases.send_mailings import send_mailings
from chalicelib.registration.usecases.send_message import (
    NOBODY,
    SentAlready,
    carry_message_on,
    recipients,
    send_message,
)
from chalicelib.registration.usecases.share import hand_over_profile
from chalicelib.registration.usecases.spread import carry_on, spread_definition
from chalicelib.registration.usecases.sweep import sweep, sweep_event
from chalicelib.registration.usecases.write_note import NoteChanged, note_mark, write_note

__all__ = [
    "NOBODY",
    "AddressTaken",
    "Asked",
    "DoorPage",
    "Guest",
    "NoteChanged",
    "SentAlready",
    "Week",
    "answers_of",
    "cancel",
    "carry_message_on",
    "carry_on",
    "change",
    "check_in",
    "chosen_sessions",
    "clear_address",
    "confirm",
    "correct_address",
    "count_inside",
    "count_totals",
    "count_week",
    "define_event",
    "delete_draft",
    "door_list",
    "enter",
    "erase_expired",
    "export_rows",
    "find_definition",
    "find_event",
    "find_guests",
    "give_up_overdue",
    "guest_of",
    "hand_over_profile",
    "list_events",
    "list_registrations",
    "note_failed_address",
    "note_mark",
    "recipients",
    "register",
    "registration_for_mail",
    "registration_for_manage",
    "request_link",
    "say_coming",
    "search_everywhere",
    "seen_mark",
    "send_mailings",
    "send_message",
    "settle",
    "settle_all",
    "settle_event_of",
    "settle_lines_of",
    "spread_definition",
    "sweep",
    "sweep_event",
    "undo_check_in",
    "write_note",
]
