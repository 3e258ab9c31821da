"""What the function `accounts` does for the people pages: it may change organisers and accounts.

It reads for itself who asks and what was typed: the function that the internet reaches gets no
right by lying about either, beyond acting for an owner who is one.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.platform import user_pool
from chalicelib.platform.calls import Action, serve
from chalicelib.platform.collaborators import clock
from chalicelib.platform.domain.people import MOST_AT_ONCE, read_email, read_name, read_roles
from chalicelib.platform.repository.people import leavers
from chalicelib.platform.usecases import people
from shared.clock import Clock
from shared.errors import Invalid

Asked = dict[str, Any]
Told = dict[str, Any]


def answer(request: Asked) -> Told:
    """Do what was asked, and say what came of it."""
    return serve(request, ACTIONS)


def _look(asked: Asked) -> Told:
    """The state of some accounts, and how many wait to be removed."""
    people.owner(asked["by"])
    found = {one: user_pool.find(one, clock.now()) for one in asked["ids"][:MOST_AT_ONCE]}
    accounts = {
        one: {"state": account.state, "second_step": account.second_step}
        for one, account in found.items()
        if account is not None
    }
    return {"accounts": accounts, "leavers": len(leavers())}


def _invite(asked: Asked) -> Told:
    email, name, roles = _read(asked, email=read_email, name=read_name, roles=read_roles)
    return {"id": people.invite(clock, asked["by"], email, name, roles).id}


def _change(asked: Asked) -> Told:
    name, roles = _read(asked, name=read_name, roles=read_roles)
    people.change(clock, asked["by"], asked["id"], asked["version"], name, roles)
    return {}


def _remove(asked: Asked) -> Told:
    people.remove(clock, asked["by"], asked["id"], asked["version"])
    return {}


def _tidy(asked: Asked) -> Told:
    people.owner(asked["by"])
    return {"removed": len(people.tidy())}


def _to_one(verb: Callable[[Clock, str, str], None]) -> Action:
    def act(asked: Asked) -> Told:
        verb(clock, asked["by"], asked["id"])
        return {}

    return act


def _read(asked: Asked, **readers: Callable[[Any], Any]) -> list[Any]:
    """What was typed, read. Raises Invalid with everything that is wrong with it."""
    values: list[Any] = []
    errors: dict[str, str] = {}
    for field, reader in readers.items():
        try:
            values.append(reader(asked.get(field, "")))
        except Invalid as error:
            errors |= error.fields
    if errors:
        raise Invalid("invalid_organiser", fields=errors)
    return values


ACTIONS: Mapping[str, Action] = {
    "look": _look,
    "invite": _invite,
    "invite_again": _to_one(people.invite_again),
    "change": _change,
    "remove": _remove,
    "reset_second_step": _to_one(people.reset_second_step),
    "end_sessions": _to_one(people.end_sessions),
    "tidy": _tidy,
}
