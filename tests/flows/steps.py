"""The steps that people take on the site, over HTTP alone."""

import base64
import hashlib
import itertools
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import yaml

from chalicelib.directory.slugs import slug_of
from infra.paths import ROOT
from shared.dates import amsterdam
from tests.flows.browser import Answer, Browser, token_in
from tests.flows.tools import SCHEDULED, Backstage, Mail, Mailbox, wait_for

_counter = itertools.count(1)


@dataclass(frozen=True)
class Person:
    """Somebody who registers; nobody else in any test has their address."""

    name: str
    email: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Journey:
    """A whole journey that is over, and every event that it caused."""

    events: list[str]
    people: list[Person]
    document: str

    def for_queue(self, wanted: set[str]) -> list[str]:
        return [event for event in self.events if json.loads(event)["type"] in wanted]


def somebody(name: str = "Deelnemer", **fields: str) -> Person:
    """A person that no test has seen before."""
    number = next(_counter)
    return Person(
        f"{name} {number}", f"{name.lower()}-{number}-{uuid4().hex[:8]}@example.org", fields
    )


def congress(
    capacity: int,
    *,
    sessions: dict[str, int] | None = None,
    name: str = "",
    starts: str = "2027-09-17 10:00",
    ends: str = "2027-09-17 17:00",
    questions: Sequence[dict[str, Any]] = (),
    **more: Any,
) -> dict[str, Any]:
    """A congress of our own, as an organiser writes it (infra/sample/congress.yaml)."""
    id_ = name or f"test-{uuid4().hex[:10]}"
    rounds = [
        {
            "id": "ronde-1",
            "title": {"nl": "Eerste ronde"},
            "starts": "2027-09-17 11:00",
            "ends": "2027-09-17 12:00",
            "sessions": [
                {"id": session, "title": {"nl": f"Sessie {session}"}, "capacity": places}
                for session, places in (sessions or {}).items()
            ],
        }
    ]
    return {
        "id": id_,
        "published": True,
        "title": {"nl": f"Congres {id_}"},
        "summary": {"nl": "Een dag om te proberen."},
        "description": {"nl": "Wat we hier doen, gebeurt alleen in tests."},
        "starts": starts,
        "ends": ends,
        "registration": {"opens": "2026-01-01 09:00", "closes": min(starts, "2027-09-15 18:00")},
        "place": {"name": "Zaal", "address": "Voorbeeldplein 1", "city": "Utrecht"},
        "capacity": capacity,
        "audiences": [{"id": "resident", "title": {"nl": "Bewoner"}}],
        "rounds": rounds if sessions else [],
        "questions": [*questions],
        **more,
    }


def soon() -> dict[str, str]:
    """A start in two hours, so that people can be checked in now."""
    start = amsterdam(datetime.now(UTC)) + timedelta(hours=2)
    moments = {"starts": start, "ends": start + timedelta(hours=4)}
    return {name: f"{moment:%Y-%m-%d %H:%M}" for name, moment in moments.items()}


def load(platform: Any, folder: Path, content: dict[str, Any]) -> str:
    """Load a congress as `make load` does, in a process of its own; answers its id."""
    path = folder / f"{content['id']}.yaml"
    path.write_text(yaml.safe_dump(content))
    run_infra(platform, "infra.load", str(path))
    return str(content["id"])


