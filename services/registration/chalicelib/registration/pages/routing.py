"""The router that every page of this service registers with, and who may use those of the desk."""

from chalicelib.registration.views import SERVICE
from shared import auth
from shared.http import Router, organiser
from shared.request import Request

READER = organiser(SERVICE, "read")
SOMEWHERE = organiser(SERVICE, "read", somewhere=True)
ORGANISER = organiser(SERVICE)

router = Router(SERVICE)
desk_router = Router(SERVICE)


def who(request: Request) -> auth.Organiser:
    """The organiser who is signed in."""
    if request.organiser is None:  # the route's access has made sure
        raise AssertionError
    return request.organiser
