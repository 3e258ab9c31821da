"""The whole platform for tests: packaged, deployed to an embedded AWS of its own, and served."""

import asyncio
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local import world

# Below Linux's ephemeral ports, so that no client's own port gets in the way.
PORTS = range(20000, 32000)


def free_port() -> int:
    """A loopback port that nothing listens on."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


@contextmanager
def running_platform(folder: Path, aws_port: int | None = None) -> Iterator[world.Platform]:
    """Run the stage `test` with its state in the folder until the block ends.

    A folder that was used before wants the port it was used with.
    """
    port = free_port()
    platform = world.start("test", folder, port, aws_port or free_port())
    try:
        with served(platform, port):
            yield platform
    finally:
        platform.aws.stop()


@contextmanager
def served(platform: world.Platform, port: int) -> Iterator[None]:
    """Open the front door to the platform until the block ends."""
    loop = asyncio.new_event_loop()
    ready, stop = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with world.serving(platform, port):
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(10), "the front door did not open"
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
