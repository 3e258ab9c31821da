"""Who may work at the desk: invite, change and remove organisers.

An organiser is two things: an account in the user pool, which is no more than a password, and an
item with rights in the access table. Rights come last and go first, so that a crash half-way leaves
nobody with a right too many, and doing it again finishes it.
"""

from collections.abc import Callable, Mapping

from chalicelib.platform import user_pool
from chalicelib.platform.repository import people
from shared import auth
from shared.auth import PLATFORM, Organiser, Role
from shared.clock import Clock
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from shared.texts import later as _
from shared.transactions import Busy, Join, Refused

__all__ = [
    "change",
    "end_sessions",
    "invite",
    "invite_again",
    "owner",
    "remove",
    "reset_second_step",
    "tidy",
]
ATTEMPTS = 3
Write = Callable[[list[Join]], None]


class Overtaken(Conflict):
    """Somebody else changed or removed this organiser first."""

    code = "overtaken"
    title = _("Iemand anders heeft dit net veranderd. Kijk wat er nu staat en probeer het opnieuw.")


def owner(organiser_id: str) -> Organiser:
    """Who may decide about people. Raises Forbidden when they may not."""
    found = auth.find_organiser(organiser_id)
    if found is None or not found.may(PLATFORM, "own"):
        raise Forbidden
    return found


def invite(clock: Clock, by: str, email: str, name: str, roles: Mapping[str, Role]) -> Organiser:
    """Make somebody an organiser; the user pool mails them a first password.

    Raises Invalid when the address is an organiser's.
    """
    owner(by)
    tidy()
    if any(one.email == email for one in auth.every_organiser()):
        raise _known()
    new = Organiser(id=_account(clock, email), email=email, name=name, roles=roles)
    try:
        _write(clock, by, "organiser.invited", new.id, lambda joins: people.insert(new, joins))
    except Refused as error:
        raise _known() from error
    return new


def invite_again(clock: Clock, by: str, organiser_id: str) -> None:
    """Mail a new first password to somebody who has not signed in yet."""
    invited = _organiser(organiser_id)
    _write(clock, by, "organiser.invited_again", invited.id, people.note)
    if not user_pool.mail_again(invited.email):
        text = _("Deze uitnodiging is al gebruikt, of het account is weg.")
        raise Conflict("invitation_used", text)


def change(
    clock: Clock, by: str, organiser_id: str, version: int, name: str, roles: Mapping[str, Role]
) -> None:
    """Give an organiser another name and other roles; they count from the next request on.

    Raises Overtaken, and Conflict when nobody would be left to decide about people.
    """
    current = _seen(organiser_id, version)

    def write(joins: list[Join]) -> None:
        people.change(current, name, roles, joins)

    stays = roles.get(PLATFORM) == "owner"
    try:
        _write(clock, by, "organiser.changed", current.id, write, stays=stays)
    except Refused as error:
        raise Overtaken from error


def remove(clock: Clock, by: str, organiser_id: str, version: int) -> None:
    """Take an organiser away: their sessions are worthless at once, then the account goes.

    Raises Overtaken, and Conflict when nobody would be left to decide about people.
    """
    owner(by)
    if organiser_id in tidy():
        return
    current = _seen(organiser_id, version)

    def write(joins: list[Join]) -> None:
        people.remove(current, clock.now(), joins)

    try:
        _write(clock, by, "organiser.removed", current.id, write, stays=False)
    except Refused as error:
        raise Overtaken from error
    tidy()


def reset_second_step(clock: Clock, by: str, organiser_id: str) -> None:
    """Let somebody who lost their phone in again with the password alone; ends their sessions."""
    if organiser_id == by:
        text = _("Je eigen telefoon regel je bij ‘Mijn account’.")
        raise Conflict("own_second_step", text)
    _end_sessions(clock, by, organiser_id, "organiser.second_step_reset")
    user_pool.forget_second_step(organiser_id)


def end_sessions(clock: Clock, by: str, organiser_id: str) -> None:
    """Sign somebody out on every device."""
    _end_sessions(clock, by, organiser_id, "organiser.sessions_ended")


def tidy() -> list[str]:
    """Remove the accounts of who was removed; answers whose. A crash may have left some."""
    left = people.leavers()
    for organiser_id in left:
        user_pool.delete(organiser_id)
        people.forget_leaver(organiser_id)
    return left


def _end_sessions(clock: Clock, by: str, organiser_id: str, action: str) -> None:
    def write(joins: list[Join]) -> None:
        people.end_sessions(organiser_id, clock.now(), joins)

    try:
        _write(clock, by, action, organiser_id, write)
    except Refused as error:
        raise NotFound from error


def _account(clock: Clock, email: str) -> str:
    """An account for this address that nobody has used: a new one, or what a crash left."""
    for _attempt in range(ATTEMPTS):
        created = user_pool.create(email)
        if created is not None:
            return created
        found = user_pool.find(email, clock.now())
        if found is None:
            continue
        if auth.find_organiser(found.id) is not None:
            raise _known()
        # Whose password is known to somebody, or whose removal is under way, does not come back.
        fresh = found.state in ("invited", "expired") and found.id not in people.leavers()
        if fresh and user_pool.mail_again(email):
            return found.id
        user_pool.delete(found.id)
    raise Unavailable


def _write(
    clock: Clock, by: str, action: str, organiser_id: str, write: Write, *, stays: bool = True
) -> None:
    """Write it and note who did, while they own the platform and somebody goes on owning it.

    Raises Refused when the item itself is not as it was seen.
    """
    for _attempt in range(ATTEMPTS):
        actor = owner(by)
        joins = [auth.audited(actor, action, organiser_id, clock)]
        voucher = _voucher(clock, actor, organiser_id, stays=stays)
        if voucher is not None:
            joins.append(people.stands(voucher))
        try:
            write(joins)
        except Refused as refused:
            if people.PART_OWNER not in refused.parts:
                raise
        else:
            return
    raise Busy


def _voucher(clock: Clock, actor: Organiser, organiser_id: str, *, stays: bool) -> Organiser | None:
    """The owner who must still be one when it is written: who acts, or who is left after them."""
    if actor.id != organiser_id:
        return actor
    if stays:  # the condition on their own item says it
        return None
    for other in auth.organisers(PLATFORM, "own"):
        account = user_pool.find(other.id, clock.now()) if other.id != actor.id else None
        if account is not None and account.state == "active":
            return other
    text = _(
        "Jij bent de enige die over mensen en instellingen gaat. Geef dat eerst aan iemand anders."
    )
    raise Conflict("last_owner", text)


def _organiser(organiser_id: str) -> Organiser:
    found = auth.find_organiser(organiser_id)
    if found is None:
        raise NotFound
    return found


def _seen(organiser_id: str, version: int) -> Organiser:
    found = _organiser(organiser_id)
    if found.version != version:
        raise Overtaken
    return found


def _known() -> Invalid:
    text = _("Dit e-mailadres is al van een organisator.")
    return Invalid("organiser_known", fields={"email": text})
