"""The rest of AWS around the table, in virtual time: functions, the stream, the topic, queues.

A call of our code stops where it leaves the process, pays its latency and the limits of
`dynamodb`, and goes on to the embedded DynamoDB itself; SNS, S3 and SES are answered here.
"""

import json
import re
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session

from shared import outbox
from tests.proofs import refusals
from tests.proofs.calls import Call
from tests.proofs.capacity import dynamodb
from tests.proofs.capacity.dynamodb import Limits
from tests.proofs.capacity.virtual_time import Simulation

# Seconds: half of the calls take less than the first, 99 in 100 less than the second. AWS promises
# "single-digit milliseconds" for one item; the others are our assumptions, on the slow side.
LATENCY = {
    "read": (0.004, 0.015),
    "write": (0.005, 0.020),
    "transaction": (0.025, 0.080),
    "sns": (0.020, 0.080),
    "s3": (0.030, 0.150),
    "sesv2": (0.080, 0.300),
}
HELD = 0.8  # of a transaction's time its items are held
WHOLE_CORE = 1769  # MB of memory for which Lambda gives one whole core
CPU_PER_CALL = 0.003  # seconds of one core: measured 2.7 ms per call, botocore and PynamoDB
CPU_PER_REQUEST = 0.005  # routing, decoding, validating and answering; measured 2 ms
CPU_PER_MAIL = 0.030  # composing, with a QR code
CPU_PER_FRAGMENT = 0.010
COLD_START = (1.2, 2.5)
WARM_FOR = 300.0  # seconds that an idle environment stays
ACCOUNT_CONCURRENCY = 1000
# GetTopicAttributes, by which the sweeper sees whether a subscription is missing.
ALL_SUBSCRIBED = (
    "<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes><entry>"
    "<key>SubscriptionsConfirmed</key><value>99</value></entry></Attributes>"
    "</GetTopicAttributesResult></GetTopicAttributesResponse>"
)
HOP = (0.030, 0.150)  # SNS to SQS, and SQS to a waiting poller


@dataclass
class Function:
    """A Lambda function: what it has, and its environments."""

    name: str
    memory: int
    timeout: float
    idle: list[tuple[float, "Environment"]] = field(default_factory=list)
    running: int = 0
    most: int = 0
    cold: int = 0

    @property
    def share(self) -> float:
        return min(1.0, self.memory / WHOLE_CORE)


class Environment:
    """One process of a function: what it remembers lives here."""

    def __init__(self, function: Function, memory: Any) -> None:
        self.function = function
        self.memory = memory


class TooMany(Exception):
    """The account runs as many functions as it may."""


