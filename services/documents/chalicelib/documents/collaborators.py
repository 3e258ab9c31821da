"""What the edge hands to use cases: the table, the buckets and the time, once per process."""

from functools import cache

from chalicelib.documents import settings
from chalicelib.documents.repository import Repository
from chalicelib.documents.storage import Storage
from chalicelib.documents.usecases import Catalogue
from shared.clock import SystemClock

clock = SystemClock()
repository = Repository()


@cache
def storage() -> Storage:
    """The two buckets of this stage."""
    found = settings.load()
    return Storage(
        found.quarantine_bucket, found.library_bucket, found.upload_origin, found.library_origin
    )


@cache
def catalogue() -> Catalogue:
    """The library's snapshot, kept between requests."""
    return Catalogue(repository, clock)
