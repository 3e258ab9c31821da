"""A request as our views see it, whatever delivered it."""

from http.cookies import CookieError, SimpleCookie
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode

from msgspec import Struct

from shared.auth import MemberSession, Organiser, Session
from shared.errors import Invalid, Malformed, TooLarge
from shared.flash import FLASH_COOKIE, Flash, unpacked
from shared.keys import fingerprint
from shared.texts import later as _

Language = Literal["nl", "en"]

LONGEST_KEY = 200  # characters
LONGEST_PART = 200  # characters of an id in a path; DynamoDB's keys have at most 2048 bytes
LARGEST_BODY = 64 * 1024  # bytes; the sample congress's form is about 15 kB
MOST_FIELDS = 200  # of a form, unless its route says that it has more
SESSION_COOKIE = "__Host-plekken"
MEMBER_COOKIE = "__Secure-mijn"
MEMBER_HOMES = {"directory": "/leden/mijn", "documents": "/documenten/mijn"}
"""Where who signs in by mail is at home, by service."""


class Request(Struct):
    """One request. The router fills in `session`, or `member` for who signed in by mail, for routes
    behind a sign-in.
    """

    service: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    source_ip: str
    correlation_id: str
    wants_json: bool = False
    session: Session | None = None
    member: MemberSession | None = None
    cookies: dict[str, str] = {}
    most_fields: int = MOST_FIELDS

    @property
    def language(self) -> Language:
        """English when asked for with `?lang=en` (JSON: also Accept-Language), else Dutch."""
        asked = self.query.get("lang")
        if asked is None and self.wants_json:
            asked = self.headers.get("accept-language", "")[:2]
        return "en" if asked == "en" else "nl"

    @property
    def organiser(self) -> Organiser | None:
        """Who is signed in, on routes that ask for it."""
        return self.session.organiser if self.session else None

    @property
    def idempotency_key(self) -> str | None:
        """The client's own name for this attempt: the header, or the form's hidden field.

        Raises Invalid for one that is too long: cut short, two attempts might have the same name.
        """
        given = self.headers.get("idempotency-key")
        if given is None and self.is_form:
            given = self.form.get("idempotency_key")
        if given and len(given) > LONGEST_KEY:
            raise Invalid(fields={"idempotency_key": _("Deze sleutel is te lang.")})
        return given or None

    @property
    def ip_hash(self) -> str:
        """A keyed hash of the sender's address, for rate limits."""
        return fingerprint("ip", _network_of(self.source_ip))

    @property
    def form(self) -> dict[str, str]:
        """The last value of each form field, without surrounding white space."""
        return {name: values[-1].strip() for name, values in self._form_values.items()}

    def form_list(self, name: str) -> list[str]:
        """Every value of a field that may occur more than once."""
        return [value.strip() for value in self._form_values.get(name, [])]

    @property
    def flash(self) -> Flash | None:
        """The message that the page before left for this one."""
        return unpacked(self.cookies.get(FLASH_COOKIE, ""))

    def url(self, **changes: str) -> str:
        """This page's own address with some query parameters changed; "" removes one."""
        query = {k: v for k, v in {**self.query, **changes}.items() if v}
        return f"{self.path}?{urlencode(query)}" if query else self.path

    @property
    def is_form(self) -> bool:
        """Whether the body is what an HTML form sends."""
        return self.content_type == "application/x-www-form-urlencoded"

    @property
    def content_type(self) -> str:
        """The body's media type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def _form_values(self) -> dict[str, list[str]]:
        if not self.is_form:
            return {}
        try:
            text = self.body.decode("utf-8")
            return parse_qs(
                text, keep_blank_values=True, max_num_fields=self.most_fields, errors="strict"
            )
        except ValueError as error:
            raise Malformed from error


def from_chalice(raw: Any, service: str, correlation_id: str, *, wants_json: bool) -> Request:
    """Read Chalice's request. Raises TooLarge before the body is looked at."""
    # The body of a GET means nothing (RFC 9110 9.3.1).
    body: bytes = b"" if raw.method in ("GET", "HEAD") else raw.raw_body or b""
    headers = {name.lower(): value for name, value in raw.headers.items()}
    request = Request(
        service=service,
        method=raw.method,
        path=_path(raw),
        query=dict(raw.query_params or {}),
        headers=headers,
        body=body if len(body) <= LARGEST_BODY else b"",
        source_ip=_source_ip(raw, headers),
        correlation_id=correlation_id,
        wants_json=wants_json,
        cookies=_cookies(headers.get("cookie", "")),
    )
    if len(body) > LARGEST_BODY:
        raise BodyTooLarge(request)
    return request


class BodyTooLarge(TooLarge):
    """The refusal, with the rest of the request so that it can be answered in its language."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self.request = request


def _path(raw: Any) -> str:
    path: str = raw.path
    for name, value in (raw.uri_params or {}).items():
        path = path.replace("{" + name + "}", value)
    return path


def _source_ip(raw: Any, headers: dict[str, str]) -> str:
    # CloudFront puts the viewer's address here; nobody else can reach the API (origin secret).
    viewer = headers.get("cloudfront-viewer-address", "").rpartition(":")[0]
    return viewer or str((raw.context.get("identity") or {}).get("sourceIp", ""))


def _network_of(address: str) -> str:
    """The address, or for IPv6 its /64: one connection at home has all of that for itself."""
    from ipaddress import IPv6Address, ip_address  # noqa: PLC0415 - few requests are counted

    try:
        found = ip_address(address.partition("%")[0])  # a zone names the sender's own network card
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    return str(found.ipv4_mapped or found.exploded[:19])


def _cookies(header: str) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header)
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}
