"""What the service's other functions do: plain AWS events in, Lambda answers out."""

from typing import Any

from chalicelib.directory import fragments, mails, usecases
from chalicelib.directory.mail_kinds import KINDS
from chalicelib.directory.mail_samples import sample
from chalicelib.directory.models import Ledger, Outbox, Seen
from chalicelib.directory.repository import Repository
from chalicelib.directory.settings import load
from shared import erasures, runs
from shared.clock import SystemClock
from shared.events import Data, Event
from shared.events.directory import (
    DirectoryTestMailAsked,
    MemberChanged,
    MemberDeclined,
    MemberDrafted,
    MemberPublished,
    MemberReopened,
    MemberSignInAsked,
    MemberWithdrawn,
)
from shared.events.registration import Erased, ProfileShared
from shared.inbox import Handler, MailHandler, Once, receive, receive_for_mail
from shared.relay import relay as relay_outbox
from shared.sample_mail import send_sample
from shared.sweeper import resend

clock = SystemClock()
repository = Repository()


def relay(event: dict[str, Any]) -> dict[str, Any]:
    """Publish the outbox items that the table's stream shows."""
    return relay_outbox(event, Outbox, load().directory_topic_arn)


def sweep() -> dict[str, Any]:
    """Publish what the relay missed."""
    with runs.noted("directory.sweep", clock, often=True) as found:
        found.update(resend(Outbox, load().directory_topic_arn, clock))
    return found


def nightly() -> dict[str, Any]:
    """Remove what may no longer be kept, and make our parts of the front page and desk anew."""
    with runs.noted("directory.nightly", clock) as found:
        found["removed"] = usecases.remove_expired(repository, clock)
        _show()
    return found


def inbox(event: dict[str, Any]) -> dict[str, Any]:
    """Handle events of registration and our own."""
    return receive(event, INBOX, seen=Seen, consumer="directory", clock=clock, afterwards=_show)


def mail(event: dict[str, Any]) -> dict[str, Any]:
    """Send the mails that our own events ask for."""
    return receive_for_mail(event, MAIL)


def _on_profile_shared(event: Event, once: Once) -> None:
    data = event.data
    assert isinstance(data, ProfileShared)  # noqa: S101 - the handlers below say so
    usecases.draft_shared_profile(repository, clock, data.registration_id, data.handover_key, once)


def _on_erased(event: Event, once: Once) -> None:
    usecases.forget_registration(repository, clock, event.subject, once)


def _on_published_or_changed(event: Event, once: Once) -> None:
    usecases.share_contact(repository, clock, event, once)


def _on_withdrawn(event: Event, _once: Once) -> None:
    erasures.note("member", event.subject)


def _on_waiting_or_declined(_event: Event, _once: Once) -> None:
    """What waits is shown afterwards."""


def _show() -> None:
    # Rebuilt from the current state, so a repeat or an old event does no harm and needs no mark.
    fragments.publish_fragments(repository, clock)


INBOX: dict[type[Data], Handler] = {
    ProfileShared: _on_profile_shared,
    Erased: _on_erased,
    MemberDrafted: _on_waiting_or_declined,
    MemberDeclined: _on_waiting_or_declined,
    MemberReopened: _on_waiting_or_declined,
    MemberPublished: _on_published_or_changed,
    MemberChanged: _on_published_or_changed,
    MemberWithdrawn: _on_withdrawn,
}

MAIL: dict[type[Data], MailHandler] = {
    MemberPublished: lambda event: mails.tell_member(repository, clock, event.subject),
    DirectoryTestMailAsked: lambda event: send_sample(
        event, "directory", KINDS, sample, ledger=Ledger, clock=clock
    ),
    MemberSignInAsked: lambda event: mails.send_code(repository, clock, event.subject),
}
