"""Partners sign in by mail, and upload without their invitation at hand."""

from chalicelib.documents.domain import Invitation, Partner
from chalicelib.documents.repository import Repository
from shared.auth import MemberSession, codes
from shared.clock import Clock
from shared.events import occurred
from shared.events.documents import PartnerSignInAsked


def ask_to_sign_in(repository: Repository, clock: Clock, asking: codes.Asking) -> str:
    """Have a code and a link mailed to the address if a partner has it; answers the browser's
    secret. Raises TooManyRequests.
    """
    return codes.ask(
        asking,
        clock,
        lambda request: repository.telling(occurred(PartnerSignInAsked(request_id=request), clock)),
    )


def partners_with(repository: Repository, address: str) -> list[Partner]:
    """The partners with this address: whom a mail may sign in."""
    mark = codes.mark_of(address)
    # The index may lag: who left a moment ago is not written to.
    now = (repository.partner(one.member_id) for one in repository.partners_at(mark))
    return [one for one in now if one is not None and codes.mark_of(one.email) == mark]


def partners_of(repository: Repository, session: MemberSession) -> list[Partner]:
    """For whom who signed in may upload now: still with their address. Who left has none."""
    found = (repository.partner(member) for member in session.members)
    return [one for one in found if one is not None and codes.mark_of(one.email) == session.mark]


def invitation_of_session(repository: Repository, session: MemberSession) -> Invitation | None:
    """The invitation of the partner that was chosen, also when its mailed link has ended: who is
    still in the guide may share. None when nobody was chosen, or they left.
    """
    chosen = [one for one in partners_of(repository, session) if one.member_id == session.chosen]
    return repository.invitation(chosen[0].invitation_id) if chosen else None
