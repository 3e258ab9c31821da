"""The arithmetic of one number line. No AWS, no Chalice.

A pool hands out numbers 1, 2, 3, … and never takes one back. A number is live until it dies,
once, for good. The watermark is the highest number that has a seat: numbers at or below it are
seated, numbers above it wait. `issued`, `watermark` and `capacity` are what the design's seat
chapter calls `next`, `w` and `capacity`.
"""

from collections.abc import Collection, Iterable

from msgspec import Struct

BLOCK = 64  # numbers per partition: a whole block is one cheap query


def watermark(dead: Collection[int], capacity: int) -> int:
    """The largest x of which at most `capacity` numbers up to x are live, given the dead ones.

    A number that is not issued yet or not written yet counts as live. The dead only grow in
    number, so an outdated `dead` gives too low a watermark, never too high a one.
    """
    mark = capacity
    for number in sorted(dead):
        if number > mark + 1:
            break
        mark += 1
    return mark


def shrunk_watermark(
    *, dead: Collection[int], capacity: int, issued: int, current: int
) -> int | None:
    """The watermark under a smaller `capacity`; None where it would take a seat away."""
    mark = watermark(dead, capacity)
    return mark if mark >= min(issued, current) else None


def blocks(first: int, last: int) -> range:
    """The blocks that hold the numbers `first` to `last`, both included."""
    return range(first // BLOCK, last // BLOCK + 1)


def missing(present: Iterable[int], first: int, last: int) -> list[int]:
    """The numbers from `first` to `last` that are not `present`, in order."""
    there = set(present)
    return [number for number in range(first, last + 1) if number not in there]


class Pool(Struct, frozen=True):
    """What one line looked like when it was read."""

    event: str
    id: str
    capacity: int
    issued: int  # the highest number handed out
    watermark: int
    settled: int = 0  # every number up to here is written, and is dead or was told it has a seat
    checked: int = 0  # every number up to here is written, so no gap is left below it
    noted: int = 0  # `issued` as the sweeper saw it at `noted_at`
    noted_at: int = 0  # epoch seconds; 0 is never
    revision: int = 0  # of the definition that the line follows
    moved_out: int = 0  # seats that this line gave to the line for everybody, ever
    received: int = 0  # seats that this line was given, ever

    @property
    def free(self) -> int:
        """How many could join now and be seated at once."""
        return max(0, self.watermark - self.issued)

    @property
    def waiting(self) -> int:
        """How many numbers stand beyond the watermark: an upper bound, as some may be dead."""
        return max(0, self.issued - self.watermark)


class Taken(Struct, frozen=True):
    """The numbers that somebody just took, and the watermark at that moment."""

    line: str
    first: int
    last: int
    watermark: int

    @property
    def seated(self) -> bool:
        """Whether all of them have a seat, which is final."""
        return self.last <= self.watermark

    @property
    def numbers(self) -> range:
        """The numbers themselves."""
        return range(self.first, self.last + 1)


class Number(Struct, frozen=True):
    """One number as it stands in the table."""

    value: int
    state: str  # "seated", "waiting" or "dead"
    registration_id: str


def unbroken(numbers: Iterable[int], after: int) -> int:
    """How far the ascending `numbers` go on from `after` without a gap."""
    for number in numbers:
        if number != after + 1:
            break
        after = number
    return after


def place_in_line(number: int, mark: int, dead: Collection[int] = ()) -> int:
    """Where a waiting `number` stands, 1 being next; without the `dead` it is an upper bound."""
    return number - mark - sum(1 for gone in dead if mark < gone < number)
