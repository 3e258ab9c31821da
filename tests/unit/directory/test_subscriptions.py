"""The queues get exactly the events that the consumers handle."""

from pathlib import Path
from typing import Any

import yaml

from chalicelib.directory import consumers
from shared.events import type_of

ROOT = Path(__file__).parents[3]


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short functions as plain values."""


def _plain(loader: Any, _suffix: str, node: Any) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    return loader.construct_mapping(node)


Loader.add_multi_constructor("!", _plain)


def resources(path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((ROOT / path).read_text("utf-8"), Loader)["Resources"]
    return found


def types(subscription: dict[str, Any]) -> set[str]:
    return set(subscription["Properties"]["FilterPolicy"]["type"])


def test_the_inbox_hears_what_it_handles() -> None:
    own = types(resources("services/directory/resources.yaml")["InboxSubscription"])
    wiring = resources("infra/templates/wiring.yaml")
    others = types(wiring["DirectoryHearsRegistration"])
    assert own | others == {type_of(data) for data in consumers.INBOX}


def test_the_mail_queue_hears_what_it_mails_about() -> None:
    own = types(resources("services/directory/resources.yaml")["MailSubscription"])
    assert own == {type_of(data) for data in consumers.MAIL}
