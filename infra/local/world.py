"""The whole platform on this machine: embedded AWS, stacks, sample data, front door.

`make run` and the tests start it the same way.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from infra import deploy, keys, stage
from infra.cloud import ADDRESSES_FILE, Cloud, embedded
from infra.local import emulator, front_door, rules
from infra.local.library_door import LibraryDoor
from infra.local.mailbox import Mailbox
from infra.package import package_all
from infra.packaging import target
from infra.paths import ROOT
from infra.problems import Problem

LOADED = "loaded"


@dataclass
class Platform:
    """A running platform."""

    aws: emulator.EmbeddedAws
    cloud: Cloud
    values: dict[str, str]  # every stack's outputs
    mailbox: Mailbox

    @property
    def origin(self) -> str:
        """The front door's address."""
        return self.cloud.stage.origin


def start(stage_name: str, folder: Path, port: int, aws_port: int) -> Platform:
    """Package, start the embedded AWS and deploy to it. Raises Problem."""
    emulator.check_port(port, "PORT")
    emulator.check_port(aws_port, "AWS_PORT")
    _check_kept_state(folder, aws_port)
    packages = package_all(target.here())
    started = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    aws = emulator.start(folder, aws_port)
    print(f"  embedded AWS on {aws.endpoint} ({time.monotonic() - started:.1f} s)", flush=True)
    try:
        addresses = {
            "endpoint": aws.endpoint,
            "origin": f"http://localhost:{port}",
            "library_origin": f"http://127.0.0.1:{port}",
        }
        (folder / ADDRESSES_FILE).write_text(json.dumps(addresses))
        cloud = embedded(stage.read(stage_name), folder)
        values = deploy.deploy(cloud, packages)
    except BaseException:
        aws.stop()
        raise
    return Platform(aws, cloud, values, Mailbox(aws.mail_folder))


def _check_kept_state(folder: Path, aws_port: int) -> None:
    """Raise Problem when the kept queues have addresses with another port in them."""
    noted = folder / ADDRESSES_FILE
    if not noted.exists():
        return
    kept = json.loads(noted.read_text())["endpoint"].rpartition(":")[2]
    if kept != str(aws_port):
        raise Problem(
            f"The saved data needs AWS_PORT={kept}; use that, or empty it with `make reset`."
        )


def load_once(platform: Platform, files: Iterable[Path]) -> None:
    """Load the files that this state has not loaded yet. Raises Problem."""
    noted = platform.aws.folder / LOADED
    known = noted.read_text().splitlines() if noted.exists() else []
    new = [path for path in files if path.name not in known]
    if not new:
        return
    # A process of its own: models read their table's name when they are imported.
    command = [sys.executable, "-m", "infra.load", "--stage", platform.cloud.stage.name]
    environment = {**os.environ, "PLEKKEN_LOCAL": str(platform.aws.folder)}
    result = subprocess.run(
        [*command, *(str(path) for path in new)], cwd=ROOT, env=environment, check=False
    )
    if result.returncode != 0:
        raise Problem("The sample data could not be loaded; the line above says why.")
    noted.write_text("\n".join([*known, *(path.name for path in new)]))


def application(platform: Platform) -> web.Application:
    """Return the front door with the mailbox."""
    base = f"{platform.aws.endpoint}/_aws/execute-api"
    found = rules.read()
    door = front_door.Target(
        origin=platform.origin,
        apis={
            origin: f"{base}/{platform.values[output]}/api" for origin, output in found.apis.items()
        },
        origin_secret=keys.parameters(platform.cloud)["OriginSecret"],
        s3=platform.cloud.client("s3"),
        web_bucket=platform.values["WebBucket"],
        library=LibraryDoor(
            host=urlsplit(platform.cloud.stage.library_origin).netloc,
            endpoint=platform.aws.endpoint,
            bucket=platform.values["DocumentsLibraryBucket"],
            headers=rules.library_headers(),
        ),
    )
    app = front_door.build(found, door)
    platform.mailbox.add_routes(app)
    return app


@asynccontextmanager
async def serving(platform: Platform, port: int) -> Any:
    """Serve the front door on both loopback addresses until the block ends."""
    async with AsyncExitStack() as stack:
        runner = web.AppRunner(application(platform), access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", port).start()
        with suppress(OSError):  # no IPv6 here; browsers fall back
            await web.TCPSite(runner, "::1", port).start()
        yield
