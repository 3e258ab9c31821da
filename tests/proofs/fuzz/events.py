"""The events that a service wrote, against the AsyncAPI document."""

import json
import os
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from infra import asyncapi
from shared import aws


def written(service: str) -> list[dict[str, Any]]:
    """Every event that waits in the service's outbox."""
    pages = aws.client("dynamodb").get_paginator("scan")
    return [
        json.loads(item["event"]["S"])
        for page in pages.paginate(TableName=os.environ[f"{service.upper()}_TABLE"])
        for item in page["Items"]
        if item["pk"]["S"].startswith("OUTBOX#")
    ]


def disagreement(event: dict[str, Any]) -> str:
    """What about an event is not as documented, or ""."""
    return "; ".join(error.message for error in _validator(event["type"]).iter_errors(event))


@cache
def _validator(kind: str) -> Draft202012Validator:
    checker = FormatChecker(["date-time"])
    return Draft202012Validator(asyncapi.payload_schema(kind), format_checker=checker)
