"""Changing the network's settings and logo, and the words of mails: work that services share."""

import re
import struct
import zlib
from collections.abc import Sequence
from uuid import uuid4

from shared.events import Data
from tests.flows.browser import Answer, Browser, Form
from tests.flows.work.office import Office, Work

SETTINGS = "/beheer/instellingen"
LOGO = f"{SETTINGS}/logo"


def settings(office: Office) -> Sequence[Work]:
    """What an owner does on the settings page."""
    desk = office.staff.browser

    def change_the_settings() -> None:
        page = desk.get(SETTINGS).expect(200)
        desk.submit(page, SETTINGS).expect(303)

    def change_the_logo() -> None:
        sent = [choose_logo(desk) for _ in range(2)]  # the second takes the place of the first
        shown = re.search(r'src="(/static/logo-\w+\.png)"', desk.get(SETTINGS).expect(200).text)
        assert shown, "no logo"
        page = desk.get(SETTINGS).expect(200)
        desk.submit(page, f"{LOGO}/verwijderen").expect(303)
        assert not office.there("WebBucket", shown[1].removeprefix("/")), "the logo stays"
        assert not any(office.there("WebBucket", key) for key in sent), "an upload stays"

    return [change_the_settings, change_the_logo]


def choose_logo(desk: Browser) -> str:
    """Send an image as a plain form does, and put it on the website; answers where it was sent."""
    [form] = [one for one in desk.get(LOGO).expect(200).forms if "key" in one.fields]
    sent = send_file(desk, form, small_png()).expect(303)
    page = desk.get(sent.location).expect(200)
    desk.submit(page, LOGO).expect(303)
    return form.fields["key"]


def words(office: Office, path: str) -> Work:
    """What an owner of a service does with the words of one mail."""
    desk = office.staff.browser

    def change_the_words() -> None:
        page = desk.get(path).expect(200)
        desk.submit(page, path, opening=f"Welkom {uuid4().hex}.").expect(303)
        desk.submit(desk.get(path).expect(200), f"{path}/testmail").expect(303)
        desk.submit(desk.get(path).expect(200), f"{path}/standaard").expect(303)

    return change_the_words


def sample(office: Office, function: str, asked: type[Data], kind: str) -> Work:
    """What a mail worker does when an organiser asks for a test mail."""

    def send_a_sample() -> None:
        me = office.find("access", "ORGANISERS", email=office.staff.email)["sk"]
        before = len(office.mailbox.to(office.staff.email))
        office.handle(function, asked(organiser_id=me, kind=kind, language="en"))
        assert len(office.mailbox.to(office.staff.email)) > before, "no test mail"

    return send_a_sample


def send_file(browser: Browser, form: Form, data: bytes) -> Answer:
    """Post a file with the fields of a form, as multipart/form-data."""
    mark = uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in form.fields.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="logo.png"\r\n\r\n'
    body = b"".join([*parts, head.encode(), data, f"\r\n--{mark}--\r\n".encode()])
    kind = f"multipart/form-data; boundary={mark}"
    return browser.request("POST", form.action, body, {"Content-Type": kind})


def small_png() -> bytes:
    """A square of one colour."""
    size = 32
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x0b\x4a\x3e" * size for _ in range(size)))
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
