"""The routers that the platform's pages register with: the organisers' one, and the rest."""

from shared.http import Router

router = Router("platform")
desk_router = Router("platform")
