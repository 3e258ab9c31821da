"""The operations page and the function behind it: what is stuck, putting it back, dropping it."""

import json
import time
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from chalicelib.platform import operations as function
from chalicelib.platform.pages import operations as operations_pages
from chalicelib.platform.usecases import operations as usecases
from shared import aws, dead_letters, runs
from shared.access import AuditItem, OrganiserItem
from shared.clock import FixedClock
from shared.dead_letters import QUEUES
from tests.service.browser import Browser, sign_in

PAGE = "/beheer/werking"
QUEUE = "documents-inbox"
EVENT = "nl.plekken.directory.member_withdrawn.v1"
ID = "01J0000000000000000000000A"
GROUP = "/plekken/test/documents"


@pytest.fixture
def queues(visitor: Browser, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Every queue with its dead-letter queue, by name, and jobs that ran just now."""
    monkeypatch.setattr(operations_pages, "clock", clock)
    monkeypatch.setattr(function, "clock", clock)
    sqs = aws.client("sqs")
    found = {
        f"{name}{end}": sqs.create_queue(QueueName=f"plekken-test-{name}{end}")["QueueUrl"]
        for name in QUEUES
        for end in ("", "-dlq")
    }
    for service in ("registration", "directory", "documents"):
        aws.client("logs").create_log_group(logGroupName=f"/plekken/test/{service}")
        for job in ("sweep", "nightly"):
            with runs.noted(f"{service}.{job}", clock) as what:
                what.update({"behind": 0, "missing": 0} if job == "sweep" else {"removed": 2})
    with runs.noted("directory.notify", clock):
        pass
    monkeypatch.setattr(aws.client("lambda"), "invoke", _invoke)
    return found


def _invoke(FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto's names
    assert FunctionName == "plekken-test-directory-operations"
    told = json.dumps(function.answer(json.loads(Payload))).encode()
    return {"Payload": BytesIO(told)}


@pytest.fixture
def owner(visitor: Browser, queues: dict[str, str]) -> Browser:
    roles = {"platform": "owner"}
    OrganiserItem("ORGANISERS", "ada", email="a@example.org", name="Ada", roles=roles).save()
    return sign_in(visitor, "ada")


def event(identifier: str = ID) -> str:
    return json.dumps({"type": EVENT, "id": identifier, "data": {"name": "Ada Lovelace"}})


def bury(queues: dict[str, str], *bodies: str, queue: str = QUEUE) -> list[str]:
    """Put messages into a dead-letter queue; answers their ids."""
    url, sqs = queues[f"{queue}-dlq"], aws.client("sqs")
    return [sqs.send_message(QueueUrl=url, MessageBody=body)["MessageId"] for body in bodies]


def depth(queues: dict[str, str], name: str) -> int:
    kind = "ApproximateNumberOfMessages"
    found = aws.client("sqs").get_queue_attributes(QueueUrl=queues[name], AttributeNames=[kind])
    return int(found["Attributes"][kind])


def log_failure(message_id: str) -> None:
    logs, line = aws.client("logs"), {"happened": "inbox.failed", "message_id": message_id}
    line |= {"error": "ClientError", "aws_code": "AccessDenied", "at": "documents/x.py:3 f < b"}
    logs.create_log_stream(logGroupName=GROUP, logStreamName=message_id)
    logs.put_log_events(
        logGroupName=GROUP,
        logStreamName=message_id,
        logEvents=[{"timestamp": int(1000 * time.time()), "message": json.dumps(line)}],
    )


def notes(clock: FixedClock) -> list[tuple[str, str, str]]:
    found = AuditItem.query(f"AUDIT#{clock.now():%Y-%m}")
    return [(one.organiser_id, one.action, one.item) for one in found]


def test_only_owners_of_the_platform_come_here(owner: Browser, visitor: Browser) -> None:
    roles = {"platform": "organiser", "documents": "owner"}
    OrganiserItem("ORGANISERS", "bob", email="b@example.org", name="Bob", roles=roles).save()
    assert visitor.get(PAGE).status == 303
    bob = sign_in(visitor, "bob")
    assert bob.get(PAGE).status == 403
    assert bob.post(f"{PAGE}/{QUEUE}/terugzetten").status == 403
    assert bob.post(f"{PAGE}/{QUEUE}/m1/weggooien").status == 403


def test_the_function_asks_itself_who_it_works_for(queues: dict[str, str], owner: Browser) -> None:
    bury(queues, event())
    OrganiserItem("ORGANISERS", "ada", email="a@example.org", name="Ada", roles={}).save()
    for action in ("look", "redrive", "drop"):
        asked = {"do": action, "by": "ada", "queue": QUEUE, "message": "m1"}
        assert function.answer(asked)["error"]["status"] == 403
    assert depth(queues, f"{QUEUE}-dlq") == 1


def test_all_is_well_stands_first_when_it_is(owner: Browser) -> None:
    page = owner.get(PAGE).text
    assert "Alles is in orde" in page
    assert page.index("Alles is in orde") < page.index("Wachtrijen")
    assert "Wat vastzit" not in page
    assert "2 verwijderd" in page, "what the nights found"


def test_what_is_stuck_shows_its_type_id_tries_and_reason_and_nobodys_data(
    owner: Browser, queues: dict[str, str]
) -> None:
    [message, _] = bury(queues, event(), "ada@example.org wants in")
    log_failure(message)
    page = owner.get(PAGE).text
    assert "Alles is in orde" not in page
    assert "Er zitten 2 berichten vast." in page
    for shown in (message, EVENT, ID, "ClientError AccessDenied in documents/x.py:3 f"):
        assert shown in page
    assert "geen gebeurtenis van ons" in page
    assert "Het logboek zegt niet waarom" in page
    assert "Lovelace" not in page
    assert "ada@example.org" not in page
    assert depth(queues, f"{QUEUE}-dlq") == 2, "looking moves nothing, and hides nothing"


def test_the_button_puts_everything_back_and_is_written_down(
    owner: Browser, queues: dict[str, str], clock: FixedClock
) -> None:
    bury(queues, *(event() for _ in range(12)))
    answer = owner.post(f"{PAGE}/{QUEUE}/terugzetten")
    assert (depth(queues, QUEUE), depth(queues, f"{QUEUE}-dlq")) == (12, 0)
    assert "Teruggezet: 12." in owner.follow(answer).text
    assert notes(clock) == [("ada", "queue.redriven", QUEUE)]


def test_a_press_does_a_bounded_part_and_says_what_is_left(
    owner: Browser, queues: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usecases, "AT_ONCE", 15)
    bury(queues, *(event() for _ in range(20)))
    page = owner.follow(owner.post(f"{PAGE}/{QUEUE}/terugzetten")).text
    assert "Teruggezet: 15." in page
    assert "Nog 5 te gaan: druk nog eens." in page
    assert depth(queues, QUEUE) == 15
    page = owner.follow(owner.post(f"{PAGE}/{QUEUE}/terugzetten")).text
    assert "te gaan" not in page
    assert depth(queues, QUEUE) == 20


def test_what_sqs_does_not_take_stays_and_shows_at_once(
    owner: Browser, queues: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bury(queues, event(), event())
    sqs = aws.client("sqs")
    real = sqs.send_message_batch

    def partly(QueueUrl: str, Entries: list[Any]) -> Any:  # noqa: N803
        real(QueueUrl=QueueUrl, Entries=Entries[:1])
        return {"Failed": [{"Id": "1", "SenderFault": False, "Code": "InternalError"}]}

    monkeypatch.setattr(sqs, "send_message_batch", partly)
    page = owner.follow(owner.post(f"{PAGE}/{QUEUE}/terugzetten")).text
    assert "SQS nam er 1 niet aan" in page
    assert (depth(queues, QUEUE), depth(queues, f"{QUEUE}-dlq")) == (1, 1)


def test_a_crash_after_sending_gives_a_duplicate_and_no_loss(
    owner: Browser, queues: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bury(queues, event())
    with monkeypatch.context() as crash:
        crash.setattr(dead_letters, "_remove", _crash)
        assert owner.post(f"{PAGE}/{QUEUE}/terugzetten").status == 500
    assert depth(queues, QUEUE) == 1
    url = queues[f"{QUEUE}-dlq"]
    found = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    assert found["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "1", "not lost"


def _crash(*_: object) -> None:
    raise RuntimeError


def test_dropping_asks_once_more_and_is_written_down(
    owner: Browser, queues: dict[str, str], clock: FixedClock
) -> None:
    gone, stays = bury(queues, event(), event())
    page = owner.get(f"{PAGE}/{QUEUE}/{gone}/weggooien")
    assert "Dit kun je niet terugdraaien." in page.text
    assert depth(queues, f"{QUEUE}-dlq") == 2
    answer = owner.post(f"{PAGE}/{QUEUE}/{gone}/weggooien")
    after = owner.follow(answer).text
    assert "Het bericht is weggegooid." in after
    assert stays in after
    assert gone not in after
    assert notes(clock) == [("ada", "message.dropped", f"{QUEUE}/{gone}")]


@pytest.mark.parametrize("path", [f"{QUEUE}/m1", f"{QUEUE}/%3Cb%3E", "nobody/m1"])
def test_what_is_not_there_can_not_be_dropped(
    owner: Browser, queues: dict[str, str], clock: FixedClock, path: str
) -> None:
    bury(queues, event())
    assert owner.get(f"{PAGE}/{path}/weggooien").status == 404
    assert owner.post(f"{PAGE}/{path}/weggooien").status == 404
    assert depth(queues, f"{QUEUE}-dlq") == 1
    assert not [item for _, _, item in notes(clock) if item == "?"], "nonsense is no note"


def test_an_unknown_queue_is_not_found(owner: Browser, clock: FixedClock) -> None:
    assert owner.post(f"{PAGE}/nobody/terugzetten").status == 404
    assert notes(clock) == []


def test_without_the_session_s_own_token_nothing_moves(
    owner: Browser, queues: dict[str, str]
) -> None:
    bury(queues, event())
    owner.csrf = "another"
    assert owner.post(f"{PAGE}/{QUEUE}/terugzetten").status == 403
    assert depth(queues, f"{QUEUE}-dlq") == 1


def test_a_relay_that_is_behind_a_missing_subscription_and_a_failed_night_show(
    owner: Browser, clock: FixedClock
) -> None:
    with runs.noted("directory.sweep", clock) as what:
        what.update({"behind": 3, "missing": 1})
    with pytest.raises(RuntimeError), runs.noted("documents.nightly", clock):
        raise RuntimeError
    page = owner.get(PAGE).text
    assert "Er liepen 3 gebeurtenissen achter" in page
    assert "Er is 1 abonnement weg" in page
    assert "Mislukt bij de laatste keer: Documenten, elke nacht." in page
    assert "RuntimeError" in page


def test_a_sweep_and_a_night_that_stay_away_show(owner: Browser, clock: FixedClock) -> None:
    clock.advance(timedelta(minutes=29))
    assert "Alles is in orde" in owner.get(PAGE).text
    clock.advance(timedelta(minutes=2))
    page = owner.get(PAGE).text
    assert "Had al moeten draaien: Leden, elke minuut." in page
    assert "Had al moeten draaien: Leden, meldingen versturen." in page
    assert "Had al moeten draaien: Leden, elke nacht." not in page
    clock.advance(timedelta(hours=26))
    assert "Had al moeten draaien: Leden, elke nacht." in owner.get(PAGE).text


def test_the_search_for_reasons_ends_in_time(
    owner: Browser, queues: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    [message] = bury(queues, event())
    monkeypatch.setattr(usecases, "LOOKING", 0.0)
    page = owner.get(PAGE)
    assert page.status == 200
    assert "Er zit 1 bericht vast." in page.text
    assert message not in page.text, "no queue is opened after its time"


def test_a_log_that_can_not_be_read_hides_no_message(
    owner: Browser, queues: dict[str, str]
) -> None:
    aws.client("logs").delete_log_group(logGroupName=GROUP)
    [message] = bury(queues, event())
    page = owner.get(PAGE).text
    assert message in page
    assert "Het logboek is nu niet te lezen: <code>ResourceNotFoundException</code>" in page


def test_a_function_that_does_not_answer_says_busy(
    owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed = {"Payload": BytesIO(b'{"errorMessage": "Task timed out"}'), "FunctionError": "x"}
    monkeypatch.setattr(aws.client("lambda"), "invoke", lambda **_: crashed)
    assert owner.get(PAGE).status == 503
