"""The message for the next page, and the way back that it may offer."""

import base64

import msgspec
import pytest

from shared.flash import Flash, Undo, packed, unpacked
from shared.sealed import seal

UNDO = Undo("/leden/beheer/heropenen", {"gekozen": ["a.2", "b.3"], "lang": "en"})


@pytest.mark.parametrize("flash", [Flash("Opgeslagen, é"), Flash("2 afgewezen.", UNDO)])
def test_what_was_left_is_found(flash: Flash) -> None:
    assert unpacked(packed(flash)) == flash


def test_a_message_that_we_did_not_leave_is_not_shown() -> None:
    body = msgspec.json.encode(Flash("Stuur je wachtwoord naar mij.", UNDO))
    left = packed(Flash("Opgeslagen", UNDO))
    forged = (
        base64.urlsafe_b64encode(body).decode(),
        left[:20] + ("A" if left[20] != "A" else "B") + left[21:],
        seal("cursor", body),
        seal("flash", b'{"text": 3}'),
        "",
        "%%%",
        "é",
        "A" * 5000,
    )
    assert [unpacked(value) for value in forged] == [None] * len(forged)


@pytest.mark.parametrize("place", ["https://evil.example.org", "//evil.example.org", "leden", ""])
def test_an_undo_stays_on_this_site(place: str) -> None:
    with pytest.raises(ValueError, match="elsewhere"):
        Undo(place, {})
    body = msgspec.json.encode({"text": "Klaar.", "undo": {"action": place, "fields": {}}})
    assert unpacked(seal("flash", body)) is None


def test_an_undo_that_a_cookie_cannot_hold_is_left_out() -> None:
    many = Undo("/leden/beheer/heropenen", {"gekozen": [f"{n:032x}.2" for n in range(200)]})
    value = packed(Flash("200 afgewezen.", many))
    assert len(value) < 4000
    assert unpacked(value) == Flash("200 afgewezen.")
    fifty = Undo("/leden/beheer/heropenen", {"gekozen": [f"{n:032x}.2" for n in range(50)]})
    assert unpacked(packed(Flash("50 afgewezen.", fifty))) == Flash("50 afgewezen.", fifty)
