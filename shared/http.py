"""The edge: routes that deny by default, and one place that turns errors into answers.

Everything that knows Chalice stands here and in `shared.answers`; views are plain functions from
a `Request` to an `Answer`.
"""

import functools
import hmac
import os
from collections.abc import Callable
from importlib import import_module
from typing import Any, Literal
from urllib.parse import quote

import msgspec
from chalice.app import Blueprint, Chalice, Response

from shared import auth, aws, pages
from shared.answers import BINARY, Answer, Cookie, File, Html, Json, SeeOther, Text, to_chalice
from shared.auth import codes
from shared.clock import SystemClock
from shared.errors import (
    Forbidden,
    Invalid,
    MailSignInNeeded,
    Malformed,
    NotFound,
    PlekkenError,
    SignInNeeded,
    Unavailable,
    UnsupportedMediaType,
)
from shared.flash import FLASH_COOKIE, Undo
from shared.observability import aws_code, correlated, log, log_error, wordless
from shared.request import (
    LONGEST_PART,
    MEMBER_COOKIE,
    MEMBER_HOMES,
    MOST_FIELDS,
    SESSION_COOKIE,
    BodyTooLarge,
    Request,
    from_chalice,
)
from shared.settings import Settings, load

__all__ = [
    "BY_MAIL",
    "OWN_PAGES",
    "PUBLIC",
    "SIGNED_IN",
    "Access",
    "Answer",
    "App",
    "Cookie",
    "Endpoint",
    "File",
    "Html",
    "Json",
    "Request",
    "Router",
    "SeeOther",
    "Text",
    "Undo",
    "member_of",
    "organiser",
]

Kind = Literal["page", "form", "json"]
SIGN_IN = "/beheer/inloggen"
IN_FUNCTION = "AWS_LAMBDA_FUNCTION_NAME"  # the runtime sets it
PROBLEM = "application/problem+json"
PROBLEM_TYPE = "urn:plekken:problem:"


class Access(msgspec.Struct, frozen=True):
    """Who may use a route. `own_pages` refuses a POST that another site's page sent.

    `right` is asked for in the whole service, for the `{event}` in the path, or, with `somewhere`,
    for any event: then the view itself shows only what may be seen. `by_mail` asks for a session of
    a member or partner (shared.auth.codes); the view checks whose entries it may touch.
    """

    service: str = ""
    right: auth.Right | None = None
    somewhere: bool = False
    own_pages: bool = False
    signed_in: bool = False
    by_mail: bool = False


PUBLIC = Access()
OWN_PAGES = Access(own_pages=True)
SIGNED_IN = Access(own_pages=True, signed_in=True)  # any organiser, whatever their roles
BY_MAIL = Access(own_pages=True, by_mail=True)  # a member or partner of this service


def organiser(service: str, right: auth.Right = "work", *, somewhere: bool = False) -> Access:
    """Only organisers with this right in `service`."""
    return Access(service=service, right=right, somewhere=somewhere, own_pages=True, signed_in=True)


class Endpoint(msgspec.Struct, frozen=True):
    """One route, as the access matrix and OpenAPI see it."""

    method: str
    path: str
    kind: Kind
    access: Access
    view: Callable[..., Answer]
    body: type[Any] | None = None
    most_fields: int = MOST_FIELDS


class App(Chalice):
    """A service's Chalice app: no debug output, no CORS unless a route asks for it, and no error
    that a trigger's caller would print with its message.
    """

    def __init__(self, service: str) -> None:
        super().__init__(app_name=service, debug=False)
        self.api.binary_types += BINARY
        self.register_middleware(_without_message, "all")
        self._later: list[str] = []

    def later(self, module: str) -> None:
        """Have the routes of this module's `router`, but load them when one is first asked for.

        Outside a function they are there at once: Chalice lists them when it packages.
        """
        self._later.append(module)
        if IN_FUNCTION not in os.environ:
            self._load_later()

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        """Answer a request of API Gateway, which sends only what was packaged as a route."""
        if event.get("requestContext", {}).get("resourcePath") not in self.routes:
            self._load_later()
        return super().__call__(event, context)

    def _load_later(self) -> None:
        while self._later:
            with wordless("import.failed"):
                self.register_blueprint(import_module(self._later[0]).router.blueprint)
            del self._later[0]


