"""Addresses that people have, and texts that are no address."""

import pytest

from shared.email_address import LONGEST_ADDRESS, NotAnAddress, normalise

LONGEST_DOMAIN_PART = ".".join(["d" * 63, "e" * 63, "f" * 60, "nl"])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("jan@example.org", "jan@example.org"),
        ("  Jan.Jansen@Example.ORG ", "Jan.Jansen@example.org"),
        ("jan+congres@example.org", "jan+congres@example.org"),
        ("o'neil_{x}@sub.example.org", "o'neil_{x}@sub.example.org"),
        ("jan@münchen.example", "jan@xn--mnchen-3ya.example"),
        ("jan@straße.example", "jan@xn--strae-oqa.example"),
        ("jan@例え.テスト", "jan@xn--r8jz45g.xn--zckzah"),
        ("jan@xn--mnchen-3ya.example", "jan@xn--mnchen-3ya.example"),
    ],
)
def test_an_address_is_kept_as_we_mail_to_it(typed: str, kept: str) -> None:
    assert normalise(typed) == kept


def test_an_address_of_254_characters_is_accepted_and_one_more_is_not() -> None:
    domain = LONGEST_DOMAIN_PART
    longest = "a" * (LONGEST_ADDRESS - len(domain) - 1) + "@" + domain
    assert len(longest) == LONGEST_ADDRESS
    assert normalise(longest) == longest
    with pytest.raises(NotAnAddress):
        normalise("a" + longest)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "jan",
        "@example.org",
        "jan@",
        "jan@localhost",
        "jan@@example.org",
        "jan jansen@example.org",
        "jan@example..org",
        "jan@.example.org",
        "jan@example.org.",
        "jan@-example.org",
        "jan@exa_mple.org",
        ".jan@example.org",
        "jan.@example.org",
        "j..n@example.org",
        "jan@127.0.0.1",
        "jan@[127.0.0.1]",
        '"jan jansen"@example.org',
        "jan@example.org\nBcc: an@example.org",
        "jan\x00@example.org",
        "Jan <jan@example.org>",
        "jan@example.org,an@example.org",
        "jän@example.org",
        "jan@" + "例" * 70 + ".nl",
        "a" * 65 + "@example.org",
        "jan@" + "d" * 64 + ".org",
    ],
)
def test_a_text_that_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(NotAnAddress):
        normalise(typed)
