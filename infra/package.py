"""`make package`: build what is deployed; nothing is rebuilt that did not change."""

import argparse
import fcntl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from infra.packaging import service, target
from infra.paths import BUILD, SERVICES
from infra.problems import command


def package_all(runtime: target.Target) -> dict[str, Path]:
    """Package the three services side by side; return {service: folder}. Raises Problem."""
    with _alone(), ThreadPoolExecutor(max_workers=len(SERVICES)) as pool:
        results = list(pool.map(lambda name: _timed(name, runtime), SERVICES))
    return dict(zip(SERVICES, results, strict=True))


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time build in this folder."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _timed(name: str, runtime: target.Target) -> Path:
    started = time.monotonic()
    folder, built = service.package(name, runtime)
    if built:
        size = (folder / service.CODE).stat().st_size / 1e6
        seconds = time.monotonic() - started
        print(
            f"  packaged {name}: {size:.1f} MB for {runtime.runtime} in {seconds:.1f} s", flush=True
        )
    return folder


@command
def main() -> None:
    """Build for the Lambda runtime, or for the version that --python names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", help="minor version, e.g. 3.12; default 3.13 where installed")
    version = parser.parse_args().python
    runtime = target.named(version) if version else target.for_aws()
    for name, folder in package_all(runtime).items():
        print(f"  {name}: {folder}")


if __name__ == "__main__":
    main()
