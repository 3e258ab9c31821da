"""One mail per person and reason, whatever crashes (DESIGN §4)."""

import contextlib
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from msgspec.structs import replace

from shared import aws, mail
from shared.clock import FixedClock
from shared.mail import Attachment, InFlight, Mail, send_once

MAIL = Mail(
    to="kees.de-vries+congres@example.org",
    subject="Je bent aangemeld",
    text="Tot dan, Zoë!",
    html="<p>Tot dan, Zoë!</p>",
    language="nl",
)


@pytest.fixture
def sent(mocked_aws: None, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What SES was asked to send."""
    calls: list[dict[str, Any]] = []
    ses = aws.client("sesv2")
    monkeypatch.setattr(ses, "send_email", lambda **call: calls.append(call) or {"MessageId": "1"})
    return calls


def _send(ledger: Any, clock: FixedClock, reason: str = "confirmed") -> bool:
    return send_once(ledger, person="r1", reason=reason, compose=lambda: MAIL, clock=clock)


def test_a_person_gets_one_mail_per_reason(ledger: Any, sent: Any, clock: FixedClock) -> None:
    assert [_send(ledger, clock) for _ in range(10)] == [True] + [False] * 9
    assert _send(ledger, clock, "reminder") is True
    assert len(sent) == 2


def test_two_workers_at_the_same_time_send_one_mail(
    ledger: Any, sent: Any, clock: FixedClock
) -> None:
    def compose_while_another_tries() -> Mail:
        with pytest.raises(InFlight):
            _send(ledger, clock)
        return MAIL

    send_once(
        ledger, person="r1", reason="confirmed", compose=compose_while_another_tries, clock=clock
    )
    assert len(sent) == 1


def test_a_crash_before_ses_loses_no_mail(ledger: Any, sent: Any, clock: FixedClock) -> None:
    def crash() -> Mail:
        raise SystemExit

    with pytest.raises(SystemExit):
        send_once(ledger, person="r1", reason="confirmed", compose=crash, clock=clock)
    with pytest.raises(InFlight):
        _send(ledger, clock)
    clock.advance(mail.LEASE + timedelta(seconds=1))
    assert _send(ledger, clock) is True
    assert len(sent) == 1


def test_a_crash_after_ses_is_the_one_window_for_a_second_mail(
    ledger: Any, sent: Any, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crash:
        crash.setattr(mail, "_mark_sent", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            _send(ledger, clock)
    clock.advance(mail.LEASE + timedelta(seconds=1))
    assert _send(ledger, clock) is True
    assert _send(ledger, clock) is False
    assert len(sent) == 2


def test_when_ses_refuses_the_next_delivery_tries_again_at_once(
    ledger: Any, sent: Any, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = _refusal("TooManyRequestsException", 429)
    with monkeypatch.context() as busy:
        busy.setattr(mail, "send", lambda _: (_ for _ in ()).throw(refusal))
        with pytest.raises(ClientError):
            _send(ledger, clock)
    assert _send(ledger, clock) is True


@pytest.mark.parametrize(("refusals", "code", "tries"), [
    (3, "TooManyRequestsException", 4),
    (100, "TooManyRequestsException", mail.MOST_ATTEMPTS),
    (100, "MessageRejected", 1),
])  # fmt: skip
def test_a_worker_keeps_the_pace_of_ses(
    mocked_aws: None, monkeypatch: pytest.MonkeyPatch, refusals: int, code: str, tries: int
) -> None:
    asked: list[Any] = []

    def refuse_first(**call: Any) -> dict[str, str]:
        asked.append(call)
        if len(asked) <= refusals:
            raise _refusal(code, 429)
        return {"MessageId": "1"}

    monkeypatch.setattr(aws.client("sesv2"), "send_email", refuse_first)
    monkeypatch.setattr(mail.time, "sleep", lambda _: None)
    with contextlib.nullcontext() if tries > refusals else pytest.raises(ClientError):
        mail.send(MAIL)
    assert len(asked) == tries


@pytest.mark.parametrize("refused", [False, True])
def test_a_mail_that_went_out_after_its_lease_is_not_sent_once_more(
    ledger: Any, sent: Any, clock: FixedClock, *, refused: bool
) -> None:
    """A worker that was given up for dead sends while another has taken its claim over."""

    def overtaken() -> Mail:
        clock.advance(mail.LEASE + timedelta(seconds=1))
        with contextlib.suppress(ClientError):
            send_once(ledger, person="r1", reason="confirmed", compose=second, clock=clock)
        return MAIL

    def second() -> Mail:
        if refused:
            raise _refusal("MessageRejected", 400)
        return MAIL

    send_once(ledger, person="r1", reason="confirmed", compose=overtaken, clock=clock)
    before = len(sent)
    clock.advance(mail.LEASE + timedelta(seconds=1))
    assert _send(ledger, clock) is False
    assert len(sent) == before


def test_a_refusal_after_the_lease_leaves_the_mark_of_who_sent_it(
    ledger: Any, sent: Any, clock: FixedClock
) -> None:
    def overtaken() -> Mail:
        clock.advance(mail.LEASE + timedelta(seconds=1))
        assert _send(ledger, clock) is True
        raise _refusal("MessageRejected", 400)

    with pytest.raises(ClientError):
        send_once(ledger, person="r1", reason="confirmed", compose=overtaken, clock=clock)
    assert _send(ledger, clock) is False


def _refusal(code: str, status: int) -> ClientError:
    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "SendEmail")  # type: ignore[arg-type]


def test_a_500_of_ses_may_hide_a_mail_and_keeps_the_claim(
    ledger: Any, sent: Any, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = _refusal("InternalServiceErrorException", 500)
    with monkeypatch.context() as failing:
        failing.setattr(mail, "send", lambda _: (_ for _ in ()).throw(broken))
        with pytest.raises(ClientError):
            _send(ledger, clock)
    with pytest.raises(InFlight):
        _send(ledger, clock)


def test_the_client_itself_never_sends_a_mail_twice(mocked_aws: None) -> None:
    assert aws.client("sesv2").meta.config.retries["total_max_attempts"] == 1


def test_when_ses_does_not_answer_the_claim_stands_until_its_lease_ends(
    ledger: Any, sent: Any, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    silence = ReadTimeoutError(endpoint_url="https://ses")
    with monkeypatch.context() as lost:
        lost.setattr(mail, "send", lambda _: (_ for _ in ()).throw(silence))
        with pytest.raises(ReadTimeoutError):
            _send(ledger, clock)
    with pytest.raises(InFlight):
        _send(ledger, clock)


def test_the_mail_has_text_html_and_attachment(sent: Any, ledger: Any) -> None:
    calendar = Attachment("congres.ics", "text/calendar; method=REQUEST", b"BEGIN:VCALENDAR")
    mail.send(
        Mail(
            to="zoë@münchen.example".replace("zoë", "zoe"),
            subject="Regel één\nBcc: iedereen@example.org",
            text="Dag",
            html="<p>Dag</p>",
            language="nl",
            attachments=[calendar],
        )
    )
    message = message_from_bytes(sent[0]["Content"]["Raw"]["Data"], policy=default)
    assert message["To"] == "zoe@xn--mnchen-3ya.example"
    assert message["Subject"] == "Regel één Bcc: iedereen@example.org"
    assert message["Bcc"] is None
    assert [part.get_content_type() for part in message.walk() if not part.is_multipart()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    attached = next(message.iter_attachments())
    assert attached.get_param("method") == "REQUEST"
    assert attached.get_content().strip().encode() == calendar.data


def test_feedback_on_a_mail_can_name_what_it_is_about(sent: list[dict[str, Any]]) -> None:
    mail.send(MAIL)
    mail.send(replace(MAIL, about="01J9ZQ4T7V8WXYZ0123456789A"))
    assert [call["EmailTags"] for call in sent] == [
        [],
        [{"Name": "about", "Value": "01J9ZQ4T7V8WXYZ0123456789A"}],
    ]
