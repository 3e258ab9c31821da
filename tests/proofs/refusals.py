"""What AWS says when it can't or won't, as answers that an observer gives in its place."""

import io
import json
from collections.abc import Sequence
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session
from urllib3 import HTTPResponse

from tests.proofs.calls import Call

DYNAMODB = "com.amazonaws.dynamodb.v20120810#"


def throttled(call: Call) -> AWSResponse:
    """Too much is asked of this table or item; nothing was written."""
    if call.service == "dynamodb":
        return _json(call, 400, f"{DYNAMODB}ProvisionedThroughputExceededException")
    if call.service == "s3":
        return _xml(call, 503, "SlowDown")
    if call.service == "sns":
        return _xml(call, 400, "Throttling")
    return _json(call, 429, "TooManyRequestsException")


def cancelled(call: Call, reasons: Sequence[str]) -> AWSResponse:
    """A transaction that DynamoDB cancels; one reason per part ("None" where a part was fine)."""
    return _json(
        call,
        400,
        f"{DYNAMODB}TransactionCanceledException",
        Message=f"Transaction cancelled, see reasons [{', '.join(reasons)}]",
        CancellationReasons=[{"Code": reason, "Message": reason} for reason in reasons],
    )


def conflict(call: Call) -> AWSResponse:
    """Another transaction has the same items; nothing was written."""
    assert call.request is not None
    parts = len(json.loads(call.request.body)["TransactItems"])
    return cancelled(call, ["TransactionConflict"] + ["None"] * (parts - 1))


def conflicting(call: Call) -> AWSResponse:
    """A transaction has the item of this plain write; nothing was written."""
    return _json(call, 400, f"{DYNAMODB}TransactionConflictException")


def server_error(call: Call) -> AWSResponse:
    """AWS failed; whether anything was written is unknown to the caller."""
    if call.service == "dynamodb":
        return _json(call, 500, f"{DYNAMODB}InternalServerError")
    if call.service in ("s3", "sns"):
        return _xml(call, 500, "InternalError")
    return _json(call, 500, "InternalFailure")


def time_out(call: Call, *, arrives: bool) -> AWSResponse:
    """No answer comes. `arrives`: AWS did what it was asked all the same."""
    assert call.request is not None
    if arrives:
        session = URLLib3Session()
        session.send(call.request)
        session.close()
    raise ReadTimeoutError(endpoint_url=call.request.url)


def answer(call: Call, status: int, text: str = "", content_type: str = "text/xml") -> AWSResponse:
    """What a service says that is not there."""
    return _answer(call, status, text.encode(), content_type)


def _json(call: Call, status: int, kind: str, **more: Any) -> AWSResponse:
    body = json.dumps({"__type": kind, "message": kind, **more}).encode()
    return _answer(call, status, body, "application/x-amz-json-1.0")


def _xml(call: Call, status: int, code: str) -> AWSResponse:
    error = f"<Error><Code>{code}</Code><Message>{code}</Message></Error>"
    if call.service != "s3":
        error = f"<ErrorResponse>{error}<RequestId>none</RequestId></ErrorResponse>"
    return _answer(call, status, error.encode(), "text/xml")


def _answer(call: Call, status: int, body: bytes, content_type: str) -> AWSResponse:
    assert call.request is not None
    headers = {"content-type": content_type, "content-length": str(len(body))}
    raw = HTTPResponse(io.BytesIO(body), headers=headers, status=status, preload_content=False)
    return AWSResponse(call.request.url, status, headers, raw)