def run_infra(platform: Any, module: str, *arguments: str) -> str:
    """Run an operator's command against the embedded AWS, as make does; answers what it says."""
    stage = platform.cloud.stage.name
    command = [sys.executable, "-m", module, "--stage", stage, *arguments]
    result = subprocess.run(
        command,
        cwd=ROOT,
        check=False,
        env=operator_environment(platform),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, f"{module}: {result.stdout}{result.stderr}"
    return result.stdout


def operator_environment(platform: Any) -> dict[str, str]:
    """The environment of somebody who types make, pointed at these tests' embedded AWS."""
    return {
        "PATH": "/usr/bin:/bin",
        "PLEKKEN_LOCAL": str(platform.aws.folder),
        "AWS_DEFAULT_REGION": platform.cloud.stage.region,
    }


def fill_in(browser: Browser, event: str, person: Person) -> tuple[str, dict[str, str]]:
    """Open the form and type; answers where it goes and what would be sent."""
    form = browser.get(f"/congres/{event}").expect(200).form("/aanmelden")
    typed = {"naam": person.name, "email": person.email, "doelgroep": "resident", "akkoord": "ja"}
    return form.action, {**form.fields, **typed, **person.fields}


def register(browser: Browser, event: str, person: Person) -> Answer:
    """Register through the form; answers the thanks page."""
    action, typed = fill_in(browser, event, person)
    return browser.follow(browser.post(action, typed)).expect(200)


def open_registration(browser: Browser, link: str) -> Answer:
    """Open the manage link from a mail and press its button; answers the manage page."""
    page = browser.get(link).expect(200)
    return browser.follow(browser.submit(page, "/congres/aanmelding")).expect(200)


def cancel(browser: Browser, link: str) -> Answer:
    """Cancel through the manage link; answers the page that says so."""
    open_registration(browser, link)
    asked = browser.get("/congres/aanmelding/afzeggen").expect(200)
    return browser.follow(browser.submit(asked, "/congres/aanmelding/afzeggen")).expect(200)


def copy_congress(organiser: Browser, example: str, **changes: str) -> str:
    """Make a draft at the desk of an earlier congress; answers its id. `changes` are fields."""
    path, id_ = "/congres/beheer/nieuw", f"test-{uuid4().hex[:10]}"
    page = organiser.get(f"{path}?kopie={example}").expect(200)
    typed = {"id": id_, "registration.opens": "2026-01-01T09:00", "doe": "bewaar", **changes}
    organiser.follow(organiser.submit(page, path, **typed)).expect(200)
    return id_


def press_at_desk(organiser: Browser, event: str, what: str, **typed: str) -> Answer:
    """Press a button of the page where a congress is put online, closed or deleted."""
    path = f"/congres/beheer/{event}/stand"
    form = next(one for one in organiser.get(path).expect(200).forms if one.action == path)
    return organiser.post(path, {**form.fields, "doe": what, **typed})


def cancel_at_desk(organiser: Browser, event: str, key: str) -> None:
    """Cancel somebody's registration for them; `key` is its key in the table."""
    identifier = key.removeprefix("REGISTRATION#")
    path = f"/congres/beheer/{event}/afzeggen/{identifier}"
    asked = organiser.get(path).expect(200)
    organiser.follow(organiser.submit(asked, path)).expect(200)


def sign_in(browser: Browser, email: str, password: str) -> Browser:
    """Sign in at the desk."""
    page = browser.get("/beheer/inloggen").expect(200)
    answer = browser.submit(page, "/beheer/inloggen", email=email, wachtwoord=password)
    browser.follow(answer).expect(200)
    return browser


def invite_organiser(
    platform: Any, backstage: Backstage, email: str, roles: dict[str, str] | None = None
) -> str:
    """Make an account that gets its first password by mail; answers its id."""
    user = backstage.client("cognito-idp").admin_create_user(
        UserPoolId=platform.values["UserPoolId"],
        Username=email,
        UserAttributes=[
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": "true"},
        ],
        DesiredDeliveryMediums=["EMAIL"],
    )["User"]
    subject = str(next(one["Value"] for one in user["Attributes"] if one["Name"] == "sub"))
    item = {
        "pk": "ORGANISERS",
        "sk": subject,
        "email": email,
        "name": email.partition("@")[0],
        "roles": json.dumps(roles or {}),
    }
    backstage.client("dynamodb").put_item(
        TableName=backstage.table("access"), Item={key: {"S": text} for key, text in item.items()}
    )
    return subject


def approve(organiser: Browser, link: str) -> Answer:
    """Approve the draft that a notice links to; answers the desk."""
    page = organiser.get(link).expect(200)
    return organiser.follow(organiser.submit(page, "/goedkeuren")).expect(200)


def open_invitation(browser: Browser, link: str) -> Answer:
    """Open the invitation from a mail and press its button; answers the upload page."""
    page = browser.get(link).expect(200)
    return browser.follow(browser.submit(page, "/documenten/uploaden")).expect(200)


def sign_in_by_mail(browser: Browser, mailbox: Mailbox, home: str, email: str) -> Answer:
    """Ask for a mail and press the button behind its link; answers where that leads."""
    subject = "Je code om in te loggen"
    before = len(mailbox.to(email, subject))
    page = browser.get(f"{home}/inloggen").expect(200)
    browser.submit(page, f"{home}/inloggen", email=email).expect(303)
    mail = mailbox.wait(email, subject, count=before + 1)
    page = browser.get(mail.link(f"{home}/link?")).expect(200)
    return browser.follow(browser.submit(page, f"{home}/link"))


def announce(partner: Browser, data: bytes, title: str, **more: str) -> Answer:
    """Ask where a file may be sent."""
    wish = {
        "title": title,
        "category": "projectplannen",
        "description": "Zo pakken wij het aan.",
        "consent": True,
        "file_name": "plan.pdf",
        "content_type": "application/pdf",
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        **more,
    }
    key = uuid4().hex
    return partner.post_json("/documenten/api/v1/uploads", wish, Idempotency_Key=key)


def upload(partner: Browser, data: bytes, title: str, **more: str) -> str:
    """Announce a file and send it straight to S3; answers the document's id."""
    plan = announce(partner, data, title, **more).expect(201).json()
    [part] = plan["parts"]
    partner.request("PUT", part["url"], data, part["headers"]).expect(200)
    return str(plan["id"])


def publish(organiser: Browser, document: str) -> None:
    """Look at a document at the desk and publish it."""
    page = organiser.get(f"/documenten/beheer/{document}").expect(200)
    answer = organiser.submit(page, "/publiceren", bekeken="ja")
    organiser.follow(answer).expect(200)


def draft_of(organiser: Browser, initiative: str) -> str:
    """The desk's page of an entry, once it is there."""

    def look() -> list[str]:
        page = organiser.get(f"/leden/beheer?q={quote(initiative)}").expect(200)
        return re.findall(r"/leden/beheer/[0-9a-zA-Z]{20,}", page.text)

    return wait_for(f"draft of {initiative}", look)[0]


def mails_to_people(backstage: Backstage, mailbox: Mailbox) -> list[Mail]:
    """Every mail but what `notify` sends organisers by the clock, whatever a test does."""
    organisers = {item.get("email") for item in backstage.items("access", "ORGANISERS")}
    return [mail for mail in mailbox.all() if mail.to not in organisers]


def notice_of(backstage: Backstage, mailbox: Mailbox, staff: str, path: str) -> Mail:
    """The organiser's mail that leads to this page; the minute that it may take is passed by."""

    def look() -> list[Mail]:
        backstage.invoke("directory-notify", SCHEDULED)
        return [mail for mail in mailbox.to(staff) if path in mail.text]

    return wait_for(f"notice of {path}", look)[-1]


def inspected(backstage: Backstage, document: str) -> None:
    """Wait until an organiser can decide on a document."""

    def look() -> bool:
        found = backstage.items("documents", f"DOCUMENT#{document}")
        return any(item.get("state") == "inspected" for item in found)

    wait_for("inspection", look)


def invite(
    browser: Browser, organiser: Browser, mailbox: Mailbox, event: str, person: Person, staff: str
) -> tuple[str, str]:
    """Register with the wish to be in the guide, and have it approved; answers the member's page
    and the invitation's link.
    """
    initiative = person.fields["initiatief"]
    register(browser, event, person)
    approve(organiser, draft_of(organiser, initiative))
    published = mailbox.wait(person.email, initiative)
    invitation = mailbox.wait(person.email, "Deel je documenten")
    return published.link(f"/leden/{slug_of(initiative)}"), invitation.link("/documenten/uploaden")


def wishing(initiative: str = "") -> Person:
    """Somebody who also wants to stand in the member guide."""
    name = initiative or f"Initiatief {uuid4().hex[:8]}"
    return somebody("Lid", ledengids="ja", initiatief=name, plaats="Utrecht", over="Wij doen iets.")


def wait_until_shown(browser: Browser, path: str, words: str) -> Answer:
    """Wait until a page that is cached for a few seconds shows these words."""

    def look() -> Answer | None:
        answer = browser.get(path)
        return answer if answer.status == 200 and words in answer.words else None

    return wait_for(f"{words!r} on {path}", look)  # type: ignore[return-value]


def manage_token(mailbox: Mailbox, person: Person, subject: str) -> str:
    """The secret of somebody's manage link."""
    return token_in(mailbox.wait(person.email, subject).link("/congres/aanmelding?"))


def small_pdf(words: str) -> bytes:
    """A PDF of one page that says these words (PDF 1.4, sections 3.4 and 5)."""
    stream = f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
        + table
        + trailer % (len(objects) + 1, len(out))
    )


def checksum(data: bytes) -> str:
    """What S3 calls ChecksumSHA256."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()
