"""The router that every page of this service registers with."""

from shared.http import Router

router = Router("directory")
