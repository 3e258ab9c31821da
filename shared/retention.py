"""How every service tells that personal data stayed longer than it may."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.clock import Clock
from shared.observability import log, metric

# What became due today is for tonight's job; past this even DynamoDB's TTL, which AWS promises
# within two days, should have taken it.
GRACE = timedelta(hours=48)


def tell_overdue(service: str, until: Iterable[datetime], clock: Clock) -> None:
    """Count what should have been gone by now in the metric ExpiredYetPresent.

    `until` are the dates up to which the things that were found may be kept.
    """
    overdue = sum(date < clock.now() - GRACE for date in until)
    metric("ExpiredYetPresent", overdue, service=service)
    if overdue:
        log("retention.overdue", "WARNING", count=overdue)
