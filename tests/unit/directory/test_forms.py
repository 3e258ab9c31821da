"""Every rule about a field."""

import pytest

from chalicelib.directory.forms import Typed, read_contact, read_profile, refuse_errors
from shared.errors import Invalid
from shared.typed_text import clean

GOOD = {
    "name": "De Tuin",
    "kind": "residents",
    "place": "Utrecht",
    "email": "tuin@example.org",
}


def errors(themes: list[str] | None = None, **changes: str) -> dict[str, str]:
    typed = Typed({**GOOD, **changes}, themes or [])
    read_profile(typed)
    read_contact(typed)
    return typed.errors


def test_the_smallest_entry_is_enough() -> None:
    assert errors() == {}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "—!?"),
        ("name", "x" * 101),
        ("kind", ""),
        ("kind", "koning"),
        ("place", ""),
        ("place", "x" * 61),
        ("district", "x" * 61),
        ("about", "x" * 1501),
        ("website", "javascript:alert(1)"),
        ("website", "https://user:pass@example.org"),
        ("website", "https://localhost"),
        ("website", "https://exa mple.org"),
        ("website", "https://example.org:99999"),
        ("website", "http://[::1"),
        ("website", "x" * 300),
        ("email", ""),
        ("email", "tuin"),
        ("email", "tuin@localhost"),
        ("email", "a@b@example.org"),
        ("email", "tuin@example.org, ander@example.org"),
        ("email", "x" * 250 + "@example.org"),
        ("phone", "bel maar"),
        ("phone", "1" * 31),
        ("latitude", "91"),
        ("latitude", "nan"),
        ("longitude", "-181"),
        ("longitude", "oost"),
    ],
)
def test_a_wrong_field_is_named(field: str, text: str) -> None:
    assert list(errors(**{field: text})) == [field]


def test_themes_come_from_the_list_and_are_few() -> None:
    assert list(errors(["food", "meeting"])) == []
    assert list(errors(["lekker eten"])) == ["themes"]
    assert list(errors(["food", "meeting", "care", "work", "energy", "housing"])) == ["themes"]


def test_a_website_gets_its_scheme_and_a_domain_its_case() -> None:
    typed = Typed({**GOOD, "website": "Tuin.example.org/x?y=1", "email": "Tuin@EXAMPLE.org"})
    assert read_profile(typed).website == "https://Tuin.example.org/x?y=1"
    assert read_contact(typed).email == "Tuin@example.org"


def test_unseen_characters_go_and_lines_stay_only_in_long_texts() -> None:
    assert clean("a\u202eb\x00c\td\n e ") == "ab c d e"
    assert clean("a\r\n\r\n\r\n\r\nb\x07", lines=True) == "a\n\nb"


def test_errors_are_refused_together() -> None:
    typed = Typed({})
    read_profile(typed)
    read_contact(typed)
    with pytest.raises(Invalid) as caught:
        refuse_errors(typed)
    assert set(caught.value.fields) == {"name", "kind", "place", "email"}


def test_the_limit_counts_what_was_typed_as_the_interface_says() -> None:
    assert "te lang" in errors(name="Buurttuin" + "\u00ad\u0083" * 60)["name"]
