"""Cursors are ours or nobody's."""

import pytest

from shared import pagination
from shared.errors import Invalid

CURSOR = {"pk": "EVENT#één", "sk": "42"}


def test_a_cursor_comes_back_as_it_was() -> None:
    assert pagination.decode(pagination.encode(CURSOR)) == CURSOR


@pytest.mark.parametrize("text", ["", "x", "é", "AAAA" * 10, pagination.encode(CURSOR)[:-2] + "AA"])
def test_a_made_up_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        pagination.decode(text)
