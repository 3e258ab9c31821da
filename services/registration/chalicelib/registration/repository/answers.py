"""Sensitive answers, which stand apart from their registrations so that they go first."""

from collections.abc import Iterable
from datetime import datetime

from pynamodb.exceptions import PutError

from chalicelib.registration.domain import Answers
from chalicelib.registration.models import AnswersItem
from chalicelib.registration.repository.records import answers_item
from shared.clock import Clock


class SensitiveAnswers:
    """Reads and removes diet and access needs; `Registrations.enrol` writes them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def of(self, registration_ids: Iterable[str]) -> dict[str, Answers]:
        """The answers of up to 100 registrations, as far as they may still be shown."""
        now = self._clock.now()
        return {
            _registration_id(item): Answers(diet=item.diet, access_needs=item.access_needs)
            for item in AnswersItem.batch_get(_keys(registration_ids))
            if item.keep_until > now
        }

    def due(self, registration_ids: Iterable[str]) -> dict[str, datetime]:
        """Which of up to 100 registrations have answers whose time is over, and since when."""
        now = self._clock.now()
        found = AnswersItem.batch_get(_keys(registration_ids))
        return {_registration_id(one): one.keep_until for one in found if one.keep_until <= now}

    def keep(self, registration_ids: Iterable[str], until: datetime) -> None:
        """Change until when the answers of up to 100 registrations are kept."""
        for item in AnswersItem.batch_get(_keys(registration_ids), consistent_read=True):
            if item.keep_until != until:
                answers = Answers(diet=item.diet, access_needs=item.access_needs)
                changed = answers_item(_registration_id(item), answers, until)
                try:
                    changed.save(AnswersItem.pk.exists())
                except PutError as error:  # removed a moment ago; the others still follow
                    if error.cause_response_code != "ConditionalCheckFailedException":
                        raise

    def erase(self, registration_id: str) -> None:
        """Remove the answers."""
        AnswersItem(f"REGISTRATION#{registration_id}", "ANSWERS").delete()


def _keys(registration_ids: Iterable[str]) -> list[tuple[str, str]]:
    return [(f"REGISTRATION#{id_}", "ANSWERS") for id_ in registration_ids]


def _registration_id(item: AnswersItem) -> str:
    return str(item.pk).removeprefix("REGISTRATION#")
