"""Members sign in by mail, and act for the entries that have their address."""

from chalicelib.directory.domain import Member, State
from chalicelib.directory.repository import Repository
from shared.auth import MemberSession, codes
from shared.clock import Clock
from shared.events import occurred
from shared.events.directory import MemberSignInAsked


def ask_to_sign_in(repository: Repository, clock: Clock, asking: codes.Asking) -> str:
    """Have a code and a link mailed to the address if an entry has it; answers the browser's
    secret. Raises TooManyRequests.
    """
    return codes.ask(
        asking,
        clock,
        lambda request: repository.telling(occurred(MemberSignInAsked(request_id=request), clock)),
    )


def entries_with(repository: Repository, address: str) -> list[Member]:
    """The published entries with this address: whom a mail may sign in."""
    mark = codes.mark_of(address)
    shown = (one for one in repository.every() if one.state is State.PUBLISHED)
    return [one for one in shown if codes.mark_of(one.contact.email) == mark]


def entries_of(repository: Repository, clock: Clock, session: MemberSession) -> list[Member]:
    """The entries that who signed in may change now: published, and still with their address."""
    found = (repository.get(member, clock.now()) for member in session.members)
    return [
        one
        for one in found
        if one is not None
        and one.state is State.PUBLISHED
        and codes.mark_of(one.contact.email) == session.mark
    ]
