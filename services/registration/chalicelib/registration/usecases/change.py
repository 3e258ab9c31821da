"""Change one's own registration: the name, and which sessions to join."""

from collections.abc import Sequence
from typing import TypedDict, Unpack

from msgspec.structs import replace

from chalicelib.registration import question_rules
from chalicelib.registration.domain import Answers, Definition, Line, Registration
from chalicelib.registration.repository import Repository
from chalicelib.registration.seats import Taken
from chalicelib.registration.usecases.current import current
from chalicelib.registration.usecases.find import answers_of
from chalicelib.registration.usecases.promote import line_of
from chalicelib.registration.usecases.seen import chosen_sessions, seen_mark
from shared.clock import Clock
from shared.errors import Conflict, Gone
from shared.events import occurred
from shared.events.registration import Changed
from shared.transactions import Busy, Join, Refused, both

MOST_TRIES = 5


class Wish(TypedDict, total=False):
    """What somebody wants changed; what is left out, or None, stays as it is."""

    name: str | None
    sessions: Sequence[str] | None  # the whole choice, at most one per round
    answers: question_rules.Given | None  # all of those to the congress's own questions
    seen: str | None  # `seen_mark` of what the wish was made from; None: whatever is there


def change(
    repository: Repository,
    clock: Clock,
    *,
    registration_id: str,
    link_version: int | None,
    note: Join | None = None,
    **wish: Unpack[Wish],
) -> Registration:
    """Change what is wished for.

    A new session that is full is waited for, and the old seat is given up only on being seated in
    the new one. `link_version` is None for an organiser, whose `note` for the audit log joins.
    Raises Gone, Forbidden, Conflict (the congress is over, or something else was changed since the
    wish was made), Invalid (choice), Busy.
    """
    sessions = wish.get("sessions")
    for _ in range(MOST_TRIES):
        before = current(repository, registration_id, link_version)
        definition = _definition_of(repository, clock, before)
        taken: list[Taken] = []
        replies = answers_of(repository, before.id)
        join = _answering(repository, definition, before, replies, wish.get("answers"))
        after = before.changed(clock.now(), name=wish.get("name") or before.name)
        if sessions is not None:
            definition.check_choice(sessions)
        seen = wish.get("seen")
        if seen and seen != seen_mark(before, definition, replies.replies):
            _check_sent_before(definition, before, after.name, sessions, join)
            return before
        if sessions is not None:
            try:
                after, taken = _with_sessions(repository, definition, after, sessions)
            except _Outdated:
                repository.definitions.refresh(before.event)
                continue
        happened = Changed(registration_id=before.id, event=before.event)
        try:
            repository.registrations.save(
                before,
                after,
                occurred(happened, clock, version=after.version),
                join=both(join, note),
            )
        except (Refused, Busy) as error:
            repository.numbers.bury(before.event, taken)
            if isinstance(error, Busy):
                raise
            continue
        return after
    raise Busy


def _definition_of(repository: Repository, clock: Clock, before: Registration) -> Definition:
    """The congress of somebody who may still change something. Raises Gone, Conflict."""
    definition = repository.definitions.recent(before.event)
    if before.state == "cancelled" or definition is None:
        raise Gone("registration_cancelled", "Deze aanmelding is afgemeld.")
    if clock.now() >= definition.ends_at:
        raise Conflict("event_over", "Het congres is voorbij.")
    return definition


class _Outdated(Exception):
    """A line is not as the definition says: somebody is changing the congress."""


def _answering(
    repository: Repository,
    definition: Definition,
    registration: Registration,
    before: Answers,
    given: question_rules.Given | None,
) -> Join | None:
    """What writes the new replies, where they differ; those to removed questions stay."""
    if given is None:
        return None
    old = {one.question: one for one in before.replies}
    new = question_rules.checked(definition.questions, registration.audience, given, old)
    asked = {one.id for one in definition.questions}
    kept = tuple(one for one in before.replies if one.question not in asked)
    after = replace(before, replies=(*new, *kept))
    if after == before:
        return None
    return repository.answers.writing(registration.id, after, definition.ends_at)


def _check_sent_before(
    definition: Definition,
    registration: Registration,
    name: str,
    sessions: Sequence[str] | None,
    join: Join | None,
) -> None:
    """Raises Conflict unless everything is as wanted already: the same form, sent twice."""
    chosen = set(chosen_sessions(registration, definition).values())
    if join or name != registration.name or (sessions is not None and set(sessions) != chosen):
        raise Conflict(
            "changed_meanwhile",
            "Je aanmelding is intussen veranderd, bijvoorbeeld in een ander tabblad. "
            "Hieronder staat wat je hier koos. Klopt dat nog? Sla het dan opnieuw op.",
        )


def _with_sessions(
    repository: Repository,
    definition: Definition,
    registration: Registration,
    sessions: Sequence[str],
) -> tuple[Registration, list[Taken]]:
    """Join the lines of newly chosen sessions and leave those that are no longer wanted."""
    if registration.state == "waiting":
        return registration.with_lines(registration.lines, wishes=tuple(sessions)), []
    new = [session for session in sessions if not registration.has_line(session)]
    found = [repository.pools.take_for_promoted(definition, session) for session in new]
    taken = [one for one in found if one is not None]
    if len(taken) < len(new):
        repository.numbers.bury(definition.id, taken)
        raise _Outdated
    chosen = {line.id: line for line in registration.session_lines if line.id in sessions}
    chosen |= {one.line: line_of(one) for one in taken}
    kept = [
        line
        for line in registration.session_lines
        if line.id not in chosen and _keeps_seat(definition, line, chosen)
    ]
    return registration.with_lines((registration.congress, *kept, *chosen.values())), taken


def _keeps_seat(definition: Definition, line: Line, chosen: dict[str, Line]) -> bool:
    """Whether a seat is kept for as long as its replacement in the same round is not sure."""
    round_ = definition.round_of(line.id)
    return line.state == "seated" and any(
        definition.round_of(id_) == round_ and other.state == "waiting"
        for id_, other in chosen.items()
    )
