"""What each function does every day, in pieces that can be done again and again.

A piece of work raises AssertionError when its function fails. What a failed piece had prepared is
kept for the next try, so a function that misses a permission costs little.
"""

import contextlib
from collections.abc import Iterator, Sequence

from tests.flows.work import directory, documents, registration
from tests.flows.work.office import Office, Work

_SERVICES = {"registration": registration, "directory": directory, "documents": documents}
# What feeds a function by itself, and would do its work before we look.
FED_BY = {
    "inbox": ("inbox",),
    "mail": ("mail",),
    "relay": ("relay",),
    "feedback": ("feedback",),
    "sweep": ("relay", "inbox"),
    "inspect": ("inspect",),
    "notices": ("notices",),
    "notify": ("notices",),
}


def pieces(office: Office, service: str, kind: str) -> Sequence[Work]:
    """The pieces of a function's work."""
    made: Sequence[Work] = getattr(_SERVICES[service], kind)(office)
    return made


def first_failure(work: Sequence[Work]) -> str:
    """Do it all; answers what went wrong first, or "" when nothing did."""
    for piece in work:
        try:
            piece()
        except AssertionError as error:
            return f"{piece.__name__}: {error}"  # type: ignore[attr-defined]
    return ""


@contextlib.contextmanager
def undisturbed(office: Office, service: str, kind: str) -> Iterator[None]:
    """Let a function do only what its pieces of work ask of it."""
    if service == "documents":
        office.prepared["partner"] = office.partner()  # a mail brings it, so before mails stop
    events = office.client("events")
    rules = [one["Name"] for one in events.list_rules()["Rules"] if one["State"] == "ENABLED"]
    for rule in rules:
        events.disable_rule(Name=rule)
    try:
        with office.backstage.paused(*(f"{service}-{one}" for one in FED_BY.get(kind, ()))):
            yield
    finally:
        for rule in rules:
            events.enable_rule(Name=rule)
