"""Checks the e-mail address that somebody typed, without asking the network.

The check is our own because `email-validator` costs about 250 million instructions to import, a
quarter of a cold start, and most of what it knows (quoted local parts, address literals, DNS) we
would refuse anyway. The one part that is not worth rewriting is IDNA 2008: the `idna` package is
imported only when a domain holds letters outside ASCII.
"""

from __future__ import annotations

import re
import unicodedata

from shared.typed_text import is_unseen

LONGEST_ADDRESS = 254  # RFC 5321 4.5.3.1.3: a path is 256 octets with its angle brackets
LONGEST_LOCAL_PART = 64  # RFC 5321 4.5.3.1.1
LONGEST_DOMAIN = 253
FEWEST_LABELS = 2

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class NotAnAddress(ValueError):
    """The text can't be an address that our mail service delivers to."""


def normalise(text: str) -> str:
    """Return the address as we mail to it: local part as typed, domain in lower case and ASCII.

    What nobody sees goes: copied addresses carry it along. Raises NotAnAddress. A local part
    outside ASCII is refused: Amazon SES does not deliver to it.
    """
    seen = "".join(character for character in text if not is_unseen(character))
    address = unicodedata.normalize("NFC", seen.strip())
    local_part, at, domain = address.rpartition("@")
    if not at or len(local_part) > LONGEST_LOCAL_PART or not _LOCAL_PART.fullmatch(local_part):
        raise NotAnAddress("local part")
    ascii_address = f"{local_part}@{_ascii_domain(domain)}"
    if len(ascii_address) > LONGEST_ADDRESS:
        raise NotAnAddress("length")
    return ascii_address


def _ascii_domain(domain: str) -> str:
    encoded = domain.lower() if domain.isascii() else _encode_international(domain)
    labels = encoded.split(".")
    if len(encoded) > LONGEST_DOMAIN or len(labels) < FEWEST_LABELS or labels[-1].isdigit():
        raise NotAnAddress("domain")
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise NotAnAddress("domain")
    return encoded


def _encode_international(domain: str) -> str:
    if len(domain) > LONGEST_DOMAIN:
        raise NotAnAddress("domain")
    import idna  # noqa: PLC0415 - see above

    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except idna.IDNAError as error:
        raise NotAnAddress("domain") from error
