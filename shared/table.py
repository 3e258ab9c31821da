"""The base of every PynamoDB model: one key scheme, one client."""

import os
from typing import Any, cast

from pynamodb.attributes import TTLAttribute, UnicodeAttribute
from pynamodb.connection.table import TableConnection
from pynamodb.models import Model

from shared import aws


class TableMeta:
    """What all tables share. A service's `Meta` adds `table_name`."""

    region = aws.region()
    host = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB") or os.environ.get("AWS_ENDPOINT_URL")


class Record(Model):
    """An item with the key (`pk`, `sk`) that DynamoDB may remove once `expires_at` has passed.

    TTL removal can lag by days, so whoever reads a record that expires also filters on the time.
    """

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    expires_at = TTLAttribute(null=True)

    @classmethod
    def _get_connection(cls) -> TableConnection:
        connection = super()._get_connection()
        # A model would otherwise make a botocore session and client of its own: 345 million
        # instructions each at cold start (DESIGN §9).
        cast("Any", connection.connection)._client = aws.client("dynamodb")  # noqa: SLF001
        return connection
