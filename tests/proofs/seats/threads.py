"""Many people at once, each with what the seed decided for them."""

import random
import threading
import time
from collections.abc import Callable

from tests.proofs.extent import SEED


def in_threads(people: int, threads: int, perform: Callable[[int, random.Random], None]) -> float:
    """Call `perform(index, chance)` for everybody; answers how many seconds it took.

    `chance` follows from the seed and the index alone, whichever thread it is.
    """
    indices = iter(range(people))
    lock = threading.Lock()
    errors: list[BaseException] = []

    def work() -> None:
        while not errors:
            with lock:
                index = next(indices, None)
            if index is None:
                return
            try:
                perform(index, random.Random(f"{SEED} {index}"))
            except BaseException as error:  # noqa: BLE001 - the test must see it
                errors.append(error)

    running = [threading.Thread(target=work) for _ in range(threads)]
    started = time.monotonic()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    for error in errors:
        raise error
    return time.monotonic() - started
