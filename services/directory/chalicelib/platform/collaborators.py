"""What the edge hands to use cases, once per process."""

from shared.clock import SystemClock

clock = SystemClock()
