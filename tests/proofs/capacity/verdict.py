"""What a run shows: whether anybody was told something wrong, and how long it took."""

from collections import Counter

from tests.proofs.capacity.crowd import Person
from tests.proofs.capacity.scene import Scene
from tests.proofs.seats.invariants import Line, violations


class Verdict:
    """Judges a scene that has come to rest."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.table = scene.table()
        self.wrong = [*violations(self.table, at_rest=True), *self._told_wrong(), *self._lost()]
        waits = sorted(one.waited for one in scene.crowd.people if one.answers)
        self.half, self.most = waits[len(waits) // 2], waits[len(waits) * 99 // 100]
        self.slowest = waits[-1]

    def text(self) -> str:
        """The line of figures."""
        scene, limits = self.scene, self.scene.limits
        statuses = Counter(status for one in scene.crowd.people for _, status in one.answers)
        hottest = ", ".join(f"{key} {part:.0%}" for key, part in limits.hottest())
        busy = scene.inbox
        return (
            f"{len(scene.crowd.people)} presses, answers {dict(sorted(statuses.items()))}, "
            f"{len(self.wrong)} wrong, answered in {self.half:.2f} s (half), {self.most:.2f} s "
            f"(99 %), {self.slowest:.2f} s (all); {sum(limits.throttles.values())} throttled, "
            f"{limits.conflicts} conflicts, {limits.busiest_second()} write units in the busiest "
            f"second; hottest: {hottest}; API at most {scene.api.most} at once; relay behind "
            f"{scene.stream.longest_lag:.1f} s at most, {scene.resent} resent; inbox done after "
            f"{busy.last_handled:.0f} s; {len(busy.dead) + len(scene.mail.dead)} dead letters"
        )

    def collapse(self) -> str:
        """The line of figures of a run that goes wrong."""
        limits, people = self.scene.limits, self.scene.crowd.people
        in_time = sum(one.told is not None and one.waited < 10 for one in people)
        return (
            f"{in_time / len(people):.0%} of {len(people)} answered within 10 s, "
            f"{sum(limits.throttles.values())} throttled, {limits.conflicts} conflicts"
        )

    def _told_wrong(self) -> list[str]:
        crowd, line = self.scene.crowd, self.table.lines["congress"]
        found = [f"{one.name}: never answered" for one in crowd.people if one.told is None]
        found += [
            f"{one.name}: {status}" for one in crowd.people for _, status in one.answers
            if status not in (201, 503, 504)
        ]  # fmt: skip
        for one, twin in crowd.twins:
            if one.told and twin.told and one.told != twin.told:
                found.append(f"{one.name}: one request, two answers")
        doubled = {id(one) for pair in crowd.again for one in pair}
        for one in crowd.people:
            if one.told and id(one) not in doubled and one.cancelled is None:
                found += self._disagreement(one, line)
        for pair in crowd.again:
            kept = [one for one in pair if one.told and not self._disagreement(one, line)]
            if len(kept) != 1 and all(one.told for one in pair):
                found.append(f"{pair[0].name}: {len(kept)} registrations of one address")
        found += [f"{one.name}: cancelled {one.cancelled}" for one in crowd.people
                  if one.cancelled not in (None, 200)]  # fmt: skip
        return found

    def _disagreement(self, person: Person, line: Line) -> list[str]:
        assert person.told is not None
        number, told = person.told["number"], person.told["state"]
        state, holder = line.numbers.get(number, ("missing", ""))
        promoted = any(
            place["id"] == "congress" and place["promoted"]
            for place in self.table.registrations.get(holder, {"lines": []})["lines"]
        )
        if state == told or (told == "waiting" and state == "seated" and promoted):
            return []
        return [f"{person.name}: told {number} {told}, the table says {state}"]

    def _lost(self) -> list[str]:
        queues = (self.scene.inbox, self.scene.mail)
        found = [f"{len(queue.dead)} dead letters" for queue in queues if queue.dead]
        if self.scene.failed_sweeps:
            found.append(f"{self.scene.failed_sweeps} sweeps failed")
        return found
