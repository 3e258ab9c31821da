"""A platform of these proofs' own: they deploy other versions to it and throw it away."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from infra import deploy
from tests.flows.conftest import (  # noqa: F401 - fixtures
    backstage,
    load_congress,
    mailbox,
    staff,
)


@dataclass
class FrontDoor:
    """The way to a platform whose APIs may get other ids.

    In AWS an API keeps its id when what it says changes, and CloudFront follows the wiring stack;
    the embedded AWS makes a new API.
    """

    platform: Any
    port: int
    _open: ExitStack = field(default_factory=ExitStack)

    def open(self) -> None:
        from tests.running import served

        self.platform.values.update(deploy.outputs(self.platform.cloud))
        self._open.enter_context(served(self.platform, self.port))

    def close(self) -> None:
        self._open.close()

    def reopen(self) -> None:
        self.close()
        self.open()


@pytest.fixture(scope="session")
def front_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontDoor]:
    """The front door of the deployed platform, for the proofs of this folder alone."""
    from infra.local import world
    from tests.running import free_port

    port = free_port()
    platform = world.start("test", tmp_path_factory.mktemp("upgraded"), port, free_port())
    door = FrontDoor(platform, port)
    try:
        _be_patient(platform.cloud)
        door.open()
        yield door
    finally:
        door.close()
        platform.aws.stop()


def _be_patient(cloud: Any) -> None:
    """Deliver again after half a minute only: every function starts cold after a deploy."""
    sqs = cloud.client("sqs")
    for url in sqs.list_queues(QueueNamePrefix=f"plekken-{cloud.stage.name}-")["QueueUrls"]:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "30"})


@pytest.fixture(scope="session")
def platform(front_door: FrontDoor) -> Any:
    """The deployed platform, for the proofs of this folder alone."""
    return front_door.platform
