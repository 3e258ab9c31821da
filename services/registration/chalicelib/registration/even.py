"""An answer takes as long for a known address as for an unknown one (docs/adr/0020)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.registration.settings import Settings
from shared.settings import load


@contextmanager
def even_answers() -> Iterator[None]:
    """Leave no sooner than `even_answers_ms` after entering, also with an error."""
    until = time.monotonic() + load(Settings).even_answers_ms / 1000
    try:
        yield
    finally:
        time.sleep(max(0.0, until - time.monotonic()))
