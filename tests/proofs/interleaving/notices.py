"""The family of notices: what happened is told, mailed and chosen about at the same time."""

import contextlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from chalicelib.platform.domain.notices import Bundle, Group, Part, Preferences, Recipient
from chalicelib.platform.models import Ledger, Seen
from chalicelib.platform.repository import notices as repository
from chalicelib.platform.usecases import failures, notices
from shared import auth
from shared.clock import FixedClock
from shared.events import Event, occurred
from shared.events.directory import MemberDrafted
from shared.inbox import Once
from shared.mail import LEASE, InFlight, do_once
from shared.transactions import Refused
from tests.proofs.interleaving.account import Account
from tests.proofs.interleaving.family import Family
from tests.proofs.interleaving.race import Ran

DRAFTED = Group("directory", "", "application")
QUEUE = "directory-mail"
OLGA = auth.Organiser(
    "olga", "olga@example.org", "Olga", {"directory": "owner", "platform": "owner"}
)
ROLES = {"directory": "reader"}
OTHERS = [auth.Organiser(f"o{n}", "o@example.org", "O", ROLES) for n in range(repository.AT_ONCE)]


def _clock() -> FixedClock:
    return FixedClock(datetime(2027, 4, 14, 9, 30, tzinfo=UTC))


@dataclass
class World:
    """Somebody who is told of everything, and the mails they had: bundles by their ids."""

    clock: FixedClock = field(default_factory=_clock)
    event: Event | None = None
    told: int = 1  # notices of applications that must be mailed in the end
    mails: list[Bundle] = field(default_factory=list)
    chosen: int = 0
    crowd: bool = False

    @property
    def olga(self) -> Recipient:
        return Recipient(Preferences(), OLGA)

    def hear(self) -> None:
        """SQS brings the same event again and again."""
        assert self.event is not None
        others = OTHERS if self.crowd else []
        everyone = [self.olga, *(Recipient(Preferences(), one) for one in others)]
        with contextlib.suppress(Refused):
            once = Once(Seen, "notices", self.event.id, self.clock)
            notices.tell(everyone, self.event, DRAFTED, once)

    def deliver(self) -> None:
        def send(recipient: Recipient, bundle: Bundle) -> None:
            act = lambda: self.mails.append(bundle)  # noqa: E731 - named for its caller
            reason = f"notices:{bundle.id}"
            do_once(Ledger, person=recipient.id, reason=reason, act=act, clock=self.clock)

        with contextlib.suppress(InFlight):
            notices.deliver(self.clock, self.olga, send)

    def choose(self, hour: int) -> None:
        wanted = Preferences(digest_at=time(hour))
        with contextlib.suppress(repository.Overtaken):
            notices.change_preferences(self.clock, OLGA, OLGA.id, wanted, team=True)
            self.chosen += 1

    def watch(self) -> None:
        failures.watch_failures(self.clock, [self.olga], lambda name: name == QUEUE)

    def watch_well(self) -> None:
        failures.watch_failures(self.clock, [self.olga], lambda _name: False)


def _happened() -> World:
    made = World()
    made.event = occurred(MemberDrafted(member_id="m1"), made.clock)
    return made


def _waiting() -> World:
    made = _happened()
    for member in ("m2", "m3"):
        event = occurred(MemberDrafted(member_id=member), made.clock)
        once = Once(Seen, "notices", event.id, made.clock)
        notices.tell([made.olga], event, DRAFTED, once)
    made.told = 3
    return made


def _sent_and_more_waits() -> World:
    """A run ended when its mail was sent and its notices were gone; one more came."""
    made = _waiting()
    made.deliver()
    bundle = Bundle("before", (Part(DRAFTED, ("gone",)),))
    repository.freeze(OLGA.id, repository.mailbox(OLGA.id), bundle, made.clock.now())
    do_once(Ledger, person=OLGA.id, reason="notices:before", act=lambda: None, clock=made.clock)
    event = occurred(MemberDrafted(member_id="m4"), made.clock)
    notices.tell([made.olga], event, DRAFTED, Once(Seen, "notices", event.id, made.clock))
    made.told = 4
    return made


def _many() -> World:
    made = _happened()
    made.crowd = True
    return made


def _each_mailed_once(world: World, ran: Ran) -> list[str]:
    """What was told stands in one bundle; no bundle is mailed twice but after a crash."""
    world.hear()
    for _ in range(2):
        world.clock.advance(LEASE + timedelta(seconds=1))
        world.deliver()
    bundles = {bundle.id: bundle for bundle in world.mails}
    ids = Counter(one for bundle in bundles.values() for part in bundle.parts for one in part.ids)
    alarms = sum(
        len(part.ids)
        for b in bundles.values()
        for part in b.parts
        if part.group == failures.FAILURE
    )
    found = [f"{one} is in {times} mails" for one, times in ids.items() if times > 1]
    if len(ids) - alarms != world.told:
        found.append(f"{len(ids) - alarms} of {world.told} notices were mailed")
    if alarms > 1:
        found.append(f"{alarms} notices of one failure")
    if len(world.mails) != len(bundles) and not ran.crashed:
        found.append("a bundle was mailed twice")
    if list(repository.groups(OLGA.id, consistent=True)):
        found.append("notices were left")
    if world.chosen > 1:
        found.append("a choice was overwritten unseen")
    return found


NOTICES: Family[World] = Family(
    name="notices",
    account=Account(["ACCESS_TABLE"]),
    states={"something happened": _happened, "two wait": _waiting},
    operations={
        "hear": lambda world, _: world.hear(),
        "deliver": lambda world, _: world.deliver(),
        "choose": lambda world, which: world.choose(6 + which),
        "watch": lambda world, _: world.watch(),
        "watch when all is well": lambda world, _: world.watch_well(),
    },
    check=_each_mailed_once,
    again=frozenset({"hear", "deliver", "watch", "watch when all is well"}),
    more_states={"sent, and more waits": _sent_and_more_waits, "many recipients": _many},
)
