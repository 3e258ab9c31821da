"""What people type keeps its letters and loses what a list or a mail can't hold."""

import pytest

from chalicelib.registration import texts


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Zoë   de  Vries ", "Zoë de Vries"),
        ("Zoe\u0308", "Zoë"),
        ("محمد الأمين", "محمد الأمين"),
        ("👩‍🌾 Fenna", "👩‍🌾 Fenna"),
        ("Jan\u202etxt.exe", "Jantxt.exe"),
    ],
)
def test_a_name_keeps_its_letters(typed: str, kept: str) -> None:
    assert texts.one_line(typed) == kept


@pytest.mark.parametrize("typed", ["Jan\nBcc: x", "Jan\x00", "Jan\x1b[2J", "Jan\u2028x", "\ud800"])
def test_a_line_holds_no_control_characters(typed: str) -> None:
    with pytest.raises(texts.UnusableText):
        texts.one_line(typed)


@pytest.mark.parametrize("typed", ["Win http://x.example", "WWW.spam.example", "a://b"])
def test_a_name_carries_no_web_address(typed: str) -> None:
    with pytest.raises(texts.UnusableText):
        texts.person_name(typed)
    assert texts.person_name("J.P. de Wwwit") == "J.P. de Wwwit"


def test_longer_texts_keep_their_lines() -> None:
    assert texts.several_lines("\r\neen \r\n\r\ntwee\r") == "een\n\ntwee"


@pytest.mark.parametrize(
    ("typed", "shows"), [("a", True), ("🌳", True), ("\u200b\u200d", False), ("", False)]
)
def test_a_name_must_show(typed: str, *, shows: bool) -> None:
    assert texts.has_visible_character(typed) is shows


@pytest.mark.parametrize("typed", ["030 123 45 67", "+31 (0)6-12345678", "+32.2.555.12.12"])
def test_phone_numbers_are_kept_as_typed(typed: str) -> None:
    assert texts.phone_number(typed) == typed


@pytest.mark.parametrize("typed", ["bel mij", "12345", "1" * 16, "06-1234567x", "=1+1234567"])
def test_other_texts_are_no_phone_number(typed: str) -> None:
    with pytest.raises(texts.UnusableText):
        texts.phone_number(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("example.org", "https://example.org"),
        ("http://example.org/wij?x=1#y", "http://example.org/wij?x=1#y"),
        ("https://münchen.example", "https://münchen.example"),
    ],
)
def test_web_addresses_get_a_scheme(typed: str, kept: str) -> None:
    assert texts.web_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "javascript://example.org/%0aalert(1)",
        "ftp://example.org",
        "geen site",
        "https://",
        "https://localhost",
        "https://a@b.nl",
        "https://example.org:x",
        "https://[::1",
    ],
)
def test_other_texts_are_no_web_address(typed: str) -> None:
    with pytest.raises(texts.UnusableText):
        texts.web_address(typed)
