"""Makes every call that our functions make, answered on the spot; prints requests and results.

Run with an untrimmed botocore and with a zip's: both must print the same.
"""

import copy
import io
import json
import sys
from datetime import datetime
from typing import Any

import botocore.auth
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError
from urllib3 import HTTPResponse

KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
TABLE = {"TableName": "table"}
OBJECT = {"Bucket": "bucket", "Key": "een map/één naam.pdf"}
UPLOAD = {**OBJECT, "UploadId": "id"}
PART = {"PartNumber": 1, "ETag": '"e"', "ChecksumSHA256": "c" * 43 + "="}
USER = {"UserPoolId": "eu-central-1_pool", "Username": "a@example.org"}
QUEUE = {"QueueUrl": "https://sqs.eu-central-1.amazonaws.com/123456789012/queue"}
TAKEN = {"Id": "0", "ReceiptHandle": "handle"}
TOKEN = {"AccessToken": "a.b.c"}
CLIENT = {"ClientId": "client", "Username": "a@example.org"}
CALLS: dict[str, dict[str, Any]] = {
    "cognito-idp": {
        "AdminCreateUser": {**USER, "DesiredDeliveryMediums": ["EMAIL"]},
        "AdminDeleteUser": USER,
        "AdminGetUser": USER,
        "AdminSetUserMFAPreference": {**USER, "SoftwareTokenMfaSettings": {"Enabled": False}},
        "AssociateSoftwareToken": TOKEN,
        "ChangePassword": {**TOKEN, "PreviousPassword": "geheim", "ProposedPassword": "geheimer"},
        "ConfirmForgotPassword": {**CLIENT, "ConfirmationCode": "123456", "Password": "geheim"},
        "ForgotPassword": CLIENT,
        "GetUser": TOKEN,
        "RespondToAuthChallenge": {
            "ClientId": "client",
            "ChallengeName": "SOFTWARE_TOKEN_MFA",
            "Session": "s" * 32,
            "ChallengeResponses": {"USERNAME": "a", "SOFTWARE_TOKEN_MFA_CODE": "123456"},
        },
        "SetUserMFAPreference": {**TOKEN, "SoftwareTokenMfaSettings": {"Enabled": True}},
        "VerifySoftwareToken": {**TOKEN, "UserCode": "123456"},
        "InitiateAuth": {
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": "client",
            "AuthParameters": {"USERNAME": "a@example.org", "PASSWORD": "b"},
        },
    },
    "dynamodb": {
        "BatchGetItem": {"RequestItems": {"table": {"Keys": [KEY], "ConsistentRead": True}}},
        "BatchWriteItem": {"RequestItems": {"table": [{"DeleteRequest": {"Key": KEY}}]}},
        "DeleteItem": {**TABLE, "Key": KEY, "ConditionExpression": "attribute_exists(pk)"},
        "GetItem": {**TABLE, "Key": KEY, "ConsistentRead": True},
        "PutItem": {**TABLE, "Item": {**KEY, "n": {"N": "1"}, "b": {"B": b"\0\1"}}},
        "Query": {
            **TABLE,
            "IndexName": "listing",
            "KeyConditionExpression": "pk = :a",
            "ExpressionAttributeValues": {":a": {"S": "a"}},
            "Limit": 3,
        },
        "TransactWriteItems": {
            "TransactItems": [
                {"Put": {**TABLE, "Item": KEY}},
                {"ConditionCheck": {**TABLE, "Key": KEY, "ConditionExpression": "a = b"}},
            ],
            "ClientRequestToken": "token",
        },
        "UpdateItem": {**TABLE, "Key": KEY, "UpdateExpression": "ADD n :k"}
        | {"ExpressionAttributeValues": {":k": {"N": "1"}}, "ReturnValues": "ALL_NEW"},
    },
    "lambda": {"Invoke": {"FunctionName": "function", "Payload": b"{}"}},
    "logs": {"FilterLogEvents": {"logGroupName": "/plekken/test", "filterPattern": '"id"'}},
    "s3": {
        "AbortMultipartUpload": UPLOAD,
        "CompleteMultipartUpload": {**UPLOAD, "MultipartUpload": {"Parts": [PART]}},
        "CreateBucket": {"Bucket": "bucket"},
        "CreateMultipartUpload": {**OBJECT, "ChecksumAlgorithm": "SHA256"},
        "DeleteObject": {**OBJECT, "VersionId": "1"},
        "GetObject": OBJECT,
        "GetObjectTagging": OBJECT,
        "HeadBucket": {"Bucket": "bucket"},
        "HeadObject": {**OBJECT, "ChecksumMode": "ENABLED"},
        "ListParts": UPLOAD,
        "PutObject": {**OBJECT, "Body": b"text", "ContentType": "text/plain"},
        "UploadPart": {**UPLOAD, "PartNumber": 1, "Body": b"text"},
    },
    "sesv2": {
        "SendEmail": {
            "FromEmailAddress": "a@example.org",
            "Destination": {"ToAddresses": ["b@example.org"]},
            "Content": {"Raw": {"Data": b"mail"}},
        }
    },
    "sns": {
        "GetTopicAttributes": {"TopicArn": "arn:aws:sns:eu-central-1:123456789012:topic"},
        "Publish": {
            "TopicArn": "arn:aws:sns:eu-central-1:123456789012:topic",
            "Subject": "Meldingen",
            "Message": "Er wacht iets op je.",
        },
        "PublishBatch": {
            "TopicArn": "arn:aws:sns:eu-central-1:123456789012:topic",
            "PublishBatchRequestEntries": [{"Id": "1", "Message": "{}"}],
        },
    },
    "sqs": {
        "ChangeMessageVisibilityBatch": {**QUEUE, "Entries": [{**TAKEN, "VisibilityTimeout": 0}]},
        "DeleteMessageBatch": {**QUEUE, "Entries": [TAKEN]},
        "GetQueueAttributes": {**QUEUE, "AttributeNames": ["ApproximateNumberOfMessages"]},
        "GetQueueUrl": {"QueueName": "queue"},
        "ReceiveMessage": {**QUEUE, "AttributeNames": ["All"], "WaitTimeSeconds": 1},
        "SendMessageBatch": {**QUEUE, "Entries": [{"Id": "0", "MessageBody": "{}"}]},
    },
}
GOOD_JSON = {
    "Item": KEY,
    "Items": [KEY],
    "Attributes": KEY,
    "Count": 1,
    "Responses": {"table": [KEY]},
    "MessageId": "m",
    "UnprocessedItems": {},
    "CancellationReasons": [{"Code": "None"}],
}
XML = "<{0}><UploadId>u</UploadId><Part><PartNumber>1</PartNumber></Part></{0}>"
MOMENT = datetime(2027, 4, 14, 9, 30)  # noqa: DTZ001 - as botocore has it
PASSING = {"amz-sdk-invocation-id"}  # drawn anew for each request


