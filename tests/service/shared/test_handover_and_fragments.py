"""Personal data crosses services in one expiring object; fragments of pages in another."""

import os
from typing import Any

import boto3
import msgspec
import pytest

from shared import fragments, handover, network
from shared.access import NetworkItem
from shared.handover import HandoverGone
from shared.transactions import Refused, Transaction


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
    change_network(network.Network(name="SAMEN030", contact="info@example.org"))
    assert network.network().name == "SAMEN030"
    assert network.newest().version == 1


def test_settings_of_an_older_version_are_read_and_of_a_newer_one_kept(mocked_aws: None) -> None:
    NetworkItem("NETWORK", "NETWORK", settings={"name": "Oud", "of_tomorrow": 1}).save()
    network.forget()
    found = network.newest()
    assert (found.name, found.reply_to, found.require_totp, found.version) == ("Oud", "", False, 0)
    change_network(found)
    stored = NetworkItem.get("NETWORK", "NETWORK").settings
    assert (stored["of_tomorrow"], stored["version"]) == (1, 1)


def test_settings_are_not_written_over_a_change_that_was_not_seen(mocked_aws: None) -> None:
    change_network(network.Network(name="Een"))
    for seen in (0, 2):
        with pytest.raises(Refused) as refused:
            change_network(network.Network(name="Twee", version=seen))
        assert refused.value.parts == {network.PART}
    assert network.newest().name == "Een"


def change_network(wanted: network.Network) -> None:
    transaction = Transaction()
    network.change(transaction, wanted)
    transaction.commit()
    network.forget()
