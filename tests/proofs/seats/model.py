"""Who sits and who waits, in plain lists: what the service must come to as well.

No numbers, no watermark and no AWS. A line is a list of people with a seat, a list of those who
wait, and `room`: the seats that the next to join can have at once. Seats that came free are given
out by `settle`, first come first served, and what nobody waits for becomes room.
"""

from collections.abc import Sequence

EVERYBODY, KEPT = "congress", "congress.resident"


class Model:
    """One congress with seats kept for residents; `rounds` are its sessions with their seats."""

    def __init__(self, capacity: int, share: int, rounds: Sequence[dict[str, int]]) -> None:
        self.rounds = rounds
        self.capacity = self.defined(capacity, share, moved=0)
        self.room = dict(self.capacity)
        self.seated: dict[str, list[str]] = {line: [] for line in self.capacity}
        self.waiting: dict[str, list[str]] = {line: [] for line in self.capacity}
        self.wishes: dict[str, Sequence[str]] = {}  # of those who wait for the congress
        self.lost: list[tuple[str, str]] = []  # numbers that nobody wrote: whose, in which line
        self.shares_are_over = False
        self.moved = 0  # kept seats that went to everybody

    def defined(self, capacity: int, share: int, moved: int) -> dict[str, int]:
        """The seats of every line."""
        own = {EVERYBODY: capacity - share + moved, KEPT: share - moved}
        return own | {name: seats for round_ in self.rounds for name, seats in round_.items()}

    # What people do

    def register(self, who: str, audience: str, sessions: Sequence[str]) -> None:
        """A kept seat first, then one of everybody's; sessions only with a seat."""
        kept = audience == "resident" and not self.shares_are_over
        lines = [KEPT, EVERYBODY] if kept else [EVERYBODY]
        passed = []
        for line in lines:
            if self._join(who, line):
                for one in passed:
                    self._leave(who, one)
                for session in sessions:
                    self._join(who, session)
                return
            passed.append(line)
        self.wishes[who] = sessions

    def cancel(self, who: str) -> None:
        """Leave every line; nobody moves up before `settle`."""
        self.wishes.pop(who, None)
        for line in self.lines_of(who):
            self._leave(who, line)

    def change(self, who: str, sessions: Sequence[str]) -> None:
        """Other sessions; a seat is kept while its replacement in the same round is not sure."""
        if who in self.wishes:
            self.wishes[who] = sessions
            return
        before = [line for line in self.lines_of(who) if line not in (EVERYBODY, KEPT)]
        for session in sessions:
            if session not in before:
                self._join(who, session)
        for old in before:
            waits = any(who in self.waiting[one] for one in sessions if self._meet(one, old))
            if old not in sessions and not (waits and who in self.seated[old]):
                self._leave(who, old)

    def lose(self, who: str, lines: Sequence[str]) -> None:
        """Somebody's process took numbers and died."""
        for line in lines:
            self._join(who, line)
            self.lost.append((who, line))

    # What follows

    def settle_all(self) -> None:
        """Give out what came free, line by line."""
        for line in self.capacity:
            self.settle(line)

    def settle(self, first: str) -> None:
        """Give out what came free in a line, and in those that people leave by it."""
        todo = [first]
        while todo:
            line = todo.pop()
            free = self.capacity[line] - len(self.seated[line])
            told = self.waiting[line][:free]
            self.waiting[line] = self.waiting[line][len(told) :]
            self.seated[line] += told
            self.room[line] = free - len(told)
            for who in told:
                todo += self._given(who, line)
            if line == KEPT and self.shares_are_over:
                todo += self._hand_over()

    def sweep(self) -> None:
        """The sweeper, twice: it settles, and a minute later it closes gaps."""
        self.settle_all()
        for line in self.capacity:
            for who in [who for who, where in self.lost if where == line]:
                self._leave(who, line)
                self.lost.remove((who, line))
            self.settle(line)

    def resize(self, capacity: int, share: int) -> bool:
        """Other capacities; False, and nothing happens, where somebody would lose a seat."""
        wanted = self.defined(capacity, share, self.moved)
        for line, seats in wanted.items():
            if seats < self.capacity[line] and seats < len(self.seated[line]):
                return False
        self.capacity = wanted
        self.settle_all()
        return True

    def lines_of(self, who: str) -> list[str]:
        """Where somebody sits or waits."""
        return [one for one in self.capacity if who in self.seated[one] + self.waiting[one]]

    def _join(self, who: str, line: str) -> bool:
        has_seat = self.room[line] > 0
        self.room[line] -= has_seat
        (self.seated if has_seat else self.waiting)[line].append(who)
        return has_seat

    def _leave(self, who: str, line: str) -> None:
        (self.seated if who in self.seated[line] else self.waiting)[line].remove(who)

    def _given(self, who: str, line: str) -> list[str]:
        """What else happens to somebody who is given a seat; answers the lines they leave by it."""
        if line in (EVERYBODY, KEPT):
            for session in self.wishes.pop(who, ()):
                self._join(who, session)
        left = [
            one
            for one in self.lines_of(who)
            if one != line and self._meet(one, line) and (who, one) not in self.lost
        ]
        for one in left:
            self._leave(who, one)
        return left

    def _meet(self, first: str, second: str) -> bool:
        """Whether nobody has a seat in both."""
        groups = [{EVERYBODY, KEPT}, *({*round_} for round_ in self.rounds)]
        return any({first, second} <= group for group in groups)

    def _hand_over(self) -> list[str]:
        given, self.room[KEPT] = self.room[KEPT], 0
        self.capacity[KEPT] -= given
        self.capacity[EVERYBODY] += given
        self.moved += given
        return [EVERYBODY] * bool(given)
