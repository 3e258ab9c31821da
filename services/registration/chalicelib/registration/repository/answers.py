"""Sensitive answers and replies, which stand apart from their registrations: they go first."""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace
from pynamodb.exceptions import DeleteError, PutError
from pynamodb.expressions.condition import Condition

from chalicelib.registration.domain import Answers, Definition
from chalicelib.registration.domain.questions import following
from chalicelib.registration.models import AnswersItem
from chalicelib.registration.repository.records import answers_item, end_of, to_answers
from shared.clock import Clock
from shared.transactions import Join, Transaction


class SensitiveAnswers:
    """Reads, changes and removes what people answered; `Registrations.enrol` writes it first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def of(
        self, registration_ids: Iterable[str], *, consistent: bool = False
    ) -> dict[str, Answers]:
        """The answers of up to 100 registrations, as far as they may still be shown."""
        now = self._clock.now()
        return {
            _registration_id(item): to_answers(item).kept(end_of(item), now)
            for item in AnswersItem.batch_get(_keys(registration_ids), consistent_read=consistent)
        }

    def writing(self, registration_id: str, answers: Answers, ends_at: datetime) -> Join:
        """Put `answers` in place of what is there, in the transaction that changes their
        registration: its version guards both.
        """

        def add(transaction: Transaction) -> None:
            if answers:
                item = answers_item(registration_id, answers, ends_at)
                transaction.put(item, name="answers")
            else:
                transaction.delete(AnswersItem(*_key(registration_id)), name="answers")

        return add

    def due(self, registration_ids: Iterable[str]) -> dict[str, datetime]:
        """Which of up to 100 registrations have answers whose time is over, and since when."""
        now = self._clock.now()
        found = AnswersItem.batch_get(_keys(registration_ids))
        return {_registration_id(one): one.keep_until for one in found if one.keep_until <= now}

    def keep(self, registration_ids: Iterable[str], definition: Definition) -> None:
        """Let the answers of up to 100 registrations be kept as long as `definition` says."""
        for item in AnswersItem.batch_get(_keys(registration_ids), consistent_read=True):
            answers = to_answers(item)
            wanted = replace(answers, replies=following(answers.replies, definition.questions))
            if (wanted, definition.ends_at) != (answers, end_of(item)):
                _write(item, wanted, definition.ends_at)

    def erase_due(self, registration_ids: Iterable[str]) -> None:
        """Remove, of up to 100 registrations, the answers whose time is over."""
        now = self._clock.now()
        for item in AnswersItem.batch_get(_keys(registration_ids), consistent_read=True):
            if item.keep_until <= now:
                _write(item, to_answers(item).kept(end_of(item), now), end_of(item))


def _write(read: AnswersItem, answers: Answers, ends_at: datetime) -> None:
    """Put `answers` in place of what was `read`; whoever wrote in the meantime has the last word,
    and the next night looks again.
    """
    same: Condition = AnswersItem.written == read.written
    if not read.written:  # by a version that wrote no such mark
        same = AnswersItem.pk.exists() & AnswersItem.written.does_not_exist()
    try:
        if answers:
            changed = answers_item(_registration_id(read), answers, ends_at)
            changed.save(condition=same)
        else:
            read.delete(condition=same)
    except (PutError, DeleteError) as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise


def _keys(registration_ids: Iterable[str]) -> list[tuple[str, str]]:
    return [_key(id_) for id_ in registration_ids]


def _key(registration_id: str) -> tuple[str, str]:
    return f"REGISTRATION#{registration_id}", "ANSWERS"


def _registration_id(item: AnswersItem) -> str:
    return str(item.pk).removeprefix("REGISTRATION#")
