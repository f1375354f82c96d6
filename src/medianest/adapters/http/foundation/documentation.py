"""`/schema`: the OpenAPI document and a page that shows it, which loads nothing from outside."""

import asyncio
import gzip
import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, Router, get
from litestar.enums import MediaType, OpenAPIMediaType
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.params import HeaderParameter
from litestar.response import Redirect

from medianest.adapters.http.foundation.access import OPT, Access
from medianest.adapters.http.foundation.openapi import schema_of
from medianest.adapters.http.foundation.problems import NotFound

PATH: Final = "/schema"
_PAGE_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # Swagger UI sets style attributes; styles can load nothing from here
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_ASSETS: Final = {
    "page.js": "text/javascript",
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "LICENSE": "text/plain",
}


class DocumentPlugin(OpenAPIRenderPlugin):
    """Litestar's place for the document, filled with ours."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json", media_type=OpenAPIMediaType.OPENAPI_JSON, favicon="")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002
        return _document(request.app)


class PagePlugin(OpenAPIRenderPlugin):
    """The page for people."""

    def __init__(self) -> None:
        super().__init__(path="/", media_type=MediaType.HTML, favicon="")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002
        return _asset("page.html").plain


class _Asset(msgspec.Struct, frozen=True):
    plain: bytes
    packed: bytes
    tag: str


@lru_cache
def _asset(name: str) -> _Asset:
    plain = files("medianest.adapters.http.docs").joinpath(name).read_bytes()
    return _Asset(plain, gzip.compress(plain, 9, mtime=0), f'W/"{hashlib.sha256(plain).hexdigest()[:24]}"')


@lru_cache(4)
def _document(app: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(schema_of(app)), indent=1)


@get([f"/{name}" for name in _ASSETS])
async def read_asset(
    request: Request[Any, Any, Any],
    accept_encoding: Annotated[str, HeaderParameter(name="Accept-Encoding")] = "",
) -> Response[bytes]:
    """A file of the page. Packed once, since the bundle is large."""
    name = request.scope["path"].removeprefix(f"{PATH}/")
    asset = await asyncio.to_thread(_asset, name)
    headers = {"ETag": asset.tag, "Cache-Control": "public, no-cache", "Vary": "Accept-Encoding"}
    if "gzip" in accept_encoding:
        return Response(asset.packed, media_type=_ASSETS[name], headers={**headers, "Content-Encoding": "gzip"})
    return Response(asset.plain, media_type=_ASSETS[name], headers=headers)


@get("/", opt={OPT: Access.PUBLIC}, include_in_schema=False)
async def show_the_way() -> Redirect:
    """Whoever opens the address at which MediaNest says it is: there is no page of its own there."""
    return Redirect(PATH, status_code=307)


async def _finish(response: Response[Any]) -> Response[Any]:
    """Litestar answers unknown paths below the document's with a page of its own; here a 404 is a 404."""
    if response.status_code == 404:
        raise NotFound
    if response.media_type == MediaType.HTML:
        response.headers["Content-Security-Policy"] = _PAGE_POLICY
    return response


def documentation_router() -> Router:
    return Router(
        PATH, route_handlers=[read_asset], include_in_schema=False, opt={OPT: Access.PUBLIC}, after_request=_finish
    )
