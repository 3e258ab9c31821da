"""The edge: routes that deny by default, and one place that turns errors into answers.

Everything that knows Chalice stands here and in `shared.answers`; views are plain functions from
a `Request` to an `Answer`.
"""

import functools
import hmac
from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import quote

import msgspec
from chalice.app import Blueprint, Chalice, Response

from shared import auth, aws, pages
from shared.answers import Answer, Cookie, File, Html, Json, SeeOther, to_chalice
from shared.clock import SystemClock
from shared.errors import (
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    PlekkenError,
    SignInNeeded,
    Unavailable,
    UnsupportedMediaType,
)
from shared.observability import aws_code, correlated, log, log_error, wordless
from shared.request import (
    FLASH_COOKIE,
    LONGEST_PART,
    SESSION_COOKIE,
    BodyTooLarge,
    Request,
    from_chalice,
)
from shared.settings import Settings, load

__all__ = [
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
    "organiser",
]

Kind = Literal["page", "form", "json"]
SIGN_IN = "/beheer/inloggen"
PROBLEM = "application/problem+json"
PROBLEM_TYPE = "urn:plekken:problem:"


class Access(msgspec.Struct, frozen=True):
    """Who may use a route. `own_pages` refuses a POST that another site's page sent."""

    service: str = ""
    at_least: auth.Role | None = None
    own_pages: bool = False
    signed_in: bool = False


PUBLIC = Access()
OWN_PAGES = Access(own_pages=True)
SIGNED_IN = Access(own_pages=True, signed_in=True)  # any organiser, whatever their roles


def organiser(service: str, at_least: auth.Role = "organiser") -> Access:
    """Only organisers with at least this role in `service`."""
    return Access(service=service, at_least=at_least, own_pages=True, signed_in=True)


class Endpoint(msgspec.Struct, frozen=True):
    """One route, as the access matrix and OpenAPI see it."""

    method: str
    path: str
    kind: Kind
    access: Access
    view: Callable[..., Answer]
    body: type[Any] | None = None


class App(Chalice):
    """A service's Chalice app: no debug output, no CORS unless a route asks for it, and no error
    that a trigger's caller would print with its message.
    """

    def __init__(self, service: str) -> None:
        super().__init__(app_name=service, debug=False)
        self.register_middleware(_without_message, "all")


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

    def form(self, path: str, *, access: Access) -> Callable[[Callable[..., Answer]], Any]:
        """POST a form; errors are answered as pages."""
        return self._route("POST", path, "form", access)

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
        self, method: str, path: str, kind: Kind, access: Access, body: type[Any] | None = None
    ) -> Callable[[Callable[..., Answer]], Any]:
        def register(view: Callable[..., Answer]) -> Callable[..., Answer]:
            endpoint = Endpoint(method, path, kind, access, view, body)
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
        _guard_organiser(request, endpoint, changes=changes)


def _guard_organiser(request: Request, endpoint: Endpoint, *, changes: bool) -> None:
    token = request.cookies.get(SESSION_COOKIE)
    request.session = auth.session_of(token, SystemClock()) if token else None
    if request.session is None:
        raise SignInNeeded
    access, who = endpoint.access, request.session.organiser
    if access.at_least is not None and not who.may(access.service, access.at_least):
        raise Forbidden
    given = request.form.get("csrf_token") or request.headers.get("x-csrf-token", "")
    if changes and not auth.csrf_matches(request.session, given):
        raise Forbidden("csrf", "Deze pagina is te oud. Ga terug, ververs hem en probeer opnieuw.")


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
