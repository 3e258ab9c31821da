"""The daily work of documents' functions."""

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

from chalicelib.documents.domain import MULTIPART_FROM, quarantine_key
from shared.auth import codes
from shared.events.directory import ContactShared, MemberWithdrawn
from shared.events.documents import (
    DocumentDeclined,
    DocumentPublished,
    DocumentsTestMailAsked,
    DocumentWithdrawn,
    PartnerSignInAsked,
    UploadInspected,
)
from shared.handovers import ContactHandover
from tests.flows import partners, steps
from tests.flows.tools import wait_for
from tests.flows.work import wording
from tests.flows.work.office import Office, Work, relaying, sweeping

NOBODY = UploadInspected(document_id="01J00000000000000000000000", verdict="clean")
DATA = steps.small_pdf("Wat wij van plan zijn")
UPLOADS = "/documenten/api/v1/uploads"
HOME = "/documenten/mijn"


def api(office: Office) -> Sequence[Work]:
    desk, visitor = office.staff.browser, office.browser()

    def upload_and_decide() -> None:
        document = office.inspected()
        assert desk.get("/documenten/beheer").status == 200
        steps.publish(desk, document)
        visitor.get("/documenten").expect(200)
        visitor.follow(visitor.get(f"/documenten/{document}/bestand")).expect(200)

    def announce_again() -> None:
        partner = office.once("partner", office.partner)
        data = steps.small_pdf(uuid4().hex)
        plan = steps.announce(partner, data, "Plan").expect(201).json()
        [part] = plan["parts"]
        partner.request("PUT", part["url"], data, part["headers"]).expect(200)
        partner.post_json(f"{UPLOADS}/{plan['id']}/complete", None).expect(200)
        partner.get("/documenten/uploaden").expect(200)

    def send_in_parts() -> None:
        partner = office.once("partner", office.partner)
        data = os.urandom(MULTIPART_FROM + 1)
        plan = steps.announce(partner, data, "Groot").expect(201).json()
        for part in partner.get(f"{UPLOADS}/{plan['id']}").expect(200).json()["parts"]:
            piece = data[part["start"] : part["start"] + part["size"]]
            partner.request("PUT", part["url"], piece, part["headers"]).expect(200)
        partner.post_json(f"{UPLOADS}/{plan['id']}/complete", None).expect(200)

    def sign_in_by_mail() -> None:
        member, browser = _partner(office), office.browser()
        email = partners.address_of(member)
        home = steps.sign_in_by_mail(browser, office.mailbox, HOME, email)
        form = browser.follow(home).expect(200).form(f"{HOME}/uitloggen")
        chosen = browser.post(f"{HOME}/kiezen", {**form.fields, "lid": member})
        page = browser.follow(chosen).expect(200)
        browser.submit(page, f"{HOME}/uitloggen").expect(303)
        assert browser.get(HOME).location == f"{HOME}/inloggen"

    words = wording.words(office, "/documenten/beheer/mails/invitation/nl")
    return [upload_and_decide, announce_again, send_in_parts, sign_in_by_mail, words]


def inbox(office: Office) -> Sequence[Work]:
    function = "documents-inbox"

    def welcome_and_part() -> None:
        member = f"lid-{uuid4().hex[:10]}"
        key = f"directory/{member}.json"
        contact = ContactHandover(
            member_id=member, slug=member, name="Iemand", email=f"{member}@example.org"
        )
        office.put_handover(key, contact)
        office.handle(function, ContactShared(member_id=member, handover_key=key))
        assert not office.there("HandoverBucket", key), "a hand-over is removed once it is read"
        office.handle(function, MemberWithdrawn(member_id=member), version=2)

    def refresh() -> None:
        office.handle(function, DocumentPublished(document_id="nobody"))

    def take_away() -> None:
        office.handle(function, DocumentWithdrawn(document_id="nobody"))

    def forget_name() -> None:
        document = office.once("named", office.published)
        stored = office.find("documents", f"DOCUMENT#{document}")
        office.change("documents", stored, shared_by="Iemand")
        member, version = stored["member_id"], office.once("version", lambda: [100])
        version[0] += 1
        office.handle(function, MemberWithdrawn(member_id=member), version=version[0])
        left = office.find("documents", f"DOCUMENT#{document}")
        assert not left.get("shared_by"), "who leaves is named no more"

    return [welcome_and_part, refresh, take_away, forget_name]


