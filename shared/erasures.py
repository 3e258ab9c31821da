"""The erasure journal: which ids were erased, outside every table (docs/adr: erasures).

A restore brings back what a backup holds, so what was erased since then must be known from
elsewhere. An entry is an empty object whose key says what went: random ids, never personal data.
"""

from typing import Literal

from shared import aws
from shared.settings import Settings, load

Kind = Literal["registration", "answers", "member", "document"]


def note(kind: Kind, identifier: str) -> None:
    """Write down that this is erased for good; harmless to repeat.

    Called by a consumer of the event that the erasing transaction wrote, or right before a removal
    that nothing can call off any more: never for an erasure that may still be refused.
    """
    aws.client("s3").put_object(
        Bucket=load(Settings).erasures_bucket, Key=f"{kind}/{identifier}", Body=b""
    )
