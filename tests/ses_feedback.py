"""What SES publishes about mails, in the form that its documentation gives; no real address."""

import json
from datetime import UTC, datetime
from typing import Any

SENT = datetime(2027, 4, 14, 9, 30, tzinfo=UTC)
GREETING = "Successfully validated SNS topic for Amazon SES event publishing."


def _mail(about: str | None, sent_at: datetime, message_id: str) -> dict[str, Any]:
    tags = {
        "ses:operation": ["SendRawEmail"],
        "ses:configuration-set": ["plekken-test"],
        "ses:source-ip": ["192.0.2.0"],
        "ses:from-domain": ["example.org"],
        "ses:caller-identity": ["mail"],
    }
    return {
        "timestamp": sent_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "source": "Plekken <plekken@example.org>",
        "sourceArn": "arn:aws:ses:eu-central-1:123456789012:identity/example.org",
        "sendingAccountId": "123456789012",
        "messageId": message_id,
        "destination": ["ada@example.org"],
        "headersTruncated": False,
        "headers": [{"name": "To", "value": "ada@example.org"}],
        "commonHeaders": {"to": ["ada@example.org"], "subject": "Je bent aangemeld"},
        "tags": tags | ({"about": [about]} if about else {}),
    }


def bounce(
    about: str | None,
    *,
    kind: str = "Permanent",
    subkind: str = "General",
    sent_at: datetime = SENT,
    message_id: str = "0102018c-ada-000000",
) -> str:
    """A mail came back: `kind` Permanent (General, NoEmail, Suppressed …) or Transient."""
    told = {
        "eventType": "Bounce",
        "bounce": {
            "feedbackId": "0102018c-feedback-000000",
            "bounceType": kind,
            "bounceSubType": subkind,
            "bouncedRecipients": [
                {
                    "emailAddress": "ada@example.org",
                    "action": "failed",
                    "status": "5.1.1",
                    "diagnosticCode": "smtp; 550 5.1.1 user unknown",
                }
            ],
            "timestamp": "2027-04-14T09:31:00.000Z",
            "reportingMTA": "dsn; mta.example.org",
        },
        "mail": _mail(about, sent_at, message_id),
    }
    return json.dumps(told)


def complaint(
    about: str | None, *, sent_at: datetime = SENT, message_id: str = "0102018c-ada-000000"
) -> str:
    """Somebody reported a mail as unwanted."""
    told = {
        "eventType": "Complaint",
        "complaint": {
            "feedbackId": "0102018c-complaint-000000",
            "complaintSubType": None,
            "complainedRecipients": [{"emailAddress": "ada@example.org"}],
            "timestamp": "2027-04-14T10:01:00.000Z",
            "userAgent": "Example Feedback Loop",
            "complaintFeedbackType": "abuse",
            "arrivalDate": "2027-04-14T10:01:00.000Z",
        },
        "mail": _mail(about, sent_at, message_id),
    }
    return json.dumps(told)