def _without_message(event: Any, get_response: Callable[[Any], Any]) -> Any:
    with wordless("function.crashed"):
        return get_response(event)


class Router:
    """A service's routes. Each one must say who may use it."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.blueprint = Blueprint(f"chalicelib.{service}")
        self.endpoints: list[Endpoint] = []

    def page(self, path: str, *, access: Access) -> Callable[[Callable[..., Answer]], Any]:
        """GET an HTML page."""
        return self._route("GET", path, "page", access)

    def form(
        self, path: str, *, access: Access, most_fields: int = MOST_FIELDS
    ) -> Callable[[Callable[..., Answer]], Any]:
        """POST a form; errors are answered as pages."""
        return self._route("POST", path, "form", access, most_fields=most_fields)

    def get(self, path: str, *, access: Access) -> Callable[[Callable[..., Answer]], Any]:
        """GET a JSON document."""
        return self._route("GET", path, "json", access)

    def post(
        self, path: str, *, access: Access, body: type[Any] | None = None
    ) -> Callable[[Callable[..., Answer]], Any]:
        """POST JSON; the view gets the decoded `body` as its second argument."""
        return self._route("POST", path, "json", access, body)

    def delete(self, path: str, *, access: Access) -> Callable[[Callable[..., Answer]], Any]:
        """DELETE, answered in JSON."""
        return self._route("DELETE", path, "json", access)

    def _route(
        self,
        method: str,
        path: str,
        kind: Kind,
        access: Access,
        body: type[Any] | None = None,
        most_fields: int = MOST_FIELDS,
    ) -> Callable[[Callable[..., Answer]], Any]:
        def register(view: Callable[..., Answer]) -> Callable[..., Answer]:
            endpoint = Endpoint(method, path, kind, access, view, body, most_fields)
            self.endpoints.append(endpoint)
            # Mail scanners and link checkers send HEAD.
            methods = ["GET", "HEAD"] if method == "GET" else [method]
            # "*/*": Chalice's own 415 knows neither our languages nor problem+json.
            route = self.blueprint.route(path, methods=methods, content_types=["*/*"])
            route(self._entry(endpoint))
            return view

        return register

    def _entry(self, endpoint: Endpoint) -> Callable[..., Response]:
        @functools.wraps(endpoint.view)
        def entry(**path: str) -> Response:
            raw = self.blueprint.current_request
            identifier = raw.context.get("requestId")
            with correlated(identifier) as correlation_id, wordless("http.crashed"):
                answer = _answer(self.service, endpoint, raw, correlation_id, path)
                return to_chalice(answer, head_only=raw.method == "HEAD")

        return entry


def _answer(
    service: str, endpoint: Endpoint, raw: Any, correlation_id: str, path: dict[str, str]
) -> Answer:
    wants_json = endpoint.kind == "json"
    try:
        request = from_chalice(raw, service, correlation_id, wants_json=wants_json)
    except BodyTooLarge as error:
        return _refusal(error.request, error)
    request.most_fields = endpoint.most_fields
    try:
        _guard(request, endpoint, path)
        arguments = [request] if endpoint.body is None else [request, _decode(request, endpoint)]
        answer = endpoint.view(*arguments, **path)
        return _without_flash(request, _in_frames(answer))
    except PlekkenError as error:
        return _refusal(request, error)
    except Exception as error:  # noqa: BLE001 - the last place before API Gateway
        if aws_code(error) in aws.THROTTLES:
            return _refusal(request, Unavailable("busy"))
        log_error("http.failed", error, route=endpoint.path, method=endpoint.method)
        return _refusal(request, PlekkenError())


def _guard(request: Request, endpoint: Endpoint, path: dict[str, str]) -> None:
    settings = load(Settings)
    if settings.origin_secret and not hmac.compare_digest(
        request.headers.get("x-origin-secret", "").encode(), settings.origin_secret.encode()
    ):
        raise Forbidden("not_through_front_door")
    if any(len(part) > LONGEST_PART for part in path.values()):
        raise NotFound
    changes = request.method not in ("GET", "HEAD")
    if changes and endpoint.access.own_pages and request.headers.get("origin") != settings.origin:
        raise Forbidden("foreign_origin", "Dit formulier komt van een andere website.")
    if changes and endpoint.kind == "form" and not request.is_form:
        raise UnsupportedMediaType
    if endpoint.access.signed_in:
        _guard_organiser(request, endpoint, path.get("event", ""), changes=changes)
    if endpoint.access.by_mail:
        _guard_member(request, changes=changes)


def _guard_organiser(request: Request, endpoint: Endpoint, event: str, *, changes: bool) -> None:
    token = request.cookies.get(SESSION_COOKIE)
    request.session = auth.session_of(token, SystemClock()) if token else None
    if request.session is None:
        raise SignInNeeded
    if not _has_right(request.session.organiser, endpoint.access, event):
        raise Forbidden
    if changes:
        _guard_form(request, request.session)


def _guard_member(request: Request, *, changes: bool) -> None:
    session = member_of(request)
    if session is None:
        raise MailSignInNeeded
    if changes:
        _guard_form(request, session)


def member_of(request: Request) -> auth.MemberSession | None:
    """The session of who signed in by mail, which is the request's from now on."""
    token = request.cookies.get(MEMBER_COOKIE)
    request.member = codes.member_session(request.service, token, SystemClock()) if token else None
    return request.member


