"""Every use case that writes runs in some family, and those that write the same items meet."""

import itertools
from collections import defaultdict
from types import CodeType, FunctionType, ModuleType

import pytest

from chalicelib.directory import usecases as directory
from chalicelib.documents import usecases as documents
from chalicelib.platform.usecases import failures, notices, people, settings
from chalicelib.registration import usecases as registration
from shared import mail_texts
from tests.proofs.interleaving.families import FAMILIES
from tests.proofs.interleaving.family import Alone, alone

SERVICES: tuple[ModuleType, ...] = (
    registration,
    directory,
    documents,
    failures,
    notices,
    people,
    settings,
    mail_texts,
)
# What only looks. A use case that is in neither this list nor a family fails the test.
LOOK = {
    "chalicelib.directory.usecases.entries_of",
    "chalicelib.directory.usecases.entries_with",
    "chalicelib.directory.usecases.stable_id",
    "chalicelib.documents.usecases.find_published",
    "chalicelib.documents.usecases.find_upload",
    "chalicelib.documents.usecases.invitation_of_session",
    "chalicelib.documents.usecases.partners_of",
    "chalicelib.documents.usecases.partners_with",
    "chalicelib.documents.usecases.plan_upload",
    "chalicelib.platform.usecases.people.owner",
    "chalicelib.platform.usecases.failures.holds_failures",
    "chalicelib.platform.usecases.notices.everybody",
    "chalicelib.registration.usecases.answers_of",
    "chalicelib.registration.usecases.chosen_sessions",
    "chalicelib.registration.usecases.count_totals",
    "chalicelib.registration.usecases.count_inside",
    "chalicelib.registration.usecases.count_week",
    "chalicelib.registration.usecases.door_list",
    "chalicelib.registration.usecases.export_rows",
    "chalicelib.registration.usecases.find_definition",
    "chalicelib.registration.usecases.find_event",
    "chalicelib.registration.usecases.find_guests",
    "chalicelib.registration.usecases.guest_of",
    "chalicelib.registration.usecases.note_mark",
    "chalicelib.registration.usecases.recipients",
    "chalicelib.registration.usecases.seen_mark",
    "chalicelib.registration.usecases.list_events",
    "chalicelib.registration.usecases.list_registrations",
    "chalicelib.registration.usecases.registration_for_mail",
    "chalicelib.registration.usecases.registration_for_manage",
    "chalicelib.registration.usecases.search_everywhere",
    "shared.mail_texts.check",
    "shared.mail_texts.fill",
    "shared.mail_texts.filled_words",
    "shared.mail_texts.stored_words",
    "shared.mail_texts.typed_words",
}
# Met by nobody else: an id made a moment ago, or who did what once.
APART = {"AUDIT", "OUTBOX", "SEEN", "PROOF", "LIMIT"}


def use_cases() -> dict[str, CodeType]:
    """Every function that a service's `usecases` hands out, but those that only look."""
    return {
        f"{service.__name__}.{name}": function.__code__
        for service in SERVICES
        for name in service.__all__
        if isinstance(function := getattr(service, name), FunctionType)
        and f"{service.__name__}.{name}" not in LOOK
    }


@pytest.mark.usefixtures("embedded")
def test_every_writing_use_case_meets_those_that_write_the_same() -> None:
    known = use_cases()
    ran_in: dict[str, set[str]] = defaultdict(set)  # use case to families
    writers: dict[tuple[str, str], set[str]] = defaultdict(set)  # kind of item to use cases
    for family in FAMILIES:
        for state, name in itertools.product(family.states, family.operations):
            found: Alone = alone(family, state, name)
            ran = {use_case for use_case, code in known.items() if code in found.ran}
            for use_case in ran:
                ran_in[use_case].add(family.name)
                service = use_case.split(".")[1]
                for kind in found.writes:
                    if kind.split()[0] not in APART:
                        writers[service, kind].add(use_case)
    assert set(known) - set(ran_in) == set()
    strangers = [
        f"{first} and {second} both write {kind}"
        for (_, kind), found_ in writers.items()
        for first, second in itertools.combinations(sorted(found_), 2)
        if not ran_in[first] & ran_in[second]
    ]
    assert strangers == [], "\n".join(strangers)
