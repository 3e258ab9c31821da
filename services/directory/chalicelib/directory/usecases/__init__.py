"""What can be done with members: one verb per thing, with its collaborators as arguments."""

from chalicelib.directory.usecases.apply import PER_ADDRESS, WITHOUT_PROOF, apply
from chalicelib.directory.usecases.current import (
    BY_FORM,
    BY_OPERATOR,
    BY_REGISTRATION,
    Overtaken,
    stable_id,
)
from chalicelib.directory.usecases.decide import approve, decline, edit, reopen, withdraw
from chalicelib.directory.usecases.load import load_members
from chalicelib.directory.usecases.react import (
    draft_shared_profile,
    forget_registration,
    share_contact,
)
from chalicelib.directory.usecases.retain import remove_expired
from chalicelib.directory.usecases.sign_in import ask_to_sign_in, entries_of, entries_with

__all__ = [
    "BY_FORM",
    "BY_OPERATOR",
    "BY_REGISTRATION",
    "PER_ADDRESS",
    "WITHOUT_PROOF",
    "Overtaken",
    "apply",
    "approve",
    "ask_to_sign_in",
    "decline",
    "draft_shared_profile",
    "edit",
    "entries_of",
    "entries_with",
    "forget_registration",
    "load_members",
    "remove_expired",
    "reopen",
    "share_contact",
    "stable_id",
    "withdraw",
]