class Cloud:
    """Everything that is not our code, and the observer that stands between the two."""

    def __init__(self, simulation: Simulation, limits: Limits, remember: Callable[[], Any]) -> None:
        self.simulation = simulation
        self.limits = limits
        self._remember = remember
        # As botocore's own: without it each request waits 40 ms for an acknowledgement.
        self._session = URLLib3Session(socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)])
        self.published: dict[str, dict[str, Any]] = {}
        self.deliver: Callable[[str], None] = lambda _: None
        self.on_stream: Callable[[dict[str, Any]], None] = lambda _: None
        self.calls: Counter[str] = Counter()
        self.mails: list[float] = []
        self.mail_rate = 14.0
        self.mails_refused = 0
        self.concurrency = ACCOUNT_CONCURRENCY
        self._running = 0

    # Functions

    def invoke(self, function: Function, work: Callable[[Any], None]) -> None:
        """Run `work(memory)` in an environment of `function`, in the present thread.

        Raises TooMany, or TimedOut when it ran too long.
        """
        if self._running >= self.concurrency:
            raise TooMany
        self._running += 1
        function.running += 1
        function.most = max(function.most, function.running)
        task = self.simulation.task
        assert task is not None
        try:
            environment = self._environment(function)
            task.place = environment
            task.deadline = self.simulation.now + function.timeout
            work(environment.memory)
            function.idle.append((self.simulation.now, environment))
        finally:
            task.deadline = 1e9
            task.place = None
            self._running -= 1
            function.running -= 1

    def _environment(self, function: Function) -> Environment:
        now = self.simulation.now
        function.idle = [one for one in function.idle if now - one[0] < WARM_FOR]
        if function.idle:
            return function.idle.pop()[1]
        function.cold += 1
        self.simulation.wait(self.simulation.jitter(*COLD_START))
        return Environment(function, self._remember())

    def compute(self, seconds: float) -> None:
        """Use that much of one core, at the pace that the function's memory buys."""
        task = self.simulation.task
        assert task is not None
        assert isinstance(task.place, Environment)
        self.simulation.wait(seconds / task.place.function.share)

    # Calls

    def before(self, call: Call) -> AWSResponse | None:
        """Runs before every AWS call of our code."""
        if self.simulation.task is None:
            return None
        self.calls[str(call)] += 1
        self.compute(CPU_PER_CALL)
        if call.service == "dynamodb":
            return self._dynamodb(call)
        half, most = LATENCY[call.service]
        self.simulation.wait(self.simulation.jitter(half, most))
        answer = {"sns": self._publish, "s3": self._put, "sesv2": self._send}[call.service]
        return answer(call)

    def after(self, call: Call) -> None:
        """Nothing: `before` has waited already."""

    def _dynamodb(self, call: Call) -> AWSResponse:
        assert call.request is not None
        body = dynamodb.parsed(call.request.body)
        if call.operation == "TransactWriteItems":
            return self._transaction(call, body)
        kind = "write" if dynamodb.is_write(call.operation) else "read"
        half = self.simulation.jitter(*LATENCY[kind]) / 2
        self.simulation.wait(half)
        now = self.simulation.now
        if kind == "write":
            writes = dynamodb.written_items(call.operation, body)
            if not self.limits.is_free((dynamodb.item_name(write) for _, write in writes), now):
                return refusals.conflicting(call)
            uses = [use for name, write in writes for use in dynamodb.item_writes(name, write, 1)]
            if not self.limits.take_writes(uses, now):
                return refusals.throttled(call)
            answer = self._session.send(call.request)
        else:
            if not self.limits.may_read(dynamodb.read_uses(call.operation, body), now):
                return refusals.throttled(call)
            answer = self._session.send(call.request)
            uses = dynamodb.read_uses(call.operation, body, answer.content)
            self.limits.charge_reads(uses, now)
        self.simulation.wait(half)
        return answer

    def _transaction(self, call: Call, body: dict[str, Any]) -> AWSResponse:
        """Hold the items, then write: a condition is judged at the end of the hold."""
        lasting = self.simulation.jitter(*LATENCY["transaction"])
        around = lasting * (1 - HELD) / 2
        self.simulation.wait(around)
        now = self.simulation.now
        writes = dynamodb.written_items(call.operation, body)
        uses = [use for name, write in writes for use in dynamodb.item_writes(name, write, 2)]
        items = [dynamodb.item_name(write) for _, write in writes]
        if not self.limits.hold(items, now, now + lasting * HELD):
            self.simulation.wait(around)
            return refusals.conflict(call)
        try:
            if not self.limits.take_writes(uses, now):
                self.simulation.wait(around)
                reasons = ["ThrottlingError"] + ["None"] * (len(writes) - 1)
                return refusals.cancelled(call, reasons)
            self.simulation.wait(lasting * HELD)
            assert call.request is not None
            answer = self._session.send(call.request)
        finally:
            self.limits.release(items)
        if answer.status_code == 200:
            for name, write in writes:
                if name == "Put" and write["Item"]["pk"]["S"].startswith(outbox.PREFIX):
                    self.on_stream(write["Item"])
        self.simulation.wait(around)
        return answer

    def _publish(self, call: Call) -> AWSResponse:
        assert call.request is not None
        if call.operation != "PublishBatch":
            return refusals.answer(call, 200, ALL_SUBSCRIBED)
        fields = parse_qs(_text(call.request.body))
        taken = ""
        for name, (body,) in fields.items():
            found = re.fullmatch(r"(PublishBatchRequestEntries\.member\.\d+)\.Message", name)
            if found:
                event = json.loads(body)
                self.published.setdefault(event["id"], event)
                self.simulation.after(
                    self.simulation.jitter(*HOP), lambda body=body: self.deliver(body)
                )
                (entry,) = fields[f"{found[1]}.Id"]
                taken += f"<member><Id>{entry}</Id><MessageId>{event['id']}</MessageId></member>"
        return refusals.answer(
            call,
            200,
            "<PublishBatchResponse><PublishBatchResult>"
            f"<Successful>{taken}</Successful><Failed/></PublishBatchResult>"
            "<ResponseMetadata><RequestId>none</RequestId></ResponseMetadata>"
            "</PublishBatchResponse>",
        )

    def _put(self, call: Call) -> AWSResponse:
        self.compute(CPU_PER_FRAGMENT)
        return refusals.answer(call, 200, "")

    def _send(self, call: Call) -> AWSResponse:
        """SES takes so many a second; what is more it refuses."""
        self.compute(CPU_PER_MAIL)
        now = self.simulation.now
        if sum(now - moment < 1 for moment in self.mails[-int(self.mail_rate) :]) >= self.mail_rate:
            self.mails_refused += 1
            return refusals.throttled(call)
        self.mails.append(now)
        return refusals.answer(call, 200, '{"MessageId": "m"}', "application/json")


def _text(body: Any) -> str:
    return body.decode() if isinstance(body, bytes) else str(body)
