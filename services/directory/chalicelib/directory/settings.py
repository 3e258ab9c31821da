"""What this service's functions need from their environment."""

from shared import settings


class Settings(settings.Settings, frozen=True, kw_only=True):
    """The common variables and our own table and topic."""

    directory_table: str
    directory_topic_arn: str = ""


def load() -> Settings:
    """The validated environment. Raises RuntimeError naming the variable that is wrong."""
    found: Settings = settings.load(Settings)
    return found
