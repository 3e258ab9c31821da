"""What every entrance of the service works with: its routes, its table and the time."""

from shared.clock import SystemClock
from shared.http import Router

from .repository import Repository

router = Router("directory")
repository = Repository()
clock = SystemClock()
