"""The routers that the pages of this service register with: the organisers' one, and the rest."""

from shared.http import Router

router = Router("documents")
desk_router = Router("documents")