def _guard_form(request: Request, session: auth.Hashed) -> None:
    given = request.form.get("csrf_token") or request.headers.get("x-csrf-token", "")
    if not auth.csrf_matches(session, given):
        raise Forbidden("csrf", "Deze pagina is te oud. Ga terug, ververs hem en probeer opnieuw.")


def _has_right(who: auth.Organiser, access: Access, event: str) -> bool:
    if access.right is None:
        return True
    if access.somewhere:
        return who.may_somewhere(access.service, access.right)
    return who.may(access.service, access.right, event)


def _decode(request: Request, endpoint: Endpoint) -> Any:
    if request.content_type != "application/json":
        raise UnsupportedMediaType
    assert endpoint.body is not None  # noqa: S101 - `_answer` asked
    try:
        return msgspec.json.decode(request.body, type=endpoint.body)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$.")
        raise Invalid(fields={place.rstrip("`") or "body": message}) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed from error


def _in_frames(answer: Answer) -> Answer:
    sites = load(Settings).frame_ancestors
    if sites and isinstance(answer, Html) and answer.embeddable:
        policy = {**answer.policy, "frame-ancestors": sites}
        return msgspec.structs.replace(answer, policy=policy)
    return answer


def _without_flash(request: Request, answer: Answer) -> Answer:
    if isinstance(answer, Html) and FLASH_COOKIE in request.cookies:
        spent = Cookie(FLASH_COOKIE, "", max_age=0)
        return msgspec.structs.replace(answer, cookies=(*answer.cookies, spent))
    return answer


def _refusal(request: Request, error: PlekkenError) -> Answer:
    log("http.refused", status=error.status, code=error.code)
    if request.wants_json:
        return problem(request, error)
    if isinstance(error, MailSignInNeeded):
        return SeeOther(pages.link(f"{MEMBER_HOMES[request.service]}/inloggen", request.language))
    if isinstance(error, SignInNeeded):
        return SeeOther(f"{SIGN_IN}?verder={quote(_return_path(request))}")
    detail = "" if error.title == type(error).title else pages.say(request, error.title)
    text = pages.render(
        request,
        "error.html",
        status=error.status,
        detail=detail,
        correlation_id=request.correlation_id,
    )
    return Html(text, status=error.status)


def _return_path(request: Request) -> str:
    return request.url() if request.method in ("GET", "HEAD") else request.path


def problem(request: Request, error: PlekkenError) -> Json:
    """The error as RFC 9457 problem details, in the caller's language."""

    details: dict[str, Any] = {
        "type": PROBLEM_TYPE + error.code,
        "title": pages.say(request, error.title),
        "status": error.status,
        "code": error.code,
        "instance": request.correlation_id,
    }
    if error.fields:
        details["errors"] = {name: pages.say(request, text) for name, text in error.fields.items()}
    if error.figures:
        details["figures"] = error.figures
    # RFC 9110 15.5.2 wants a challenge; programs send the key of a mailed link.
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, SignInNeeded) else {}
    return Json(details, status=error.status, headers=headers, content_type=PROBLEM)