def mail(office: Office) -> Sequence[Work]:
    function = "documents-mail"

    def tell() -> None:
        published = DocumentPublished(document_id=office.published())
        office.take(function, office.handle(function, published))

    def try_again() -> None:
        published = DocumentPublished(document_id=office.published())
        with office.backstage.denied(function, "ses:SendEmail"), suppress(AssertionError):
            office.handle(function, published)
        office.handle(function, published)

    def tell_the_sender() -> None:
        office.handle(function, DocumentDeclined(document_id=office.once("sent", office.inspected)))

    def send_a_code() -> None:
        email, browser = partners.address_of(_partner(office)), office.browser()
        page = browser.get(f"{HOME}/inloggen").expect(200)
        browser.submit(page, f"{HOME}/inloggen", email=email).expect(303)
        request = codes.hash_of(browser.jar["__Secure-vraag"].value)
        office.handle(function, PartnerSignInAsked(request_id=request))
        assert office.mailbox.to(email, "Je code om in te loggen"), "no code was mailed"

    sample = wording.sample(office, function, DocumentsTestMailAsked, "invitation")
    return [tell, try_again, tell_the_sender, send_a_code, sample]


def relay(office: Office) -> Sequence[Work]:
    return relaying(office, "documents", NOBODY)


def sweep(office: Office) -> Sequence[Work]:
    return sweeping(office, "documents", NOBODY)


def nightly(office: Office) -> Sequence[Work]:
    def forget() -> None:
        office.once("shown", office.published)  # the front page's part is made of these
        document = _expired(office)
        office.on_schedule("documents-nightly")
        assert not office.backstage.items("documents", f"DOCUMENT#{document}"), "its time was over"
        assert not office.there("DocumentsLibraryBucket", document), "and so was its file's"

    return [forget]


def inspect(office: Office) -> Sequence[Work]:
    def look_inside() -> None:
        document = _arrived(office)
        _inspect(office, document)

    def look_again() -> None:
        document = _arrived(office)
        _inspect(office, document)
        stored = office.find("documents", f"DOCUMENT#{document}", sk="DOCUMENT")
        version = _put_again(office, document)
        office.change("documents", stored, state="received", version_id=version)
        _inspect(office, document)  # its copy lies in the library already

    return [look_inside, look_again]


def _partner(office: Office) -> str:
    """The id of somebody who may upload."""
    member = partners.hand_over(office.platform)
    wait_for("a partner", lambda: office.backstage.items("documents", f"PARTNER#{member}"))
    return member


def _inspect(office: Office, document: str) -> None:
    key = quarantine_key(document)
    s3 = office.client("s3")
    bucket = office.platform.values["DocumentsQuarantineBucket"]
    version = s3.head_object(Bucket=bucket, Key=key)["VersionId"]
    described = {"object": {"key": key, "versionId": version}}
    arrival = {"eventName": "ObjectCreated:Put", "s3": described}
    office.take("documents-inspect", json.dumps({"Records": [arrival]}))
    stored = office.find("documents", f"DOCUMENT#{document}", sk="DOCUMENT")
    assert stored["state"] == "inspected"
    assert not office.there("DocumentsQuarantineBucket", key), "quarantine is emptied"


def _arrived(office: Office) -> str:
    """A file in quarantine that nobody has looked at: the inspection is paused."""
    title = f"Plan {uuid4().hex[:10]}"
    return steps.upload(office.once("partner", office.partner), DATA, title)


def _put_again(office: Office, document: str) -> str:
    answer = office.client("s3").put_object(
        Bucket=office.platform.values["DocumentsQuarantineBucket"],
        Key=quarantine_key(document),
        Body=DATA,
    )
    return str(answer["VersionId"])


def _expired(office: Office) -> str:
    document = office.inspected()
    stored = office.find("documents", f"DOCUMENT#{document}")
    office.change("documents", stored, keep_until="2020-01-01T00:00:00.000000+0000")
    return document
