"""HTML fragments that each service publishes for the pages that no service owns.

`/` and `/beheer` show a part of every service without calling it: the part is published when its
figures change, and read with one GetObject.
"""

from collections.abc import Callable
from typing import TypeVar

from shared import aws
from shared.settings import Settings, load

LANGUAGES = ("nl", "en")
MOST_TRIES = 3
T = TypeVar("T")


def publish_current(look: Callable[[], T], show: Callable[[T], None]) -> None:
    """Show the state as it is now.

    Two publishers may overtake each other, so each looks again whether it showed the newest state.
    """
    for _ in range(MOST_TRIES):
        current = look()
        show(current)
        if look() == current:
            return


def publish(service: str, name: str, language: str, html: str) -> None:
    """Put a fragment in the web bucket. `html` is trusted: rendered by a template that escapes."""
    aws.client("s3").put_object(
        Bucket=load(Settings).web_bucket,
        Key=_key(service, name, language),
        Body=html.encode(),
        ContentType="text/html; charset=utf-8",
    )


def read(service: str, name: str, language: str) -> str:
    """The fragment's HTML, or "" when the service has published none yet."""
    s3 = aws.client("s3")
    try:
        answer = s3.get_object(Bucket=load(Settings).web_bucket, Key=_key(service, name, language))
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied", "404", "403"):
            return ""
        raise
    return str(answer["Body"].read(), "utf-8")


def _key(service: str, name: str, language: str) -> str:
    return f"fragments/{service}/{name}.{language}.html"
