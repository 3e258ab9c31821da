"""The HTML views: `public` for visitors and partners, `desk` for organisers."""

from chalicelib.documents import desk, public
from chalicelib.documents.edge import router

__all__ = ["desk", "public", "router"]
