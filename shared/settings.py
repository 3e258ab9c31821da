"""The environment of a function as one validated, frozen model."""

import os
from functools import cache
from typing import TypeVar

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What every service's functions may need; a variable that a function lacks stays empty."""

    stage: str
    origin: str
    version: str = "development"  # of the package; infra/packaging sets it
    access_table: str = ""
    link_keys: str = ""
    origin_secret: str = ""
    web_bucket: str = ""
    handover_bucket: str = ""
    erasures_bucket: str = ""
    upload_origin: str = ""  # where browsers send files; pages name it in their policy
    user_pool_client_id: str = ""
    user_pool_id: str = ""
    mail_from: str = ""
    mail_configuration: str = ""  # SES's configuration set, which tells about mails that fail
    organiser_topic_arn: str = ""  # to which a team may subscribe
    frame_ancestors: str = ""  # sites that may show public pages in a frame
    subscriptions: int = 0  # how many queues hear the service's topic
    limit_factor: int = 1  # multiplies every limit of shared.limits


S = TypeVar("S", bound=Settings)


@cache
def load(model: type[S]) -> S:
    """The environment as `model`, read once. Raises RuntimeError naming the wrong variable."""
    values = {
        field.name: os.environ[field.name.upper()]
        for field in msgspec.structs.fields(model)
        if field.name.upper() in os.environ
    }
    try:
        return msgspec.convert(values, model, strict=False)
    except msgspec.ValidationError as error:
        raise RuntimeError(f"environment variable: {error}") from error


def forget() -> None:
    """Read the environment anew at the next `load`; for tests that change it."""
    load.cache_clear()
