"""Words made comparable: what somebody types finds what somebody else wrote."""

import re
import unicodedata

MOST_WORDS = 8
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Lower case without accents, for comparing and sorting: 'Coöperatie' becomes 'cooperatie'."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def words_of(text: str) -> list[str]:
    """The folded words of a text."""
    return _WORD.findall(fold(text))


def asked_words(text: str) -> list[str]:
    """The folded words of a question, at most eight: a longer one only costs time."""
    return words_of(text)[:MOST_WORDS]
