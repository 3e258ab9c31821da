"""The registration that somebody wants to see or change, or the right refusal."""

from chalicelib.registration.domain import Registration
from chalicelib.registration.repository import Repository
from shared.errors import Forbidden, Gone


def current(repository: Repository, registration_id: str, link_version: int | None) -> Registration:
    """The registration as it is now. `link_version` None is an organiser, who needs no link.

    Raises Gone when it was erased, Forbidden when the link was revoked.
    """
    registration = repository.registrations.get(registration_id)
    if registration is None:
        raise Gone(
            "registration_gone", "Deze aanmelding is er niet meer. We hebben je gegevens gewist."
        )
    if link_version is not None and link_version != registration.link_version:
        raise Forbidden("link_revoked", "Deze link werkt niet meer. Vraag een nieuwe link aan.")
    return registration
