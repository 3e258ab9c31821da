"""Line ends and other tricks in what people type: no header, log line or redirect is made of it."""

from collections.abc import Callable
from urllib.parse import quote

import pytest

from shared import auth
from tests.service.browser import Browser

ENDS = ["\r\n", "\n", "\r", "\u2028", "\x00", "%0d%0a", "\x1b[2J"]
FORGED = 'X-Forged: yes\r\n\r\n{"level": "ERROR", "happened": "forged"}'


def is_clean(headers: dict[str, object]) -> bool:
    """Whether no header holds what ends one."""
    text = "".join(f"{name}{value}" for name, value in headers.items())
    return "X-Forged" not in headers and not {"\r", "\n", "\x00"} & set(text)


@pytest.mark.parametrize("end", ENDS)
def test_where_to_go_after_signing_in(visitor: Browser, end: str) -> None:
    place = f"/beheer{end}{FORGED}"
    answer = visitor.get(f"/beheer/inloggen?verder={quote(place)}")
    assert answer.status == 200
    assert is_clean(answer.headers)
    if not end.startswith("%"):
        assert "X-Forged" not in answer.text.split("<main")[1].split('name="lang"')[0]


@pytest.mark.parametrize("end", ENDS)
def test_a_path_that_leads_to_the_sign_in(
    visitor: Browser, end: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = visitor.get(f"/beheer/mensen/{quote(end + FORGED)}")
    assert is_clean(answer.headers)
    assert answer.status in (303, 404)
    assert "forged" not in capsys.readouterr().out


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("field", ["name", "email"])
def test_what_an_invitation_says(
    desk: Browser, end: str, field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    form = {"name": "Noor", "email": "noor@example.org", "role_registration": "reader"}
    answer = desk.post("/beheer/mensen/uitnodigen", {**form, field: form[field] + end + FORGED})
    assert is_clean(answer.headers)
    assert answer.status == 422
    assert [one.name for one in auth.every_organiser()] == ["Olivia"]
    assert "forged" not in capsys.readouterr().out


@pytest.mark.parametrize("end", ENDS)
def test_headers_that_a_browser_would_not_send(visitor: Browser, end: str) -> None:
    for name in ("Origin", "X-Csrf-Token", "Cookie", "Accept-Language"):
        answer = visitor.post("/beheer/mensen/uitnodigen", {}, **{name: f"x{end}{FORGED}"})
        assert is_clean(answer.headers)
        assert answer.status in (303, 403)


def test_a_flash_says_the_name_and_makes_no_markup(
    desk: Browser, enrol: Callable[..., str]
) -> None:
    form = {"name": "<b>Noor</b>; Path=/", "email": "n@example.org", "role_registration": "reader"}
    answer = desk.post("/beheer/mensen/uitnodigen", form)
    assert answer.status == 303
    assert is_clean({"Location": answer.location})
    page = desk.follow(answer).text
    assert "<b>Noor</b>" not in page
    assert "&lt;b&gt;Noor" in page
