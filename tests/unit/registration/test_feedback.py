"""What SES tells, and what of it counts."""

import json

import pytest

from chalicelib.registration import feedback
from tests.ses_feedback import GREETING, SENT, bounce, complaint


@pytest.mark.parametrize(
    "subkind", ["General", "NoEmail", "Suppressed", "OnAccountSuppressionList"]
)
def test_mail_that_came_back_for_good(subkind: str) -> None:
    told = feedback.read(bounce("r1", subkind=subkind))
    assert told is not None
    assert (told.registration_id, told.cause, told.sent_at) == ("r1", "bounce", SENT)


def test_mail_that_was_not_wanted() -> None:
    told = feedback.read(complaint("r1"))
    assert told is not None
    assert (told.registration_id, told.cause) == ("r1", "complaint")


def test_a_mail_that_comes_back_and_is_not_wanted_is_told_of_twice() -> None:
    first, second = feedback.read(bounce("r1")), feedback.read(complaint("r1"))
    assert first is not None
    assert second is not None
    assert first.id != second.id


@pytest.mark.parametrize(
    "body",
    [
        bounce("r1", kind="Transient", subkind="MailboxFull"),
        bounce("r1", kind="Undetermined", subkind="Undetermined"),
        bounce(None),
        complaint(None),
        json.dumps(json.loads(bounce("r1")) | {"eventType": "Delivery"}),
        GREETING,
    ],
    ids=["later", "unclear", "other mail", "other complaint", "arrived", "greeting"],
)
def test_what_means_nothing(body: str) -> None:
    assert feedback.read(body) is None


def without(part: str) -> str:
    told = json.loads(bounce("r1"))
    del told[part]
    return json.dumps(told)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "ada@example.org",
        "[]",
        '{"eventType": "Bounce"}',
        without("mail"),
        without("bounce"),
        bounce("r1").replace("09:30:00.000Z", "09:30:00.000"),
        bounce("r1").replace('"about": ["r1"]', '"about": "ada@example.org"'),
    ],
)
def test_nonsense_is_refused_without_its_words(body: str) -> None:
    with pytest.raises(feedback.MalformedFeedback) as refused:
        feedback.read(body)
    assert str(refused.value) == ""
    assert refused.value.__cause__ is None
