"""The environment of the documents service."""

from typing import Literal

from shared import settings


class Settings(settings.Settings, frozen=True, kw_only=True):
    """The common variables and the service's own."""

    documents_table: str = ""
    documents_topic_arn: str = ""
    quarantine_bucket: str = ""
    library_bucket: str = ""
    library_origin: str = ""  # where browsers get files: another origin than pages
    malware_scanner: Literal["clamav", "guardduty"] = "clamav"
    clamav_database: str = ""  # ClamAV's own when empty


def load() -> Settings:
    """The environment, read once."""
    found: Settings = settings.load(Settings)
    return found
