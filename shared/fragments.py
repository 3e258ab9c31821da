"""Parts that each service publishes for the pages that no service owns.

`/` and `/beheer` show a part of every service without calling it: the part is published when its
figures change, and read with one GetObject. For `/` it is HTML, for `/beheer` JSON (`shared.desk`).
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
    _put(_key(service, f"{name}.{language}.html"), html.encode(), "text/html; charset=utf-8")


def read(service: str, name: str, language: str) -> str:
    """The fragment's HTML, or "" when the service has published none yet."""
    return str(_get(_key(service, f"{name}.{language}.html")), "utf-8")


def publish_json(service: str, name: str, data: bytes) -> None:
    """Put a JSON document in the web bucket."""
    _put(_key(service, f"{name}.json"), data, "application/json")


def read_json(service: str, name: str) -> bytes:
    """The JSON document, or b"" when the service has published none yet."""
    return _get(_key(service, f"{name}.json"))


def _put(key: str, body: bytes, content_type: str) -> None:
    aws.client("s3").put_object(
        Bucket=load(Settings).web_bucket, Key=key, Body=body, ContentType=content_type
    )


def _get(key: str) -> bytes:
    s3 = aws.client("s3")
    try:
        answer = s3.get_object(Bucket=load(Settings).web_bucket, Key=key)
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied", "404", "403"):
            return b""
        raise
    return bytes(answer["Body"].read())


def _key(service: str, file: str) -> str:
    return f"fragments/{service}/{file}"
