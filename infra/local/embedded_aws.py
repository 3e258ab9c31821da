"""The embedded AWS, with the few things that a Chalice stack needs and ministack 1.5.33 lacks.

Runs in the virtual environment .venv-aws (see `infra.local.emulator`), so it imports nothing of
ours. Each repair says what AWS does; drop it when ministack does so too.
"""

import json
import os
import re
import signal
import threading
import time
from base64 import b64decode
from contextvars import ContextVar
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import apigateway_v1 as gateway
from ministack.services import dynamodb, lambda_svc, ses, ses_v2

Headers = dict[str, str]
Answer = tuple[int, Headers, bytes | str]

import_rest_api = gateway._import_rest_api  # noqa: SLF001
import_operation = gateway._import_operation  # noqa: SLF001
ses_request = ses_v2.handle_request
ses_resource = iam_actions._ses_v2_resource_arn  # noqa: SLF001
iam_action = iam_actions.extract_iam_action
dynamodb_context = iam_actions.dynamodb_service_context
transaction_checks = iam_actions.dynamodb_transaction_checks
enforce = iam_evaluator.enforce
# A batch asks for the permission of the single call (Service Authorization Reference).
BATCHES = {
    "sns:PublishBatch": "sns:Publish",
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def import_whole_api(spec: dict[str, Any], base_data: dict[str, Any] | None = None) -> str:
    """Import the API's binary types and gateway responses too, as AWS does."""
    api_id = str(import_rest_api(spec, base_data))
    binary_types = spec.get("x-amazon-apigateway-binary-media-types")
    if binary_types:
        gateway._rest_apis[api_id]["binaryMediaTypes"] = binary_types  # noqa: SLF001
    responses = spec.get("x-amazon-apigateway-gateway-responses") or {}
    for response_type, response in responses.items():
        gateway._put_gateway_response(api_id, response_type, response)  # noqa: SLF001
    return api_id


def import_whole_operation(
    api_id: str, resource_id: str, verb: str, operation: dict[str, Any], *rest: Any
) -> None:
    """Import a mock integration's answers too, as AWS does: CORS preflights are made of them."""
    import_operation(api_id, resource_id, verb, operation, *rest)
    integration = (operation or {}).get("x-amazon-apigateway-integration") or {}
    if integration.get("type", "").lower() != "mock":
        return
    method = gateway._resources[api_id][resource_id]["resourceMethods"][verb]  # noqa: SLF001
    method["methodIntegration"]["requestTemplates"] = integration.get("requestTemplates", {})
    for pattern, response in (integration.get("responses") or {}).items():
        wanted = {**response, "selectionPattern": "" if pattern == "default" else pattern}
        gateway._put_integration_response(  # noqa: SLF001
            api_id, resource_id, verb, str(response["statusCode"]), wanted
        )


def real_iam_action(*arguments: Any) -> str | None:
    """Name the permission that AWS asks for where the emulator makes one up."""
    action: str | None = iam_action(*arguments)
    return BATCHES.get(action or "", action)


class ItemArn(str):
    """The table of one part of a transaction, and the condition keys of that part alone."""

    __slots__ = ("context",)
    context: dict[str, Any]


def context_with_leading_keys(body: bytes) -> dict[str, Any]:
    """Let policies ask whose items a request touches (`dynamodb:LeadingKeys`), as AWS does."""
    return {**dynamodb_context(body), **_leading_keys(json.loads(body or b"{}"))}


def checks_with_leading_keys(
    action: str, body: bytes, region: str, account: str
) -> list[tuple[str, str]]:
    """Check each part of a transaction on its own item, as AWS does."""
    checks: list[tuple[str, str]] = []
    wanted = transaction_checks(action, body, region, account)
    parts = json.loads(body).get("TransactItems", []) if wanted else []
    details = [detail for part in parts for detail in part.values()]
    for (item_action, arn), detail in zip(wanted, details, strict=True):
        item_arn = ItemArn(arn)
        item_arn.context = _leading_keys(detail)
        checks.append((item_action, item_arn))
    return checks


def enforce_per_item(*arguments: Any, resource_arn: str = "*", **named: Any) -> Any:
    """Judge a part of a transaction by the condition keys of that part."""
    if isinstance(resource_arn, ItemArn):
        named["service_context"] = {**(named.get("service_context") or {}), **resource_arn.context}
    return enforce(*arguments, resource_arn=resource_arn, **named)


def _leading_keys(request: dict[str, Any]) -> dict[str, Any]:
    """The values of the partition key that a request, or a part of a transaction, names."""
    found = {
        next(iter(value.values()))
        for table, keys, index in _named_items(request)
        if (value := keys.get(_partition_key(table, index)))
    }
    context = {"dynamodb:LeadingKeys": sorted(found)} if found else {}
    return {**context, **_attributes(request)}


def _attributes(request: dict[str, Any]) -> dict[str, Any]:
    """The attributes that a change of an item touches (`dynamodb:Attributes`)."""
    if "UpdateExpression" not in request:
        return {}
    named = request.get("ExpressionAttributeNames", {})
    return {"dynamodb:Attributes": sorted({*named.values(), *request.get("Key", {})})}


def _named_items(request: dict[str, Any]) -> list[tuple[str, dict[str, Any], str]]:
    table, index = request.get("TableName", ""), request.get("IndexName", "")
    if "KeyConditionExpression" in request:
        return [(table, _equalities(request), index)]
    if "RequestItems" in request:
        return [
            (name, keys, "")
            for name, wanted in request["RequestItems"].items()
            for keys in _keys_of_batch(wanted)
        ]
    return [(table, request.get("Key") or request.get("Item") or {}, "")]


def _keys_of_batch(wanted: Any) -> list[dict[str, Any]]:
    if isinstance(wanted, dict):  # BatchGetItem
        return list(wanted["Keys"])
    return [
        write.get("PutRequest", {}).get("Item") or write.get("DeleteRequest", {}).get("Key") or {}
        for write in wanted
    ]


def _equalities(request: dict[str, Any]) -> dict[str, Any]:
    names = request.get("ExpressionAttributeNames", {})
    values = request.get("ExpressionAttributeValues", {})
    found = re.findall(r"(#?\w+)\s*=\s*(:\w+)", request["KeyConditionExpression"])
    return {names.get(name, name): values.get(value, {"S": ""}) for name, value in found}


def _partition_key(table: str, index: str) -> str:
    known = dynamodb._tables.get(table) or {}  # noqa: SLF001
    schemas = {
        one["IndexName"]: one["KeySchema"] for one in known.get("GlobalSecondaryIndexes", [])
    }
    schema = schemas.get(index) or known.get("KeySchema") or []
    return next((one["AttributeName"] for one in schema if one["KeyType"] == "HASH"), "")


def enforce_ses_with_sender(app: Any) -> None:
    """Let policies ask who sends a mail (`ses:FromAddress`), as AWS does."""
    enforce_ses, enforce = app._enforce_ses_v2, app._enforce_data_plane  # noqa: SLF001
    sender: ContextVar[dict[str, str] | None] = ContextVar("sender", default=None)

    def enforce_with_sender(*arguments: Any, **named: Any) -> Any:
        return enforce(*arguments, **{"service_context": sender.get(), **named})

    def enforce_sending(method: str, path: str, headers: Headers, body: bytes, *rest: Any) -> Any:
        sends = method == "POST" and path.endswith("/outbound-emails")
        address = json.loads(body).get("FromEmailAddress", "") if sends else ""
        token = sender.set({"ses:FromAddress": address} if address else None)
        try:
            return enforce_ses(method, path, headers, body, *rest)
        finally:
            sender.reset(token)

    app._enforce_ses_v2, app._enforce_data_plane = enforce_sending, enforce_with_sender  # noqa: SLF001


async def keep_mail(
    method: str, path: str, headers: Headers, body: bytes, query: dict[str, Any]
) -> Answer:
    """Keep every accepted mail whole, with its attachments, where the mailbox can show it."""
    answer: Answer = await ses_request(method, path, headers, body, query)
    if method == "POST" and path.endswith("/outbound-emails") and answer[0] == 200:  # noqa: PLR2004
        raw = json.loads(body).get("Content", {}).get("Raw", {}).get("Data")
        if raw:
            keep(b64decode(raw))
    return answer


def keep_mail_of_cognito(
    source: str,
    to_addrs: list[str],
    subject: str,
    body_text: str = "",
    body_html: str = "",
    **_: Any,
) -> None:
    """Keep the mails that Cognito sends by itself too. Its HTML is all that it sends; the words
    alone are for tests, which read no HTML.
    """
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = source, ", ".join(to_addrs), subject
    message.set_content(body_text or re.sub(r"<[^>]+>", " ", body_html))
    if body_html:
        message.add_alternative(body_html, subtype="html")
    keep(message.as_bytes())


def keep(mail: bytes) -> None:
    """Put a mail where the mailbox finds it, whole or not at all."""
    unfinished = Path(os.environ["PLEKKEN_MAIL_FOLDER"]) / f"{time.time_ns()}.unfinished"
    unfinished.write_bytes(mail)
    unfinished.rename(unfinished.with_suffix(".eml"))


def resource_of_mail(method: str, path: str, body: bytes, region: str, account: str) -> str:
    """Authorise sending on the sender's identity, as AWS does."""
    if method == "POST" and path.endswith("/outbound-emails"):
        sender = str(json.loads(body).get("FromEmailAddress", ""))
        known = {*ses._identities, *ses_v2._identities}  # noqa: SLF001
        identity = sender if sender in known else sender.rpartition("@")[2]
        return f"arn:aws:ses:{region}:{account}:identity/{identity}"
    return str(ses_resource(method, path, body, region, account))


def forget_stream_positions(*_: Any) -> None:
    """Start streams over: their records do not outlive a restart, so old positions would skip
    the first new ones.
    """


def end_with_parent() -> None:
    """Save and stop when the process that started us is gone, however it went."""

    def watch() -> None:
        os.read(0, 1)  # returns when the pipe closes
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Put the repairs in place and serve until SIGTERM."""
    gateway._import_rest_api = import_whole_api  # noqa: SLF001
    gateway._import_operation = import_whole_operation  # noqa: SLF001
    lambda_svc._restore_esm_positions = forget_stream_positions  # noqa: SLF001
    ses_v2.handle_request = keep_mail
    ses.send_internal_email = keep_mail_of_cognito
    iam_actions._ses_v2_resource_arn = resource_of_mail  # noqa: SLF001
    iam_actions.extract_iam_action = real_iam_action
    iam_actions.dynamodb_service_context = context_with_leading_keys
    iam_actions.dynamodb_transaction_checks = checks_with_leading_keys
    iam_evaluator.enforce = enforce_per_item
    end_with_parent()
    from ministack import app  # noqa: PLC0415 - reads the environment when imported

    enforce_ses_with_sender(app)
    app.main()


if __name__ == "__main__":
    main()
