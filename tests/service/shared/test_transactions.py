"""Named parts, refusals and retries of a transaction."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared import aws, transactions
from shared.transactions import Busy, Refused, Transaction

LATER = datetime(2027, 4, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "FIRST_PAUSE", 0.0)


def test_a_refusal_names_every_part_whose_condition_failed(outbox: Any) -> None:
    outbox("OUTBOX#0", "taken", event="{}").save()
    outbox("OUTBOX#1", "checked", event="{}").save()
    transaction = Transaction()
    transaction.insert(outbox("OUTBOX#0", "new", event="{}"), name="new")
    transaction.update(
        outbox("OUTBOX#0", "taken"),
        [outbox.event.set("changed")],
        name="change",
        condition=outbox.event == "something else",
    )
    transaction.delete(outbox("OUTBOX#0", "absent"), name="removal", condition=outbox.pk.exists())
    transaction.check(outbox, "OUTBOX#1", "checked", outbox.event == "{}", name="check")

    with pytest.raises(Refused) as refusal:
        transaction.commit()

    assert refusal.value.parts == {"change", "removal"}
    assert [item.sk for item in outbox.query("OUTBOX#0")] == ["taken"]


def test_an_insert_never_overwrites(outbox: Any) -> None:
    for expected in (None, Refused):
        transaction = Transaction()
        transaction.insert(outbox("OUTBOX#0", "one", event="{}"), name="item")
        if expected is None:
            transaction.commit()
        else:
            with pytest.raises(expected):
                transaction.commit()


def test_writing_an_item_keeps_what_a_newer_version_added(outbox: Any) -> None:
    outbox("OUTBOX#0", "one", event="old", expires_at=LATER).save()
    client = aws.client("dynamodb")
    client.update_item(
        TableName=outbox.Meta.table_name,
        Key={"pk": {"S": "OUTBOX#0"}, "sk": {"S": "one"}},
        UpdateExpression="SET later = :value",
        ExpressionAttributeValues={":value": {"S": "kept"}},
    )
    transaction = Transaction()
    transaction.put(outbox("OUTBOX#0", "one", event="new"), name="item")
    transaction.commit()
    [item] = client.scan(TableName=outbox.Meta.table_name)["Items"]
    assert item == {
        "pk": {"S": "OUTBOX#0"},
        "sk": {"S": "one"},
        "event": {"S": "new"},
        "later": {"S": "kept"},
    }


class _Conflicts:
    """Answers a TransactionConflict to the first `times` writes, as real DynamoDB does."""

    def __init__(self, times: int, code: str = "TransactionConflict") -> None:
        self.left = times
        self.code = code
        self.tokens: set[str] = set()

    def __call__(self, model: Any, params: dict[str, Any], **_: Any) -> Any:
        self.tokens.add(params["ClientRequestToken"])
        if self.left == 0:
            return None
        self.left -= 1
        reasons = [{"Code": self.code}, {"Code": "None"}]
        error = {"Code": "TransactionCanceledException", "Message": "cancelled"}
        return _Answer(400), {"Error": error, "CancellationReasons": reasons}


class _Answer:
    def __init__(self, status_code: int) -> None:
        self.status_code = status_code
        self.headers: dict[str, str] = {}


def _two_inserts(outbox: Any) -> Transaction:
    transaction = Transaction()
    transaction.insert(outbox("OUTBOX#0", "a", event="{}"), name="a")
    transaction.insert(outbox("OUTBOX#0", "b", event="{}"), name="b")
    return transaction


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError"])
def test_conflicts_and_throttling_are_tried_again_under_one_token(
    outbox: Any, listen: Any, code: str
) -> None:
    conflicts = _Conflicts(3, code)
    _inject(listen, conflicts)
    _two_inserts(outbox).commit()
    assert len(list(outbox.query("OUTBOX#0"))) == 2
    assert len(conflicts.tokens) == 1


def test_throttling_of_the_whole_request_is_tried_again_too(outbox: Any, listen: Any) -> None:
    left = [1, 1]

    def throttled(**_: Any) -> Any:
        return (
            (_Answer(400), {"Error": {"Code": "ThrottlingException"}})
            if left and left.pop()
            else None
        )

    listen("dynamodb", "before-call.dynamodb.TransactWriteItems", throttled)
    _two_inserts(outbox).commit()
    assert len(list(outbox.query("OUTBOX#0"))) == 2


def test_endless_conflicts_end_as_busy_with_nothing_written(outbox: Any, listen: Any) -> None:
    _inject(listen, _Conflicts(1000))
    with pytest.raises(Busy):
        _two_inserts(outbox).commit()
    assert list(outbox.query("OUTBOX#0")) == []


def test_an_unknown_result_is_never_called_a_refusal(outbox: Any, listen: Any) -> None:
    _inject(listen, _Conflicts(1, "SomethingNew"))
    with pytest.raises(Exception, match="Failed to write") as error:
        _two_inserts(outbox).commit()
    assert not isinstance(error.value, Refused | Busy)


def _inject(listen: Any, conflicts: _Conflicts) -> None:
    listen("dynamodb", "before-call.dynamodb.TransactWriteItems", _counted(conflicts))


def _counted(conflicts: _Conflicts) -> Any:
    import json

    def before_call(model: Any, params: dict[str, Any], **rest: Any) -> Any:
        return conflicts(model, json.loads(params["body"]), **rest)

    return before_call
