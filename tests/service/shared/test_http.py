"""The guarded router: who gets in, and what every refusal looks like."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from chalice.test import Client

from shared import auth, settings
from shared.access import SessionItem
from shared.errors import Conflict, Invalid
from shared.http import (
    OWN_PAGES,
    PUBLIC,
    SIGNED_IN,
    App,
    File,
    Html,
    Json,
    Router,
    SeeOther,
    organiser,
)

ORIGIN = "http://localhost:8000"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Body(msgspec.Struct):
    """A body with one field."""

    name: str


def _app() -> App:  # noqa: C901 - one small view per kind of route
    router = Router("registration")

    @router.page("/page/{name}", access=PUBLIC)
    def page(request: Any, name: str) -> Html:
        flash = request.flash.text if request.flash else ""
        text = f"<p>{name} {request.language} {flash}</p>"
        return Html(text, embeddable=True)

    @router.form("/page/{name}/send", access=PUBLIC)
    def send(request: Any, name: str) -> SeeOther:
        if request.form.get("wrong"):
            raise Invalid(fields={"name": "Vul je naam in."})
        return SeeOther(f"/page/{name}", flash="Opgeslagen, é")

    @router.form("/own", access=OWN_PAGES)
    def own(request: Any) -> SeeOther:
        return SeeOther("/")

    @router.page("/desk", access=organiser("registration", "read"))
    def desk(request: Any) -> Html:
        return Html(request.organiser.name)

    @router.page("/start", access=SIGNED_IN)
    def start(request: Any) -> Html:
        return Html(request.organiser.name)

    @router.form("/desk/change", access=organiser("registration"))
    def change(request: Any) -> SeeOther:
        return SeeOther("/desk")

    @router.post("/api", access=PUBLIC, body=Body)
    def api(request: Any, body: Body) -> Json:
        if body.name == "taken":
            raise Conflict("name_taken", figures={"seated": 3})
        if body.name == "crash":
            raise RuntimeError("secret-value")
        return Json(body, status=201)

    @router.get("/file", access=PUBLIC)
    def file(request: Any) -> File:
        return File("naam\né\n".encode(), "lijst één.csv", "text/csv; charset=utf-8")

    app = App("registration")
    app.register_blueprint(router.blueprint)
    return app


@pytest.fixture
def http(mocked_aws: None) -> Any:
    """A client of the app above."""
    with Client(_app()) as client:
        yield client.http


def _sign_in(role: auth.Role) -> dict[str, str]:
    auth.save_organiser(auth.Organiser("o1", "o@example.org", "Olivia", {"registration": role}))
    token = f"token-{role}"
    SessionItem(
        f"SESSION#{auth.hash_of(token)}",
        "SESSION",
        organiser_id="o1",
        started_at=datetime.now(UTC),
        expires_at=datetime.now(UTC) + auth.SESSION_LIFE,
    ).save()
    session = auth.Session(auth.hash_of(token), auth.find_organiser("o1"))  # type: ignore[arg-type]
    return {"Cookie": f"__Host-plekken={token}", "X-Csrf-Token": auth.csrf_token(session)}


def test_a_page_may_not_be_stored_framed_or_run_foreign_code(http: Any) -> None:
    answer = http.get("/page/een")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_only_embeddable_pages_may_stand_in_the_frame_of_a_site_that_the_stage_names(
    http: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAME_ANCESTORS", "https://samen030.example.org")
    settings.forget()
    try:
        public = http.get("/page/een").headers["Content-Security-Policy"]
        desk = http.get("/desk", headers=_sign_in("owner")).headers["Content-Security-Policy"]
    finally:
        monkeypatch.undo()
        settings.forget()
    assert "frame-ancestors https://samen030.example.org" in public
    assert "frame-ancestors 'none'" in desk


def test_head_answers_like_get_without_a_body(http: Any) -> None:
    answer = http.request("HEAD", "/page/een")
    assert (answer.status_code, answer.body) == (200, b"")


def test_english_is_asked_for_in_the_address(http: Any) -> None:
    assert b"een en" in http.get("/page/een?lang=en").body
    assert b"een nl" in http.get("/page/een?lang=fr").body


def test_a_message_is_shown_on_the_next_page_and_only_there(http: Any) -> None:
    answer = http.post("/page/een/send", headers=FORM, body=b"a=1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/page/een")
    (cookie,) = answer.headers["Set-Cookie"]
    assert "HttpOnly; Secure; SameSite=Lax" in cookie
    shown = http.get("/page/een", headers={"Cookie": cookie.partition(";")[0]})
    assert "Opgeslagen, é" in shown.body.decode()
    assert "Max-Age=0" in shown.headers["Set-Cookie"][0]


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ({"Content-Type": "application/json"}, b"{", 400, "malformed"),
        ({"Content-Type": "application/json"}, b"\xff\xfe", 400, "malformed"),
        ({"Content-Type": "text/plain"}, b"{}", 415, "unsupported_media_type"),
        ({}, b"{}", 415, "unsupported_media_type"),
        ({"Content-Type": "application/json"}, b"{}", 422, "invalid"),
        ({"Content-Type": "application/json"}, b'{"name": 3}', 422, "invalid"),
        ({"Content-Type": "application/json"}, b'{"name": "taken"}', 409, "name_taken"),
        ({"Content-Type": "application/json"}, b"x" * 1_000_000, 413, "too_large"),
        ({"Content-Type": "application/json"}, b'{"name": "crash"}', 500, "internal"),
    ],
)
def test_every_refusal_of_the_api_is_a_problem_document(
    http: Any, headers: dict[str, str], body: bytes, status: int, code: str
) -> None:
    answer = http.post("/api", headers=headers, body=body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.body)
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"urn:plekken:problem:{code}"


def test_a_crash_tells_nothing_about_itself_to_anyone(http: Any, capsys: Any) -> None:
    answer = http.post(
        "/api", headers={"Content-Type": "application/json"}, body=b'{"name": "crash"}'
    )
    assert b"secret-value" not in answer.body
    logged = capsys.readouterr().out
    assert "RuntimeError" in logged
    assert "secret-value" not in logged


def test_a_refused_field_is_named(http: Any) -> None:
    json_type = {"Content-Type": "application/json"}
    answer = http.post("/api", headers=json_type, body=b'{"name": 3}')
    assert list(json.loads(answer.body)["errors"]) == ["name"]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (FORM, urlencode({"wrong": "1"}).encode(), 422),
        ({"Content-Type": "application/json"}, b"{}", 415),
        (FORM, b"a" * 1_000_000, 413),
        (FORM, b"naam=%ff%fe", 400),
        (FORM, b"&".join(b"a=1" for _ in range(500)), 400),
    ],
)
def test_every_refusal_of_a_form_is_a_page(
    http: Any, headers: dict[str, str], body: bytes, status: int
) -> None:
    answer = http.post("/page/een/send", headers=headers, body=body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert b"<h1>" in answer.body


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", ORIGIN + ".evil.example"])
def test_a_form_of_another_site_is_refused(http: Any, origin: str | None) -> None:
    headers = FORM if origin is None else {**FORM, "Origin": origin}
    assert http.post("/own", headers=headers, body=b"a=1").status_code == 403
    assert http.post("/own", headers={**FORM, "Origin": ORIGIN}, body=b"a=1").status_code == 303


def test_the_desk_sends_strangers_to_the_sign_in_page_and_back(http: Any) -> None:
    answer = http.get("/desk?page=2")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/beheer/inloggen?verder=/desk%3Fpage%3D2"


def test_a_stolen_or_made_up_cookie_opens_nothing(http: Any) -> None:
    answer = http.get("/desk", headers={"Cookie": "__Host-plekken=made-up"})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("role", "seen", "changed"),
    [("helper", 403, 403), ("reader", 200, 403), ("organiser", 200, 303), ("owner", 200, 303)],
)
def test_a_role_opens_what_it_may_and_nothing_more(
    http: Any, role: auth.Role, seen: int, changed: int
) -> None:
    headers = {**_sign_in(role), **FORM, "Origin": ORIGIN}
    assert http.get("/desk", headers=headers).status_code == seen
    assert http.post("/desk/change", headers=headers, body=b"a=1").status_code == changed


def test_a_page_for_whoever_is_signed_in_asks_for_no_role(http: Any) -> None:
    assert http.get("/start").status_code == 303
    headers = _sign_in("reader")
    auth.save_organiser(auth.Organiser("o1", "o@example.org", "Olivia", {}))
    assert http.get("/start", headers=headers).status_code == 200
    assert http.get("/desk", headers=headers).status_code == 403


def test_a_change_needs_the_token_of_the_same_session(http: Any) -> None:
    headers = {**_sign_in("owner"), **FORM, "Origin": ORIGIN, "X-Csrf-Token": "made-up"}
    assert http.post("/desk/change", headers=headers, body=b"a=1").status_code == 403


def test_who_comes_around_the_front_door_is_refused(
    http: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORIGIN_SECRET", "s" * 32)
    settings.forget()
    try:
        assert http.get("/page/een").status_code == 403
        through = http.get("/page/een", headers={"X-Origin-Secret": "s" * 32})
        assert through.status_code == 200
    finally:
        monkeypatch.undo()
        settings.forget()


def test_a_download_keeps_its_name(http: Any) -> None:
    answer = http.get("/file")
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''lijst%20%C3%A9%C3%A9n.csv"
    )
