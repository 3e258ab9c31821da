"""What must be true of the table at any moment, and once everything has come to rest."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from chalicelib.registration import seats
from chalicelib.registration.domain import is_congress
from tests.proofs.interleaving.account import Contents


@dataclass
class Line:
    """One line as the table has it."""

    capacity: int
    issued: int
    watermark: int
    numbers: dict[int, tuple[str, str]] = field(default_factory=dict)  # state, registration
    dead: set[int] = field(default_factory=set)

    @property
    def live(self) -> list[int]:
        return sorted(number for number, (state, _) in self.numbers.items() if state != "dead")


@dataclass
class Table:
    """One congress as the table has it, read item by item."""

    lines: dict[str, Line]
    registrations: dict[str, dict[str, Any]]
    persons: dict[str, str]
    events: Counter[tuple[str, str, str]]


def read(contents: Contents) -> Table:
    """The congress in what the registration table holds. Nothing may be running."""
    lines: dict[str, Line] = {}
    numbers: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    dead: dict[str, set[int]] = defaultdict(set)
    registrations: dict[str, dict[str, Any]] = {}
    persons: dict[str, str] = {}
    for item in contents.items.values():
        kind, *key = item["pk"]["S"].split("#")
        if kind == "REGISTRATION" and item["sk"]["S"] == kind:
            lines_of = json.loads(item["lines"]["S"])
            registrations[key[0]] = {"state": item["state"]["S"], "lines": lines_of}
        elif kind == "POOL":
            figures = (int(item[name]["N"]) for name in ("capacity", "issued", "watermark"))
            lines[key[1]] = Line(*figures)
        elif kind == "NUMBER":
            holder = item["registration_id"]["S"]
            numbers[key[1]][int(item["sk"]["S"])] = (item["state"]["S"], holder)
        elif kind == "DEAD":
            dead[key[1]].add(int(item["sk"]["S"]))
        elif kind == "PERSON":
            persons[key[1]] = item["registration_id"]["S"]
    for name, line in lines.items():
        line.numbers, line.dead = numbers[name], dead[name]
    return Table(lines, registrations, persons, _events(contents))


def _events(contents: Contents) -> Counter[tuple[str, str, str]]:
    events: Counter[tuple[str, str, str]] = Counter()
    for told in contents.told():
        data = told["data"]
        name = told["type"].removeprefix("nl.plekken.registration.").removesuffix(".v1")
        events[name, data.get("registration_id", ""), data.get("pool", "")] += 1
    return events


def violations(table: Table, *, at_rest: bool) -> list[str]:
    """What is wrong. `at_rest`: nothing runs any more and the sweeper has been round."""
    found = [*_persons(table), *_told(table)]
    for name, line in table.lines.items():
        found += _line(name, line) + _holders(name, line, table)
        if at_rest:
            found += _rest(name, line)
    return found


def _line(name: str, line: Line) -> list[str]:
    found = []
    if len([number for number in line.live if number <= line.watermark]) > line.capacity:
        found.append(f"{name}: oversold")
    if line.watermark > seats.watermark(line.dead, line.capacity):
        found.append(f"{name}: watermark {line.watermark} is too high")
    if {number for number, (state, _) in line.numbers.items() if state == "dead"} != line.dead:
        found.append(f"{name}: the dead are not those that died")
    if line.numbers and max(line.numbers) > line.issued:
        found.append(f"{name}: a number that was never issued")
    return found


def _holders(name: str, line: Line, table: Table) -> list[str]:
    found = []
    held: dict[int, str] = {}
    for id_, registration in table.registrations.items():
        for place in registration["lines"]:
            if place["id"] != name:
                continue
            number = place["number"]
            if number in held:
                found.append(f"{name}: number {number} held twice")
            held[number] = id_
            if line.numbers.get(number) != (place["state"], id_):
                found.append(f"{name}: {id_} and its number {number} disagree")
            if place["state"] == "seated" and number > line.watermark:
                found.append(f"{name}: seated beyond the watermark")
    if set(held) != set(line.live):
        found.append(f"{name}: live numbers and live registrations differ")
    seated = sum(
        place["id"] == name and place["state"] == "seated"
        for registration in table.registrations.values()
        for place in registration["lines"]
    )
    if seated > line.capacity:
        found.append(f"{name}: {seated} people told that they have one of {line.capacity} seats")
    return found


def _rest(name: str, line: Line) -> list[str]:
    found = []
    waiting = [n for n in line.live if line.numbers[n][0] == "waiting"]
    seated = [n for n in line.live if line.numbers[n][0] == "seated"]
    if len(line.numbers) != line.issued:
        found.append(f"{name}: a gap is left")
    if waiting and len(seated) < line.capacity:
        found.append(f"{name}: an idle seat while {len(waiting)} wait")
    if waiting and min(waiting) <= line.watermark:
        found.append(f"{name}: number {min(waiting)} has a seat and was never told")
    if waiting and seated and max(seated) > min(waiting):
        found.append(f"{name}: not in order")
    if line.issued >= line.watermark != seats.watermark(line.dead, line.capacity):
        found.append(f"{name}: the watermark lags behind")
    return found


def _persons(table: Table) -> list[str]:
    active = {id_ for id_, one in table.registrations.items() if one["state"] != "cancelled"}
    holders = list(table.persons.values())
    if len(holders) != len(set(holders)) or set(holders) != active:
        return ["persons and active registrations differ"]
    return []


def _told(table: Table) -> list[str]:
    found = []
    for id_, registration in table.registrations.items():
        if table.events["registered", id_, ""] != 1:
            found.append(f"{id_}: registered told {table.events['registered', id_, '']} times")
        cancelled = registration["state"] == "cancelled"
        if table.events["cancelled", id_, ""] != cancelled:
            found.append(f"{id_}: cancelled told {table.events['cancelled', id_, '']} times")
        found += [
            f"{id_}: seated in {place['id']}, never told"
            for place in registration["lines"]
            if place["promoted"] and table.events["seated", id_, place["id"]] < 1
        ]
    found += [
        f"{id_}: told {times} times of the same seat"
        for (name, id_, pool), times in table.events.items()
        if name == "seated" and is_congress(pool) and times > 1
    ]
    return found
