"""What the platform's own functions do: plain AWS events in, Lambda answers out."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from chalicelib.platform import notice_mails
from chalicelib.platform.collaborators import clock
from chalicelib.platform.domain.notices import Group, Recipient
from chalicelib.platform.models import Seen
from chalicelib.platform.usecases import failures, notices
from shared import runs
from shared.events import Data, Event
from shared.events.directory import MemberDrafted
from shared.events.documents import UploadInspected
from shared.events.registration import AddressFailed, Registered
from shared.inbox import Handler, Once, receive
from shared.mail import InFlight
from shared.observability import log, log_error


def hear(event: dict[str, Any]) -> dict[str, Any]:
    """Put a notice of each event with everybody who wants one."""
    everyone = cache(notices.everybody)  # read once for the whole batch
    handlers = {kind: _teller(group_of, everyone) for kind, group_of in NOTICES.items()}
    return receive(event, handlers, seen=Seen, consumer="notices", clock=clock)


def notify() -> dict[str, Any]:
    """Send what is due to everybody, and look whether messages keep failing."""
    with runs.noted("directory.notify", clock, often=True) as found:
        everyone = notices.everybody()
        sent = [_deliver(recipient) for recipient in everyone]
        found["sent"], found["unsent"] = sum(max(0, one) for one in sent), sent.count(-1)
        found["failures"] = failures.watch_failures(clock, everyone)
    return found


def _deliver(recipient: Recipient) -> int:
    """How many mails were sent, or -1; one recipient's failure keeps nothing from the others."""
    try:
        return notices.deliver(clock, recipient, notice_mails.send)
    except InFlight:  # the run before is still at it, or died: then the next one goes on
        log("notices.in_flight")
        return 0
    except Exception as error:  # noqa: BLE001 - the next run tries again
        log_error("notices.failed", error)
        return -1


def _teller(group_of: Callable[[Any], Group], everyone: Callable[[], list[Recipient]]) -> Handler:
    def handle(event: Event, once: Once) -> None:
        notices.tell(everyone(), event, group_of(event.data), once)

    return handle


def _of_registration(data: Registered) -> Group:
    kind = "registration" if data.state == "seated" else "waiting_list"
    return Group("registration", data.event, kind)


NOTICES: Mapping[type[Data], Callable[[Any], Group]] = {
    Registered: _of_registration,
    AddressFailed: lambda data: Group("registration", data.event, "bounce"),
    MemberDrafted: lambda _data: Group("directory", "", "application"),
    UploadInspected: lambda _data: Group("documents", "", "upload"),
}
