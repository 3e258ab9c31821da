"""The puzzle is solved while somebody types; whatever goes wrong with it, the form is sent."""

from urllib.parse import parse_qs
from uuid import uuid4

import msgspec
import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import CONGRESS, OpenPage
from tests.browser.test_registering import WORDS, _fill_in

CHALLENGE = "**/api/v1/challenge"


def _register(page: Page) -> str:
    """Register; answers the proof that was sent."""
    sent: list[Request] = []
    page.on("request", lambda one: sent.append(one) if one.method == "POST" else None)
    words = WORDS["nl"]
    _fill_in(page, words, "Bewoner Puzzel", f"bewoner-{uuid4().hex[:8]}@example.org")
    page.get_by_role("button", name=words.send).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words.thanks)
    [request] = sent
    return parse_qs(request.post_data or "", keep_blank_values=True)["altcha"][0]


def test_the_page_solves_its_puzzle(open_page: OpenPage) -> None:
    from base64 import b64decode

    solved = msgspec.json.decode(b64decode(_register(open_page(CONGRESS))))
    assert solved["challenge"]["signature"]
    assert solved["solution"]["derivedKey"].startswith(
        solved["challenge"]["parameters"]["keyPrefix"]
    )
    print(f"\nsolved in {solved['solution']['time']} ms, {solved['solution']['counter']} tries")


@pytest.mark.parametrize("answer", [{"status": 404}, {"status": 200, "body": "{}"}])
def test_without_a_puzzle_the_form_is_sent_all_the_same(
    open_page: OpenPage, answer: dict[str, object]
) -> None:
    page = open_page("/congres")
    page.route(CHALLENGE, lambda route: route.fulfill(**answer))
    page.goto(CONGRESS)
    assert _register(page) == ""


def test_without_secure_cryptography_the_form_is_sent_all_the_same(open_page: OpenPage) -> None:
    page = open_page("/congres")
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    page.goto(CONGRESS)
    assert _register(page) == ""


def test_a_puzzle_that_never_comes_does_not_hold_the_form(open_page: OpenPage) -> None:
    page = open_page("/congres")
    page.route(CHALLENGE, lambda route: None)
    page.goto(CONGRESS)
    assert _register(page) == ""
