"""The library's origin: what its CloudFront distribution does in AWS, by the same rules.

It is the front door's other name, 127.0.0.1: to a browser that is another origin than localhost.
"""

from dataclasses import dataclass

from aiohttp import ClientSession, web
from multidict import CIMultiDict
from yarl import URL

METHODS = frozenset({"GET", "HEAD"})
ASKED = frozenset({"range", "if-range", "if-none-match", "if-modified-since"})
RETURNED = frozenset(
    {"accept-ranges", "content-disposition", "content-range", "content-type", "etag"}
    | {"last-modified"}
)


@dataclass(frozen=True)
class LibraryDoor:
    """Hands a signed address on under the bucket's own name, which is the one that was signed."""

    host: str  # of the library's origin
    endpoint: str  # where the embedded AWS serves buckets
    bucket: str
    headers: dict[str, str]

    def is_for(self, request: web.Request) -> bool:
        """Whether the request is for a file in the library."""
        return request.host == self.host and request.path.startswith(f"/{self.bucket}/")

    async def handle(self, client: ClientSession, request: web.Request) -> web.Response:
        """Answer with the file, or with what S3 says."""
        if request.method not in METHODS:
            return web.Response(status=403, headers=self.headers)
        url = URL(self.endpoint + request.raw_path, encoded=True)
        asked = {name: value for name, value in request.headers.items() if name.lower() in ASKED}
        async with client.request(request.method, url, headers=asked) as answer:
            headers = CIMultiDict(
                (name, value) for name, value in answer.headers.items() if name.lower() in RETURNED
            )
            headers.update(self.headers)
            return web.Response(status=answer.status, body=await answer.read(), headers=headers)
