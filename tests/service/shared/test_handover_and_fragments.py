"""Personal data crosses services in one expiring object; fragments of pages in another."""

import os
from typing import Any

import boto3
import msgspec
import pytest

from shared import fragments, handover, network
from shared.handover import HandoverGone


class Profile(msgspec.Struct, frozen=True):
    """Something to hand over."""

    name: str


def test_a_profile_is_handed_over_once(mocked_aws: None) -> None:
    key = handover.put("registration", "r1", Profile("Zoë"))
    assert handover.take(key, Profile) == Profile("Zoë")
    handover.discard(key)
    handover.discard(key)
    with pytest.raises(HandoverGone):
        handover.take(key, Profile)


def test_a_retry_leaves_no_second_copy(mocked_aws: None) -> None:
    for _ in range(3):
        handover.put("registration", "r1", Profile("Zoë"))
    bucket = boto3.resource("s3").Bucket(os.environ["HANDOVER_BUCKET"])
    assert [each.key for each in bucket.objects.all()] == ["registration/r1.json"]


def test_something_else_at_the_key_is_refused(mocked_aws: None) -> None:
    key = handover.put("registration", "r1", {"nome": 1})
    with pytest.raises(msgspec.ValidationError):
        handover.take(key, Profile)


def test_a_fragment_is_empty_until_its_service_has_published_one(mocked_aws: None) -> None:
    assert fragments.read("directory", "front", "nl") == ""
    fragments.publish("directory", "front", "nl", "<p>Zoë</p>")
    assert fragments.read("directory", "front", "nl") == "<p>Zoë</p>"
    assert fragments.read("directory", "front", "en") == ""


def test_the_networks_name_is_what_was_saved(mocked_aws: None, monkeypatch: Any) -> None:
    assert network.network().name == "Plekken"
    network.save(network.Network(name="SAMEN030", contact="info@example.org"))
    assert network.network().name == "SAMEN030"
