"""What the function `operations` does for the operations page: it may take from dead-letter queues.

It reads for itself who asks, as `accounts` does.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from chalicelib.platform.calls import Action, serve
from chalicelib.platform.collaborators import clock
from chalicelib.platform.usecases import operations

Asked = dict[str, Any]
Told = dict[str, Any]


def answer(request: Asked) -> Told:
    """Do what was asked, and say what came of it."""
    return serve(request, ACTIONS)


def _look(asked: Asked) -> Told:
    found: Told = msgspec.to_builtins(operations.look(asked["by"]))
    return found


def _redrive(asked: Asked) -> Told:
    moved, left = operations.redrive(clock, asked["by"], asked["queue"])
    return {"moved": moved.moved, "refused": moved.refused, "left": left}


def _drop(asked: Asked) -> Told:
    operations.drop(clock, asked["by"], asked["queue"], asked["message"])
    return {}


ACTIONS: Mapping[str, Action] = {"look": _look, "redrive": _redrive, "drop": _drop}
