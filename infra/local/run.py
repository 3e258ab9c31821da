"""`make run`: Plekken on http://localhost:8000 until Ctrl-C, which saves everything."""

import asyncio
import os
import signal
import time

from infra import organiser
from infra.cloud import LOCAL
from infra.local import world
from infra.paths import ROOT
from infra.problems import Problem, command

PORT, AWS_PORT = 8000, 14566
SAMPLE = ROOT / "infra" / "sample"
ORGANISER, ORGANISER_NAME = "organisator@example.org", "Organisator"
PASSWORD_FILE = "organiser-password"  # noqa: S105 - a file's name


def _port(variable: str, default: int) -> int:
    given = os.environ.get(variable, str(default))
    if not given.isdigit() or not 1024 <= int(given) <= 65535:  # noqa: PLR2004 - what ports are
        raise Problem(f"{variable} is a port number from 1024 to 65535, not {given!r}.")
    return int(given)


def _seed_organiser(running: world.Platform) -> str:
    kept = LOCAL / PASSWORD_FILE
    if kept.exists():
        return kept.read_text()
    password = organiser.make(running.cloud, running.values, ORGANISER, ORGANISER_NAME)
    if password is None:
        return "(made before; `make reset` starts anew)"
    kept.touch(mode=0o600)
    kept.write_text(password)
    return password


async def _serve(running: world.Platform, port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stop.set)
    async with world.serving(running, port):
        while not stop.is_set():
            try:
                await asyncio.wait_for(stop.wait(), timeout=1)
            except TimeoutError:
                if not running.aws.is_running():
                    raise Problem(
                        f"The embedded AWS stopped by itself; see {running.aws.folder / 'aws.log'}."
                    ) from None


@command
def main() -> None:
    """Start everything, serve, and save when asked to stop."""
    started = time.monotonic()
    port, aws_port = _port("PORT", PORT), _port("AWS_PORT", AWS_PORT)
    print("Starting Plekken", flush=True)
    running = world.start("local", LOCAL, port, aws_port)
    try:
        world.load_once(running, sorted(SAMPLE.glob("*.yaml")))
        password = _seed_organiser(running)
        print(
            f"Ready in {time.monotonic() - started:.0f} s\n\n"
            f"  Plekken        {running.origin}\n"
            f"  Mailbox        {running.origin}/_local/mail\n"
            f"  Organiser      {running.origin}/beheer\n"
            f"                 {ORGANISER}  {password}\n\n"
            "Ctrl-C saves and stops.",
            flush=True,
        )
        asyncio.run(_serve(running, port))
    finally:
        print("\nSaving", flush=True)
        running.aws.stop()


if __name__ == "__main__":
    main()
