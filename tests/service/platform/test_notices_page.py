"""The page of notices: what one chooses is kept, what is wrong is said, nobody overwrites."""

from datetime import time

import pytest

from chalicelib.platform.domain.notices import TEAM, Group
from chalicelib.platform.repository import notices
from shared import desk as desk_parts
from tests.service.browser import Browser

PAGE = "/beheer/meldingen"
CONGRESS = "plekken-2027"
TYPED = {
    "version": "0",
    "platform.failure": "at_once",
    "directory.application": "daily",
    "documents.upload": "nothing",
    "registration.registration": "daily",
    "registration.waiting_list": "daily",
    "registration.bounce": "at_once",
    f"registration.{CONGRESS}.registration": "at_once",
    "digest_at": "8.15",
    "quiet_from": "22:00",
    "quiet_until": "07:00",
    "language": "en",
}


@pytest.fixture(autouse=True)
def congress(mocked_aws: None) -> None:
    """A congress that the desk knows by name."""
    titles = {CONGRESS: {"nl": "Plekken 2027", "en": "Places 2027"}}
    desk_parts.publish_part("registration", desk_parts.DeskPart(titles=titles))


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/team"])
def test_choices_are_kept(desk: Browser, owner: str, path: str) -> None:
    assert "Plekken 2027" in desk.get(path).text
    assert desk.post(path, TYPED).status == 303
    found = notices.preferences()[owner if path == PAGE else TEAM]
    assert found.choice(Group("registration", CONGRESS, "registration")) == "at_once"
    assert found.choice(Group("registration", "andere", "registration")) == "daily"
    assert found.choice(Group("documents", "", "upload")) == "nothing"
    assert (found.digest_at, found.quiet_from, found.language) == (time(8, 15), time(22), "en")
    assert 'value="08:15"' in desk.get(path).text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"digest_at": "25:00"}, "Vul een tijd in"),
        ({"digest_at": ""}, "Vul een tijd in"),
        ({"quiet_from": ""}, "Vul twee tijden in"),
        ({"language": "fr"}, "Kies een van de mogelijkheden"),
        ({"documents.upload": "soms"}, "Kies een van de mogelijkheden"),
        ({"version": "x"}, "Ververs hem"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    desk: Browser, changes: dict[str, str], words: str
) -> None:
    answer = desk.post(PAGE, {**TYPED, **changes})
    assert answer.status == 422
    assert words in answer.text
    if "version" not in changes:
        assert 'value="07:00"' in answer.text
    assert notices.preferences() == {}


def test_the_second_of_two_owners_sees_what_the_first_changed(desk: Browser) -> None:
    assert desk.post(f"{PAGE}/team", TYPED).status == 303
    answer = desk.post(f"{PAGE}/team", {**TYPED, "digest_at": "09:00"})
    assert answer.status == 409
    assert "Iemand anders heeft deze keuzes net veranderd" in answer.text
    assert 'value="09:00"' in answer.text
    assert desk.post(f"{PAGE}/team", {**TYPED, "version": "1"}).status == 303
