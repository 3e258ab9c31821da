"""Runs inside an unpacked zip: imports the app, then answers the first requests it is given.

AWS is answered where botocore would send, with what the embedded AWS answered to the same calls.
Called as `python -S first_requests.py PLAN COUNT`; prints the statuses as JSON.
"""

import io
import json
import sys
from typing import Any

from botocore.awsrequest import AWSResponse
from urllib3 import HTTPResponse

import app
from shared import aws

# What every process reads once (the network's name) had been read when the answers were kept.
NOTHING_FOUND = (200, {}, '{"Count": 0, "ScannedCount": 0, "Items": []}')


def main(path: str, count: int) -> None:
    """Answer the first `count` requests of the plan."""
    with open(path) as file:  # noqa: PTH123 - pathlib would be counted as ours
        plan = json.load(file)
    answers: dict[str, list[Any]] = plan["answers"]

    def answer(request: Any, event_name: str, **_: Any) -> AWSResponse:
        operation = event_name.partition(".")[2]
        kept = answers.get(operation)
        status, headers, body = kept.pop(0) if kept else NOTHING_FOUND
        raw = HTTPResponse(io.BytesIO(body.encode()), headers, status, preload_content=False)
        return AWSResponse(request.url, status, headers, raw)

    aws.session().register("before-send", answer)
    found = [app.app(event, None)["statusCode"] for event in plan["events"][:count]]
    sys.stdout.write(json.dumps(found))


main(sys.argv[1], int(sys.argv[2]))
