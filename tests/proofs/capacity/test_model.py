"""The model itself: virtual time, and each limit refuses what it must."""

import time

from tests.proofs.capacity.dynamodb import Limits, Use, item_writes, read_uses
from tests.proofs.capacity.virtual_time import Simulation, virtual


def test_sleeping_takes_virtual_time_and_the_first_wakes_first() -> None:
    simulation = Simulation(1)
    woken: list[tuple[str, float]] = []

    def sleeper(name: str, seconds: float) -> None:
        time.sleep(seconds)
        woken.append((name, simulation.now))

    with virtual(simulation):
        simulation.start(lambda: sleeper("late", 3600.0))
        simulation.start(lambda: sleeper("early", 60.0))
        simulation.run(7200)
    assert woken == [("early", 60.0), ("late", 3600.0)]


def test_a_partition_gives_a_thousand_write_units_a_second() -> None:
    limits = Limits()
    assert all(limits.take_writes([Use("POOL", 1)], 0.0) for _ in range(1000))
    assert not limits.take_writes([Use("POOL", 1)], 0.0)
    assert limits.take_writes([Use("POOL", 1)], 0.001)
    assert not limits.take_writes([Use("POOL", 1)], 0.001)


def test_a_hot_index_refuses_the_write_to_its_table() -> None:
    limits = Limits()
    for number in range(1000):
        assert limits.take_writes([Use(f"R{number}", 0.1), Use("LIST", 1, index=True)], 0.0)
    assert not limits.take_writes([Use("R1000", 0.1), Use("LIST", 1, index=True)], 0.0)
    assert limits.take_writes([Use("R1000", 0.1), Use("ANOTHER", 1, index=True)], 0.0)


def test_a_held_item_refuses_everybody_else() -> None:
    limits = Limits()
    assert limits.hold(["a", "b"], 0.0, 0.02)
    assert not limits.hold(["b", "c"], 0.01, 0.03)
    assert not limits.is_free(["a"], 0.01)
    assert limits.is_free(["c"], 0.01)
    limits.release(["a", "b"])
    assert limits.hold(["b"], 0.01, 0.03)
    assert limits.conflicts == 2


def test_a_transaction_costs_two_units_per_kilobyte_and_its_index_entry_one() -> None:
    item = {
        "pk": {"S": "REGISTRATION#1"},
        "sk": {"S": "REGISTRATION"},
        "name": {"S": "x" * 1100},
        "listing": {"S": "REGISTRATIONS#event#0"},
    }
    assert item_writes("Put", {"Item": item}, 2) == [
        Use("REGISTRATION#1", 4),
        Use("REGISTRATIONS#event#0", 2, index=True),
    ]


def test_a_query_costs_what_it_reads() -> None:
    body = {
        "ConsistentRead": True,
        "KeyConditionExpression": "#0 = :0",
        "ExpressionAttributeValues": {":0": {"S": "DEAD#event#congress"}},
    }
    assert read_uses("Query", body, b"x" * 9000) == [Use("DEAD#event#congress", 3.0)]
