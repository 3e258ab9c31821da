"""Numbers and the dead. A number is written once and dies once, each time in a transaction."""

from collections.abc import Iterable, Iterator

from chalicelib.registration import seats
from chalicelib.registration.models import DeadItem, NumberItem
from chalicelib.registration.seats import Number, Taken
from shared.transactions import Refused, Transaction

DEAD = "dead"


class Numbers:
    """Reads the numbers of all lines, and buries those that nobody got."""

    def dead(self, event: str, line: str) -> set[int]:
        """Every dead number, strongly read."""
        found = DeadItem.query(_dead_key(event, line), consistent_read=True)
        return {int(item.sk) for item in found}

    def between(self, event: str, line: str, first: int, last: int) -> Iterator[Number]:
        """The numbers from `first` to `last` that are written, in order, strongly read."""
        if first > last:
            return
        wanted = NumberItem.sk.between(_digits(first), _digits(last))
        for block in seats.blocks(first, last):
            key = f"NUMBER#{event}#{line}#{block}"
            for item in NumberItem.query(key, wanted, consistent_read=True):
                yield Number(int(item.sk), item.state, item.registration_id)

    def bury(self, event: str, taken: Iterable[Taken]) -> None:
        """Kill numbers that nobody got; one that was written after all stays as it is."""
        for one in taken:
            for number in one.numbers:
                transaction = Transaction()
                add_unborn(transaction, event, one.line, number)
                try:
                    transaction.commit()
                except Refused:
                    continue


def part(line: str, number: int) -> str:
    """What a number is called in a refused transaction."""
    return f"number:{line}:{number}"


def add_number(
    transaction: Transaction, event: str, line: str, number: int, *, state: str, holder: str
) -> None:
    """Write a number for the first time."""
    item = NumberItem(*_key(event, line, number), state=state, registration_id=holder)
    transaction.insert(item, name=part(line, number))


def add_unborn(transaction: Transaction, event: str, line: str, number: int) -> None:
    """Write a number that nobody got: dead from the start."""
    add_number(transaction, event, line, number, state=DEAD, holder="")
    transaction.put(_dead_item(event, line, number), name="dead")


def add_death(transaction: Transaction, event: str, line: str, number: int) -> None:
    """Kill a number, once: the transaction must change its holder's registration too, which has a
    version.
    """
    transaction.update(
        NumberItem(*_key(event, line, number)),
        [NumberItem.state.set(DEAD)],
        name=part(line, number),
    )
    transaction.put(_dead_item(event, line, number), name="dead")


def add_seating(transaction: Transaction, event: str, line: str, number: int) -> None:
    """Tell a waiting number that it has a seat, once, as in `add_death`."""
    transaction.update(
        NumberItem(*_key(event, line, number)),
        [NumberItem.state.set("seated")],
        name=part(line, number),
    )


def _key(event: str, line: str, number: int) -> tuple[str, str]:
    return f"NUMBER#{event}#{line}#{number // seats.BLOCK}", _digits(number)


def _dead_item(event: str, line: str, number: int) -> DeadItem:
    return DeadItem(_dead_key(event, line), _digits(number))


def _dead_key(event: str, line: str) -> str:
    return f"DEAD#{event}#{line}"


def _digits(number: int) -> str:
    return f"{number:010d}"
