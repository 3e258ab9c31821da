"""When DynamoDB takes no more just now, people are told so and nothing they typed is lost."""

from typing import Any

import pytest

from chalicelib.registration.repository import Repository
from shared import aws
from shared.clock import FixedClock
from shared.transactions import Busy
from tests.registration_support import register_person
from tests.service.browser import Browser
from tests.service.registration_edge.conftest import API, BODY, FORM, PAGE


@pytest.mark.parametrize("throttled", ["UpdateItem"], indirect=True)
def test_a_line_that_takes_no_more_numbers_is_busy(
    visitor: Browser, repository: Repository, clock: FixedClock, throttled: str
) -> None:
    with pytest.raises(Busy):
        register_person(repository, clock, "ada")


class _Answer:
    status_code = 400


@pytest.fixture(params=["UpdateItem", "GetItem"])
def throttled(request: pytest.FixtureRequest, visitor: Browser) -> Any:
    """The operation that is refused until the test ends."""

    def refuse(**_: Any) -> Any:
        return _Answer(), {"Error": {"Code": "ProvisionedThroughputExceededException"}}

    events, name = aws.client("dynamodb").meta.events, f"before-call.dynamodb.{request.param}"
    events.register(name, refuse)
    yield request.param
    events.unregister(name, refuse)


def test_a_throttled_registration_is_busy_and_no_failure_of_ours(
    visitor: Browser, throttled: str
) -> None:
    answer = visitor.post_json(API, BODY)
    assert (answer.status, answer.data["code"]) == (503, "busy")
    page = visitor.post(f"{PAGE}/aanmelden", FORM)
    assert page.status == 503
    if throttled == "UpdateItem":  # without its definition a congress has no form to show
        assert 'value="Ada de Vries"' in page.text
