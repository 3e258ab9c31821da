"""Marks a text for the catalogue where it is written; pages and mails translate it when shown."""


def later(text: str) -> str:
    """Return the Dutch text as it is. Import it as `_`, which is what Babel looks for."""
    return text
