"""What the registration functions read from their environment."""

import shared.settings


class Settings(shared.settings.Settings, frozen=True, kw_only=True):
    """The common variables, and the service's own table and topic."""

    registration_table: str
    registration_topic_arn: str = ""
    even_answers_ms: int = 0  # the least time that registering takes
