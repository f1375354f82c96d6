"""Reading an answer's body within bounds."""

import zlib

import httpx

GZIP = 16 + zlib.MAX_WBITS
ENCODINGS = "gzip"
"""What we ask for: the one encoding that can be unpacked piece by piece within a limit."""


class AnswerTooLarge(httpx.ReadError):
    """The body, as sent or once unpacked, is larger than we are willing to hold."""


async def read_body(response: httpx.Response, *, limit: int) -> bytes:
    """The unpacked body, at most `limit` bytes; never much more is held, whatever a small packed body unpacks to.

    Raises AnswerTooLarge, and httpx.DecodingError for a body that is packed otherwise, damaged or cut short.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip"):
        raise httpx.DecodingError("the answer is packed in a way that was not asked for")
    unpack = zlib.decompressobj(GZIP) if encoding.endswith("gzip") else None
    parts: list[bytes] = []
    size = sent = 0
    async for raw in response.aiter_raw():
        part = raw if unpack is None else _unpack(unpack, raw, limit - size + 1)
        sent += len(raw)
        size += len(part)
        if size > limit:
            raise AnswerTooLarge(f"the answer is larger than {limit} bytes")
        parts.append(part)
    if unpack is not None and sent and not unpack.eof:
        raise httpx.DecodingError("the packed answer was cut short")
    return b"".join(parts)


def _unpack(unpack: "zlib._Decompress", raw: bytes, most: int) -> bytes:
    try:
        return unpack.decompress(raw, most)
    except zlib.error:
        raise httpx.DecodingError("the packed answer is damaged") from None
