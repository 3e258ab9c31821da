"""The local mailbox: every mail that the embedded SES took, with its attachments. Never in AWS."""

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

# The mail's own HTML may load nothing but its attachments, and run nothing.
MAIL_POLICY = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; base-uri 'self'"
NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class StoredMail:
    """One mail; its id counts nanoseconds, so that ids sort by time."""

    id: str
    content: bytes

    @cached_property
    def message(self) -> EmailMessage:
        """The parsed mail."""
        return email.message_from_bytes(self.content, policy=email.policy.default)

    @property
    def received(self) -> datetime:
        """When SES took it, on this machine's clock."""
        return datetime.fromtimestamp(int(self.id) / 1e9).astimezone()

    @property
    def text(self) -> str:
        """The text version, or nothing."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """The HTML version, or nothing."""
        return self._body("html")

    @property
    def parts(self) -> list[EmailMessage]:
        """Attachments, and pictures that the HTML shows."""
        return [
            part
            for part in self.message.walk()
            if not part.is_multipart() and (part.get_filename() or part["Content-ID"])
        ]

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""

    def summary(self) -> dict[str, Any]:
        """Everything about the mail as plain values."""
        return {
            "id": self.id,
            "received": self.received.isoformat(),
            "from": str(self.message["From"]),
            "to": str(self.message["To"]),
            "subject": str(self.message["Subject"]),
            "text": self.text,
            "html": self.html,
            "attachments": [
                {
                    "name": part.get_filename() or "",
                    "content_type": part.get_content_type(),
                    "url": f"/_local/mail/{self.id}/{number}",
                }
                for number, part in enumerate(self.parts)
            ],
        }


class Mailbox:
    """The mails in a folder, newest first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        loader = jinja2.FileSystemLoader(Path(__file__).with_name("templates"))
        self._pages = jinja2.Environment(loader=loader, autoescape=True)

    def all(self) -> list[StoredMail]:
        """Return every mail, newest first."""
        paths = sorted(self._folder.glob("*.eml"), key=lambda path: int(path.stem), reverse=True)
        return [StoredMail(path.stem, path.read_bytes()) for path in paths]

    def get(self, mail_id: str) -> StoredMail:
        """Return one mail. Raises HTTPNotFound."""
        path = self._folder / f"{mail_id}.eml"
        if not NUMBER.fullmatch(mail_id) or not path.exists():
            raise web.HTTPNotFound
        return StoredMail(mail_id, path.read_bytes())

    def add_routes(self, app: web.Application) -> None:
        """Serve the mailbox under /_local/mail."""
        app.router.add_get("/_local/mail", self._list)
        app.router.add_get("/_local/mail.json", self._json)
        app.router.add_get("/_local/mail/{id}", self._show)
        app.router.add_get("/_local/mail/{id}/html", self._html)
        app.router.add_get("/_local/mail/{id}/{part:[0-9]+}", self._part)

    async def _list(self, _: web.Request) -> web.Response:
        return self._page("mailbox.html", mails=self.all())

    async def _json(self, _: web.Request) -> web.Response:
        return web.json_response([mail.summary() for mail in self.all()])

    async def _show(self, request: web.Request) -> web.Response:
        return self._page("mail.html", mail=self.get(request.match_info["id"]))

    async def _html(self, request: web.Request) -> web.Response:
        mail = self.get(request.match_info["id"])
        html = mail.html
        for number, part in enumerate(mail.parts):
            content_id = str(part["Content-ID"] or "").strip("<>")
            if content_id:
                html = html.replace(f"cid:{content_id}", f"/_local/mail/{mail.id}/{number}")
        # Links in the frame open in the whole window, as a mail program would open them.
        headers = {"Content-Security-Policy": MAIL_POLICY}
        return web.Response(
            text='<base target="_top">' + html, content_type="text/html", headers=headers
        )

    async def _part(self, request: web.Request) -> web.Response:
        parts = self.get(request.match_info["id"]).parts
        number = int(request.match_info["part"])
        if number >= len(parts):
            raise web.HTTPNotFound
        part = parts[number]
        name = re.sub(r"[^\w.-]", "_", part.get_filename() or "")
        kind = part.get_content_type()
        disposition = "inline" if kind.startswith("image/") else f'attachment; filename="{name}"'
        content = part.get_payload(decode=True)
        body = content if isinstance(content, bytes) else b""
        headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
        return web.Response(body=body, content_type=kind, headers=headers)

    def _page(self, template: str, **context: Any) -> web.Response:
        html = self._pages.get_template(template).render(**context)
        return web.Response(
            text=html, content_type="text/html", headers={"Cache-Control": "no-store"}
        )
