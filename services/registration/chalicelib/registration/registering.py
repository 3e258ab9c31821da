"""From a request to a registration: the form and the JSON interface do the same."""

from __future__ import annotations

from chalicelib.registration import forms, usecases
from chalicelib.registration.domain import Definition, Receipt
from chalicelib.registration.even import even_answers
from chalicelib.registration.fingerprints import fingerprint
from chalicelib.registration.repository import Repository
from chalicelib.registration.schemas import RegistrationRequest
from shared import proof
from shared.clock import Clock
from shared.request import Request


def register_request(
    repository: Repository,
    clock: Clock,
    request: Request,
    definition: Definition,
    body: RegistrationRequest,
) -> Receipt:
    """Register who `body` describes; the answer takes equally long for every address.

    Raises Invalid, Conflict, TooManyRequests, Unavailable.
    """
    with even_answers():
        return usecases.register(
            repository,
            clock,
            event=definition.id,
            entry=forms.entry(body, definition, clock.now()),
            language=body.language,
            fingerprint=fingerprint(definition.id, body),
            sending=proof.sending(request, body.altcha, clock),
        )
