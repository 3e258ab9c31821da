"""The local front door: what CloudFront does in AWS, by the same rules."""

import asyncio
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, web
from botocore.exceptions import ClientError as AwsRefused
from multidict import CIMultiDict
from yarl import URL

from infra.local.library_door import LibraryDoor
from infra.local.rules import Rules

LARGEST_BODY = 10 * 1024 * 1024  # bytes; API Gateway's own limit
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)
NOT_RETURNED = HOP_BY_HOP | {"content-length", "content-encoding", "date", "server"}
COMPRESSED = ("text/", "application/json", "application/javascript", "image/svg", "application/geo")


@dataclass(frozen=True)
class Target:
    """What stands behind the front door."""

    origin: str  # our own address
    apis: dict[str, str]  # origin name to base address
    origin_secret: str
    s3: Any
    web_bucket: str
    library: LibraryDoor


def build(rules: Rules, target: Target) -> web.Application:
    """Return the application; the caller adds local-only routes and runs it."""
    door = FrontDoor(rules, target)
    app = web.Application(client_max_size=LARGEST_BODY)
    app.router.add_route("*", "/{path:(?!_local/).*}", door.handle)
    app.cleanup_ctx.append(door.connections)
    return app


class FrontDoor:
    """Sends each request where the rules say."""

    def __init__(self, rules: Rules, target: Target) -> None:
        self._rules = rules
        self._target = target
        self._host = urlsplit(target.origin).netloc
        self._static: dict[str, tuple[bytes, dict[str, str]]] = {}
        self._client: ClientSession | None = None

    async def connections(self, _: web.Application) -> Any:
        """Keep one pool of connections to the services while the application runs."""
        async with ClientSession(
            cookie_jar=DummyCookieJar(), timeout=ClientTimeout(total=60), auto_decompress=True
        ) as self._client:
            yield

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        if self._target.library.is_for(request):
            assert self._client is not None  # noqa: S101 - set while the application runs
            return await self._target.library.handle(self._client, request)
        if request.host != self._host and request.method in {"GET", "HEAD"}:
            raise web.HTTPFound(self._target.origin + request.raw_path)
        behaviour = self._rules.behaviour_for(request.path)
        if behaviour.origin == "web":
            response = await self._from_bucket(request)
        else:
            response = await self._from_service(request, behaviour.origin)
        for name, value in behaviour.unless_set.items():
            response.headers.setdefault(name, value)
        response.headers.update(behaviour.always)
        if response.headers.get("Content-Type", "").startswith(COMPRESSED):
            response.enable_compression()
        return response

    async def _from_service(self, request: web.Request, origin: str) -> web.Response:
        assert self._client is not None  # noqa: S101 - set while the application runs
        headers = CIMultiDict(
            (name, value)
            for name, value in request.headers.items()
            if name.lower() in self._rules.forwarded
        )
        headers.update(self._rules.asked[origin])
        headers["X-Origin-Secret"] = self._target.origin_secret
        headers["CloudFront-Viewer-Address"] = f"{request.remote}:0"
        url = URL(self._target.apis[origin] + request.raw_path, encoded=True)
        sent = await request.read()
        try:
            async with self._client.request(
                request.method,
                url,
                headers=headers,
                data=BytesIO(sent) if sent else None,  # as a file: a large one in pieces
                allow_redirects=False,
            ) as answer:
                body = await answer.read()
        except (ClientError, TimeoutError):
            return web.Response(status=502, text="De dienst antwoordt niet.\n")
        response = web.Response(status=answer.status, body=body)
        response.headers.popall("Content-Type", None)
        for name, value in answer.headers.items():
            if name.lower() not in NOT_RETURNED:
                response.headers.add(name, value)
        return response

    async def _from_bucket(self, request: web.Request) -> web.Response:
        key = request.path.lstrip("/")
        if key not in self._static:
            try:
                found = await asyncio.to_thread(
                    self._target.s3.get_object, Bucket=self._target.web_bucket, Key=key
                )
            except AwsRefused:
                return web.Response(status=403, text="Access Denied\n")
            headers = {"Content-Type": found["ContentType"]}
            if "CacheControl" in found:
                headers["Cache-Control"] = found["CacheControl"]
            content = await asyncio.to_thread(found["Body"].read)
            if key.endswith("manifest.json"):
                return web.Response(body=content, headers=headers)
            self._static[key] = (content, headers)
        content, headers = self._static[key]
        return web.Response(body=content, headers=headers)