def responses(client: Any, operation: str) -> list[tuple[int, bytes]]:
    """A good answer and every error that the model knows, and one that it does not."""
    model = client.meta.service_model.operation_model(operation)
    codes = [
        shape.metadata.get("error", {}).get("code", shape.name) for shape in model.error_shapes
    ]
    codes = [*sorted(codes), "SomethingElse"]
    if client.meta.service_model.metadata["protocol"] in (
        "json",
        "rest-json",
        "smithy-rpc-v2-cbor",
    ):
        bad = [{"__type": code, "message": code, "Item": KEY} for code in codes]
        reasons = {"CancellationReasons": [{"Code": "ConditionalCheckFailed", "Item": KEY}]}
        return [(200, json.dumps(GOOD_JSON).encode())] + [
            (400, json.dumps({**one, **reasons}).encode()) for one in bad
        ]
    good = XML.format(f"{operation}Result")
    if client.meta.service_model.metadata["protocol"] == "query":
        good = f"<Answer>{good}</Answer>"
    return [(200, good.encode())] + [
        (400, f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>".encode())
        for code in codes
    ]


def text(content: Any) -> str:
    """What would be sent or read of a stream, or of anything else that JSON does not know."""
    return str(content.read() if hasattr(content, "read") else content)


def call(client: Any, operation: str, status: int, body: bytes) -> list[Any]:
    """What is sent, and what comes of this answer."""
    sent: list[Any] = []

    def answer(request: Any, **_: Any) -> AWSResponse:
        headers = {k: str(v) for k, v in request.headers.items() if k.lower() not in PASSING}
        sent.append([request.method, request.url, sorted(headers.items()), text(request.body)])
        given = {"content-type": "application/x-amz-json-1.0"}
        raw = HTTPResponse(io.BytesIO(body), given, status=status, preload_content=False)
        return AWSResponse(request.url, status, given, raw)

    client.meta.events.register("before-send", answer, unique_id="answer")
    try:
        # Some handlers of botocore write into the parameters.
        params = copy.deepcopy(CALLS[client.meta.service_model.service_name][operation])
        result = client._make_api_call(operation, params)
    except ClientError as error:
        result = [type(error).__name__, str(error), error.response]
    finally:
        client.meta.events.unregister("before-send", unique_id="answer")
    return [sent, json.loads(json.dumps(result, default=text))]


def main() -> None:
    """Print everything as JSON."""
    botocore.auth.get_current_datetime = lambda: MOMENT  # signatures hold the time
    found = {}
    for service, calls in CALLS.items():
        config = Config(retries={"total_max_attempts": 1, "mode": "standard"})
        client = botocore.session.get_session().create_client(
            service, region_name="eu-central-1", config=config
        )
        for operation in calls:
            for number, (status, body) in enumerate(responses(client, operation)):
                found[f"{service} {operation} {number}"] = call(client, operation, status, body)
        if service == "s3":
            for method, params in (("put_object", {"ContentLength": 1}), ("get_object", {})):
                found[method] = client.generate_presigned_url(method, {**OBJECT, **params})
            form = client.generate_presigned_post("bucket", "key", {"a": "b"}, [{"a": "b"}])
            found["form"] = [form["url"], sorted(form["fields"])]  # its policy holds the time
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
