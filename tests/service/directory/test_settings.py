"""The network's settings: who may change them, what is refused, and where they are shown."""

import io
import os
from typing import Any

import boto3
import pytest
from PIL import Image

from chalicelib.directory.repository import Repository
from chalicelib.platform.logos import LARGEST_LOGO
from shared import auth, network
from shared.ids import new_id
from tests.service.browser import Answer, Browser, sign_in

from .conftest import items

SETTINGS = "/beheer/instellingen"
LOGO = f"{SETTINGS}/logo"
FORM = {
    "name": "SAMEN030",
    "tagline": "Samen voor de wijk",
    "contact": "info@example.org",
    "main_colour": "#5b0d4c",
    "accent_colour": "",
    "sender_name": "Team SAMEN030",
    "reply_to": "antwoord@example.org",
}


@pytest.fixture
def owner(visitor: Browser, repository: Repository) -> Browser:
    auth.save_organiser(auth.Organiser("own-1", "o@example.org", "O", {auth.PLATFORM: "owner"}))
    return sign_in(visitor, "own-1")


def save(browser: Browser, version: int = 0, **changes: str) -> Answer:
    return browser.post(SETTINGS, {**FORM, "version": str(version), **changes})


def notes() -> list[str]:
    found = items("AUDIT#", "ACCESS_TABLE")
    return [item["action"] for item in found if item["item"] == "network"]


def test_only_an_owner_of_the_platform_may(visitor: Browser, repository: Repository) -> None:
    roles: Any = {"registration": "owner", auth.PLATFORM: "organiser"}
    auth.save_organiser(auth.Organiser("org-9", "x@example.org", "X", roles))
    browser = sign_in(visitor, "org-9")
    assert browser.get(SETTINGS).status == browser.get(LOGO).status == 403
    assert save(browser).status == 403
    assert visitor.get(SETTINGS).status == 303


def test_what_is_saved_stands_on_every_page_and_in_the_audit_log(owner: Browser) -> None:
    assert save(owner).location == SETTINGS
    page = owner.get("/privacy").text
    assert "SAMEN030" in page
    assert "Samen voor de wijk" in page
    assert "mailto:info@example.org" in page
    assert "/huisstijl.css?main=5b0d4c" in page
    assert network.newest().version == 1
    assert notes() == ["network.changed"]
    assert "SAMEN030" not in str(items("AUDIT#", "ACCESS_TABLE"))


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("name", " ", "Vul een naam in."),
        ("name", "x" * 61, "Dit is te lang."),
        ("contact", "", "Vul een e-mailadres in."),
        ("contact", "a@example.org\r\nBcc: b@example.org", "Dit is geen e-mailadres."),
        ("reply_to", "niemand", "Dit is geen e-mailadres."),
        ("main_colour", "rood", "Een kleur is een #"),
        ("main_colour", "#ff8800", "het contrast is 2,0 op 1"),
        ("accent_colour", "#1b2b29", "het contrast is 1,0 op 1"),
    ],
)
def test_what_is_refused_keeps_what_was_typed(
    owner: Browser, field: str, text: str, says: str
) -> None:
    answer = save(owner, **{field: text, "tagline": "Dit blijft staan"})
    assert answer.status == 422
    assert says in answer.text
    assert "Dit blijft staan" in answer.text
    assert network.newest().version == 0


def test_the_shade_that_is_proposed_is_taken(owner: Browser) -> None:
    refused = save(owner, main_colour="#FF8800").text
    proposed = refused.split("en wel kan: ")[1][:7]
    assert save(owner, main_colour=proposed).status == 303
    assert network.newest().main_colour == proposed


def test_colours_are_shown_before_they_are_saved(owner: Browser) -> None:
    answer = save(owner, do="preview", accent_colour="#ffcc00")
    assert answer.status == 200
    assert "/huisstijl.css?main=5b0d4c&amp;accent=ffcc00" in answer.text
    assert 'value="SAMEN030"' in answer.text
    assert network.newest().version == 0


def test_the_second_owner_sees_what_changed_and_keeps_what_they_typed(owner: Browser) -> None:
    assert save(owner, name="Eerste").status == 303
    answer = save(owner, name="Tweede", tagline="Van de tweede")
    assert answer.status == 409
    assert "Iemand anders heeft de instellingen net veranderd" in answer.text
    assert "<dd>Eerste</dd>" in answer.text
    assert 'value="Tweede"' in answer.text
    assert 'name="version" value="1"' in answer.text
    assert network.newest().name == "Eerste"
    assert save(owner, version=1, name="Tweede").status == 303
    assert (network.newest().name, network.newest().version) == ("Tweede", 2)
    assert notes() == ["network.changed"] * 2


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 12])
def test_a_form_without_its_version_is_too_old(owner: Browser, version: str) -> None:
    assert owner.post(SETTINGS, {**FORM, "version": version}).status == 422


def test_require_totp_is_a_setting(owner: Browser) -> None:
    assert save(owner, require_totp="ja").status == 303
    assert network.newest().require_totp
    assert 'value="ja" checked' in owner.get(SETTINGS).text
    assert save(owner, version=1).status == 303
    assert not network.newest().require_totp


# the style sheet


