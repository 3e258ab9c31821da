"""Files are served from an origin of their own, by headers that let them do nothing there."""

import asyncio
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from yarl import URL

from infra import template
from infra.local import rules
from infra.local.library_door import LibraryDoor
from infra.paths import service_folder

SIGNED = "/library/a%20b?X-Amz-Signature=1&response-content-type=a%2Fb"


def resources() -> dict[str, Any]:
    found: dict[str, Any] = template.load(service_folder("documents") / "resources.yaml")
    return dict(found["Resources"])


def test_every_file_is_inert() -> None:
    headers = rules.library_headers()
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    policy = resources()["LibraryHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    assert all(part["Override"] for part in policy["SecurityHeadersConfig"].values())


def test_cloudfront_hands_the_signature_on_and_signs_nothing_itself() -> None:
    """It would give everybody everything: the signature is what opens the bucket."""
    found = resources()
    config = found["LibraryDoor"]["Properties"]["DistributionConfig"]
    [origin] = config["Origins"]
    assert origin["DomainName"] == {"Fn::GetAtt": ["Library", "RegionalDomainName"]}
    assert "OriginAccessControlId" not in origin
    assert origin["S3OriginConfig"] == {"OriginAccessIdentity": ""}
    query = found["LibraryQuery"]["Properties"]["OriginRequestPolicyConfig"]
    assert query["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    assert query["HeadersConfig"] == {"HeaderBehavior": "none"}, "Host must be the bucket's"
    behaviour = config["DefaultCacheBehavior"]
    assert behaviour["ResponseHeadersPolicyId"] == {"Ref": "LibraryHeaders"}
    assert behaviour["OriginRequestPolicyId"] == {"Ref": "LibraryQuery"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", SIGNED, 200), ("HEAD", SIGNED, 200), ("PUT", SIGNED, 403), ("GET", "/other/x", 404)],
)
def test_locally_the_same(method: str, path: str, status: int) -> None:
    asyncio.run(_ask(method, path, status))


async def _ask(method: str, path: str, status: int) -> None:
    seen: list[web.Request] = []

    async def bucket(request: web.Request) -> web.Response:
        seen.append(request)
        return web.Response(body=b"%PDF", headers={"Content-Type": "text/html", "x-amz-id": "1"})

    s3 = web.Application()
    s3.router.add_route("*", "/{key:.*}", bucket)
    async with TestServer(s3) as behind, ClientSession() as client:
        endpoint = str(behind.make_url("")).rstrip("/")
        door: LibraryDoor | None = None

        async def handle(request: web.Request) -> web.Response:
            assert door
            return await door.handle(client, request) if door.is_for(request) else _not_for_it()

        front = web.Application()
        front.router.add_route("*", "/{key:.*}", handle)
        async with TestServer(front) as server:
            host = f"{server.host}:{server.port}"
            door = LibraryDoor(host, endpoint, "library", rules.library_headers())
            async with client.request(method, URL(f"http://{host}{path}", encoded=True)) as answer:
                assert answer.status == status
                if status == 404:
                    return
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert "sandbox" in answer.headers["Content-Security-Policy"]
                assert "x-amz-id" not in answer.headers
        if status == 200:
            assert seen[0].raw_path == SIGNED
            assert seen[0].host == f"{behind.host}:{behind.port}", "the name that was signed"
        else:
            assert seen == []


def _not_for_it() -> web.Response:
    return web.Response(status=404)
