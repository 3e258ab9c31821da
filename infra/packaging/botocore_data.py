"""Trim the data that botocore reads at every cold start to what our code calls.

As shipped it describes some 400 services in words and addresses, compressed. Making a DynamoDB
client from that costs as much as importing a service of ours.
"""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

# What our code calls, per service; a test holds it against the policies and the code.
OPERATIONS = {
    "cognito-idp": {
        "AdminCreateUser",
        "AdminDeleteUser",
        "AdminGetUser",
        "AdminSetUserMFAPreference",
        "AssociateSoftwareToken",
        "ChangePassword",
        "ConfirmForgotPassword",
        "ForgotPassword",
        "GetUser",
        "InitiateAuth",
        "RespondToAuthChallenge",
        "SetUserMFAPreference",
        "VerifySoftwareToken",
    },
    "dynamodb": {
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "TransactWriteItems",
        "UpdateItem",
    },
    "lambda": {"Invoke"},
    "logs": {"FilterLogEvents"},
    "s3": {
        "AbortMultipartUpload",
        "CompleteMultipartUpload",
        "CreateBucket",  # botocore addresses a presigned POST as it would this
        "CreateMultipartUpload",
        "DeleteObject",
        "GetObject",
        "GetObjectTagging",
        "HeadBucket",  # botocore asks it when a bucket turns out to be elsewhere
        "HeadObject",
        "ListParts",
        "PutObject",
        "UploadPart",
    },
    "sesv2": {"SendEmail"},
    "sns": {"GetTopicAttributes", "Publish", "PublishBatch"},
    "sqs": {
        "ChangeMessageVisibilityBatch",
        "DeleteMessageBatch",
        "GetQueueAttributes",
        "GetQueueUrl",
        "ReceiveMessage",
        "SendMessageBatch",
    },
}
SERVICES = frozenset(OPERATIONS)
# Names that the list of addresses has for them besides their own.
ENDPOINT_NAMES = SERVICES | {"email"}
PARTITION = "aws"
READ_WHOLE = {"clientContextParams"}  # botocore asks for the words of these (S3 has some)
NOT_READ = ("examples-1", "paginators-1.sdk-extras", "waiters-2.sdk-extras")


def trim(data: Path) -> None:
    """Rewrite botocore's data folder in place."""
    for service in data.glob("*/"):
        if service.name not in SERVICES:
            shutil.rmtree(service)
    for path in sorted([*data.glob("*/*/*.json"), *data.glob("*/*/*.json.gz")]):
        if path.name.split(".json")[0] in NOT_READ:
            path.unlink()
        else:
            content = _without_words(_read(path))
            if path.name in ("service-2.json", "service-2.json.gz"):
                content = _only_called(content, OPERATIONS[path.parent.parent.name])
            _rewrite(path, content)
    _trim_endpoints(data / "endpoints.json")


def _read(path: Path) -> Any:
    content = path.read_bytes()
    return json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)


def _rewrite(path: Path, content: Any) -> None:
    """Write it plain: our zip compresses anyway, and reading it then takes one step less."""
    path.unlink()
    plain = path.with_name(path.name.removesuffix(".gz"))
    plain.write_text(json.dumps(content, separators=(",", ":")))


def _without_words(content: Any) -> Any:
    """Leave out what only documentation shows."""
    if isinstance(content, dict):
        return {
            name: value if name in READ_WHOLE else _without_words(value)
            for name, value in content.items()
            if not (name == "documentation" and isinstance(value, str))
        }
    if isinstance(content, list):
        return [_without_words(value) for value in content]
    return content


def _only_called(model: dict[str, Any], called: set[str]) -> dict[str, Any]:
    """The model of a service with these operations, and the shapes that they use."""
    operations = {name: one for name, one in model["operations"].items() if name in called}
    shapes: dict[str, Any] = {}
    wanted = _named_in(operations)
    while wanted:
        shapes |= {name: model["shapes"][name] for name in wanted}
        wanted = _named_in([shapes[name] for name in wanted]) - shapes.keys()
    kept = {name: shape for name, shape in model["shapes"].items() if name in shapes}
    return {**model, "operations": operations, "shapes": kept}


def _named_in(content: Any) -> set[str]:
    """The shapes that a piece of a model names."""
    if isinstance(content, list):
        return {name for value in content for name in _named_in(value)}
    if not isinstance(content, dict):
        return set()
    own = {content["shape"]} if isinstance(content.get("shape"), str) else set()
    return own | _named_in(list(content.values()))


def _trim_endpoints(path: Path) -> None:
    content = _read(path)
    partitions = [part for part in content["partitions"] if part["partition"] == PARTITION]
    for partition in partitions:
        services = partition["services"]
        partition["services"] = {
            name: services[name] for name in sorted(ENDPOINT_NAMES & services.keys())
        }
    _rewrite(path, {**content, "partitions": partitions})
