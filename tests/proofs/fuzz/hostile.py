"""Requests that no honest client sends, and that no service may stumble over."""

import json
from random import Random
from typing import Any

MARKER = "<x onload=alert(1)>'\"&"

TEXTS = (
    MARKER,
    "",
    " ",
    "\x00",
    "a\x00b",
    "\r\nSet-Cookie: a=b",
    "\u202egpj.exe",
    "\ufeff\u200b",
    "e\u0301" * 50,
    "Ω≈ç√∫ 田中 🏳️‍🌈",
    "{{7*7}} %(x)s {0} ${x}",
    "../../etc/passwd",
    "' OR 1=1 --",
    "a" * 5000,
    "9" * 400,
    "-1",
    "1e400",
    "NaN",
    "javascript:alert(1)",
    "https://[::1",
    "https://example.org:99999/",
    "a@" + "b" * 300 + ".nl",
    "²",
)
FRAGMENTS = (
    "null", "true", "[]", "{}", "0", "-0", "1e400", "-1e400", "9" * 400, "0.1", '"\\ud800"',
    '"\\u0000"', '"' + "a" * 60000 + '"', "[" * 30000, "[" * 30000 + "]" * 30000,
    '{"a":' * 10000, "NaN", "Infinity", "'x'", "\x00", '"\x00"', "[1,]", "/**/1",
    *(json.dumps(text) for text in TEXTS),
)  # fmt: skip
BODIES = (
    b"", b"\x00", b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b"\xed\xa0\x80", b"{", b"}", b"null",
    b"x" * 70000, b"a=%FF&b=%00", b"a=b&" * 300, b"=&==&%&a=%zz", b"--x\r\n\r\n", b"\xf0\x9f\x92",
)  # fmt: skip
MEDIA_TYPES = (
    "application/json", "application/json;;", "application/json; charset=utf-16",
    "APPLICATION/JSON", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded;x",
    "multipart/form-data; boundary=x", "application/octet-stream", "text/plain", "", ";",
    "a" * 3000, "application/geo+json", "image/png", "*/*",
)  # fmt: skip
PARTS = (
    "%00", "%2e%2e%2f", "%FF", "%ED%A0%80", "%F0%9F%98%80", "%7Bevent%7D", "*", "a" * 1000,
    "a" * 3000, "%E2%82%AC" * 900, "beheer", "null", "0", "-", "%0d%0aa:b", "%25", "%zz", "'",
    "%22", "%3Cx%20onload%3D1%3E", "a%20b", "%20", "constructor", "__proto__", ".", "..",
)  # fmt: skip
HEADERS = {
    "authorization": ("Bearer", "Bearer  ", "bearer a.b.c.d", "Bearer a.1.test.x", "Basic eDp5",
                      "Bearer " + "a" * 8000, "Bearer a.٣.test.AAAA", "Bearer é.1.test.é", "x"),
    "cookie": (";;;", "=", "a", '__Host-plekken="', "__Host-plekken=\x7f", "__Host-flash=%%%",
               "__Host-flash=/////w==", "a=b; " * 900, "__Secure-uploaden=a.b.c.d",
               "__Host-plekken=" + "x" * 4000, "$Version=1; a=b; $Path=/"),
    "accept-language": ("en", "en-GB;q=0.1", "*", "xx", "", "\xff"),
    "idempotency-key": ("", " ", "a" * 200, "a" * 201, "é" * 200, "\x00", "../x", "#", "a" * 8000),
    "origin": ("null", "", "http://localhost:8000", "http://localhost:8000.evil.example"),
    "cloudfront-viewer-address": ("", "x:1", "[::1]:2", "::ffff:192.0.2.1:9", "fe80::1%eth0:1",
                                  "2001:db8::1:443", ":", "192.0.2.1:1:1", "é:1"),
    "x-csrf-token": ("", "x", "é", "a" * 5000),
    "host": ("evil.example", ""),
    "content-length": ("-1", "x"),
}  # fmt: skip
QUERIES = (
    "", "lang=en", "lang=", "lang=nl&lang=en", "lang=%FF", "q=%00", "q=" + "a" * 5000, "cursor=x",
    "cursor=AAAA", "cursor=%F0%9F%98%80", "kind=x", "category=x", "sleutel=x", "sleutel=a.1.test.x",
    "bewijs=x", "bewijs=AAAA.AAAA", "verder=//evil.example", "verder=javascript:1", "&&=&", "%zz=%",
    "place=%3Cx%20onload%3D1%3E", "q=%3Cx%20onload%3Dalert(1)%3E'%22%26", "page=-1", "pagina=x",
)  # fmt: skip
METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "X")


def body_of(random: Random, example: dict[str, Any] | None) -> bytes:
    """A body that is no JSON, or the example with one value in its place."""
    if example is None or random.random() < 0.3:
        return random.choice(BODIES)
    members = {name: json.dumps(value) for name, value in example.items()}
    name = random.choice([*members, "unknown", MARKER])
    members[name] = random.choice(FRAGMENTS)
    twice = [*members.items(), random.choice([*members.items()])]
    written = ",".join(f"{json.dumps(key)}:{value}" for key, value in twice)
    return ("{" + written + "}").encode("utf-8", "surrogatepass")


def headers_of(random: Random) -> dict[str, str]:
    """Up to three strange headers and any media type."""
    found = {"content-type": random.choice(MEDIA_TYPES)}
    for name in random.sample([*HEADERS], random.randrange(4)):
        found[name] = random.choice(HEADERS[name])
    return found
