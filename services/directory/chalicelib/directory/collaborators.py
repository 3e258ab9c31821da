"""What the edge hands to use cases: the table and the time, once per process."""

from chalicelib.directory.repository import Repository
from shared.clock import SystemClock

repository = Repository()
clock = SystemClock()
