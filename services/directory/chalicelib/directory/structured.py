"""A member as schema.org JSON-LD, for search engines."""

import json
from typing import Any

from markupsafe import Markup

from chalicelib.directory.domain import PublicMember

# What could end the script element or start a comment inside it; JSON reads the escapes back.
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def json_ld(member: PublicMember, origin: str) -> Markup:
    """The text of a `script type="application/ld+json"`, safe inside HTML."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": f"{origin}/leden/{member.slug}",
        "name": member.name,
        "description": member.about,
        "url": member.website,
        "email": member.email,
        "telephone": member.phone,
    }
    if member.place:
        data["address"] = {"@type": "PostalAddress", "addressLocality": member.place}
    filled = {name: value for name, value in data.items() if value}
    return Markup(json.dumps(filled, ensure_ascii=False).translate(_ESCAPES))  # noqa: S704
