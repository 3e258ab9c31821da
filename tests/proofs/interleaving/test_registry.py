"""Every use case that writes runs in some family, and those that write the same items meet."""

import itertools
from collections import defaultdict
from types import CodeType, FunctionType, ModuleType

import pytest

from chalicelib.directory import usecases as directory
from chalicelib.documents import usecases as documents
from chalicelib.registration import usecases as registration
from tests.proofs.interleaving.families import FAMILIES
from tests.proofs.interleaving.family import Alone, alone

SERVICES: tuple[ModuleType, ...] = (registration, directory, documents)
# What only looks. A use case that is in neither this list nor a family fails the test.
LOOK = {
    "chalicelib.directory.usecases.stable_id",
    "chalicelib.documents.usecases.find_published",
    "chalicelib.documents.usecases.find_upload",
    "chalicelib.documents.usecases.plan_upload",
    "chalicelib.registration.usecases.export_rows",
    "chalicelib.registration.usecases.find_definition",
    "chalicelib.registration.usecases.find_event",
    "chalicelib.registration.usecases.list_events",
    "chalicelib.registration.usecases.list_registrations",
    "chalicelib.registration.usecases.registration_for_mail",
    "chalicelib.registration.usecases.registration_for_manage",
}
# Met by nobody else: an id made a moment ago, or who did what once.
APART = {"OUTBOX", "SEEN", "PROOF", "LIMIT"}


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
    assert strangers == []