def test_the_style_sheet_follows_from_its_address(visitor: Browser) -> None:
    answer = visitor.get("/huisstijl.css?main=5b0d4c&accent=ffcc00")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert "--act:#5b0d4c" in answer.text
    assert "--sun:#ffcc00" in answer.text
    assert "prefers-color-scheme:dark" in answer.text
    only_accent = visitor.get("/huisstijl.css?accent=ffcc00").text
    assert "--act" not in only_accent
    only_main = visitor.get("/huisstijl.css?main=a35700").text
    assert "--sun:#f4bf3d" not in only_main, "the standard accent in a shade that suits it"


@pytest.mark.parametrize(
    "query", ["", "?main=ff8800", "?main=x", "?main=5b0d4c&accent=000000", "?main=%7D*%7B"]
)
def test_no_style_sheet_that_nobody_can_read(visitor: Browser, query: str) -> None:
    answer = visitor.get(f"/huisstijl.css{query}")
    assert answer.status == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_colours_no_page_asks_for_one(visitor: Browser) -> None:
    assert "huisstijl" not in visitor.get("/privacy").text


# the logo


def stored() -> dict[str, bytes]:
    s3 = boto3.client("s3")
    found = s3.list_objects_v2(Bucket=os.environ["WEB_BUCKET"]).get("Contents", [])
    return {
        one["Key"]: s3.get_object(Bucket=os.environ["WEB_BUCKET"], Key=one["Key"])["Body"].read()
        for one in found
    }


def upload(data: bytes, clock: Any) -> str:
    """What the browser does with the form; answers the id of the upload."""
    sent = new_id(clock)
    boto3.client("s3").put_object(
        Bucket=os.environ["WEB_BUCKET"], Key=f"incoming/{sent}", Body=data
    )
    return sent


def picture(width: int = 120, height: int = 60, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "#0b4a3e").save(file, kind)
    return file.getvalue()


def test_the_form_sends_the_file_to_a_place_that_we_chose(owner: Browser) -> None:
    page = owner.get(LOGO).text
    assert 'enctype="multipart/form-data"' in page
    assert 'value="incoming/' in page
    assert f"{LOGO}?verstuurd=" in page


def test_a_sent_logo_is_shown_after_a_button(owner: Browser, clock: Any) -> None:
    sent = upload(picture(), clock)
    page = owner.get(f"{LOGO}?verstuurd={sent}&bucket=b&key=k&etag=e")
    assert "Gebruik dit logo" in page.text
    assert network.newest().logo == "", "a GET changes nothing"
    assert owner.post(LOGO, {"verstuurd": sent, "version": "0"}).location == SETTINGS
    found = network.newest()
    assert set(stored()) == {f"static/{found.logo}"}
    front = owner.get("/privacy").text
    assert f'<img src="/static/{found.logo}" alt="" width="72" height="36">' in front
    at = boto3.client("s3").head_object(Bucket=os.environ["WEB_BUCKET"], Key=f"static/{found.logo}")
    assert at["ContentType"] == "image/png"
    assert "immutable" in at["CacheControl"]
    assert notes() == ["network.logo_changed"]


def test_a_new_logo_takes_the_place_of_the_old_one(owner: Browser, clock: Any) -> None:
    for version, kind in enumerate(("PNG", "WEBP", "WEBP")):
        sent = upload(picture(kind=kind), clock)
        assert owner.post(LOGO, {"verstuurd": sent, "version": str(version)}).status == 303
    assert set(stored()) == {f"static/{network.newest().logo}"}
    assert owner.post(f"{LOGO}/verwijderen", {"version": "3"}).status == 303
    assert stored() == {}
    assert "/static/logo-" not in owner.get("/privacy").text


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "Dit is geen PNG-"),
        (b"\x89PNG\r\n\x1a\n", "Dit is geen PNG-"),
        (picture() + b"\0" * LARGEST_LOGO, "hoogstens 500 kB"),
        (picture(2001, 2001), "hoogstens 2000 pixels"),
        (picture(500, 100), "hoogstens vier keer"),
    ],
)
def test_what_is_no_logo_is_refused(owner: Browser, clock: Any, data: bytes, says: str) -> None:
    answer = owner.post(LOGO, {"verstuurd": upload(data, clock), "version": "0"})
    assert answer.status == 422
    assert says in answer.text
    assert 'type="file"' in answer.text, "choose again at once"
    assert not [key for key in stored() if key.startswith("static/")]


@pytest.mark.parametrize("sent", ["", "../static/plekken.css", "0" * 25, "x" * 26])
def test_an_upload_has_an_id_of_ours(owner: Browser, sent: str) -> None:
    assert owner.post(LOGO, {"verstuurd": sent, "version": "0"}).status == 404


def test_an_upload_that_never_came(owner: Browser) -> None:
    answer = owner.post(LOGO, {"verstuurd": "0" * 26, "version": "0"})
    assert answer.status == 422
    assert "niet aangekomen" in answer.text


def test_a_logo_after_somebody_elses_change(owner: Browser, clock: Any) -> None:
    assert save(owner).status == 303
    sent = upload(picture(), clock)
    answer = owner.post(LOGO, {"verstuurd": sent, "version": "0"})
    assert answer.status == 409
    assert "Gebruik dit logo" in answer.text
    assert 'name="version" value="1"' in answer.text
    assert network.newest().name == FORM["name"]
    assert owner.post(LOGO, {"verstuurd": sent, "version": "1"}).status == 303
    assert network.newest().name == FORM["name"]
