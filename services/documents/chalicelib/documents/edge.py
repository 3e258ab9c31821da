"""What every entrance of the service works with: its pages, its table, its buckets and the time."""

from functools import cache

from chalicelib.documents import settings
from chalicelib.documents.repository import Repository
from chalicelib.documents.storage import Storage
from chalicelib.documents.usecases import Catalogue
from shared.clock import SystemClock
from shared.http import Router

router = Router("documents")
clock = SystemClock()
repository = Repository()


@cache
def storage() -> Storage:
    """The two buckets of this stage."""
    found = settings.load()
    return Storage(found.quarantine_bucket, found.library_bucket, found.upload_origin)


@cache
def catalogue() -> Catalogue:
    """The library's snapshot, kept between requests."""
    return Catalogue(repository, clock)
