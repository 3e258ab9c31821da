"""Partners for tests that begin where directory hands a member's address over."""

from typing import Any
from uuid import uuid4

import msgspec

from shared.clock import SystemClock
from shared.events import encode, occurred
from shared.events.directory import ContactShared
from shared.handovers import ContactHandover
from tests.flows.tools import Mailbox


def invite(platform: Any, mailbox: Mailbox, language: str = "nl") -> str:
    """Hand a new member over as directory does; answers the link in their invitation."""
    member = hand_over(platform, language)
    subject = "Share your documents" if language == "en" else "Deel je documenten"
    return mailbox.wait(address_of(member), subject).link("/documenten/uploaden")


def hand_over(platform: Any, language: str = "nl") -> str:
    """Hand a new member over; answers their id."""
    member = f"lid-{uuid4().hex[:10]}"
    contact = ContactHandover(
        member_id=member,
        slug=member,
        name=f"Initiatief {member}",
        email=address_of(member),
        language=language,
    )
    key = f"directory/{member}.json"
    platform.cloud.client("s3").put_object(
        Bucket=platform.values["HandoverBucket"], Key=key, Body=msgspec.json.encode(contact)
    )
    event = occurred(ContactShared(member_id=member, handover_key=key), SystemClock())
    platform.cloud.client("sns").publish(
        TopicArn=platform.values["DirectoryTopicArn"],
        Message=encode(event),
        MessageAttributes={"type": {"DataType": "String", "StringValue": event.type}},
    )
    return member


def address_of(member: str) -> str:
    """The address of a member that was handed over."""
    return f"{member}@example.org"
