"""Where somebody is sent back to after they signed in elsewhere: to a page of ours, whatever the address says.

A return address comes from a link that anybody can write. One that leads outside would hand people who trust our name
to a stranger (an open redirect; OWASP ASVS 5.0, 3.7.2).
"""

import re
from typing import ClassVar, Final
from urllib.parse import unquote

from medianest.domain.kernel import RefusalKind, Refused

LONGEST: Final = 2048
"""Characters."""

_FORM: Final = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*([?#][A-Za-z0-9._~!$&'()*+,;=:@%/?#\[\]-]*)?", re.ASCII)
"""A path, query and fragment of RFC 3986: no backslash, which browsers read as a slash, no space, no control character,
which they leave out, and nothing beyond ASCII."""

_STRAY_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


class ReturnAddressOutside(Refused):
    code: ClassVar[str] = "return_address_outside"
    kind: ClassVar[RefusalKind] = "invalid"
    text: ClassVar[str] = "The address to return to is a path of this server, such as /requests."


def inside(path: str) -> str:
    """`path`, if it is an absolute path of ours (with query and fragment, if any). Raises ReturnAddressOutside.

    However often a proxy, a router or a browser unpacks it, no part of the path is empty, a dot or two, or holds what
    is not allowed unpacked: `//host`, `/%2f/host`, `/%255chost` and `/..//host` are one and the same to somebody.
    """
    if len(path) > LONGEST or not _FORM.fullmatch(path) or _STRAY_PERCENT.search(path):
        raise ReturnAddressOutside
    seen = re.split(r"[?#]", path, maxsplit=1)[0]
    while True:
        if not _is_sane(seen):
            raise ReturnAddressOutside
        unpacked = unquote(seen, errors="surrogateescape")
        if unpacked == seen:
            return path
        seen = unpacked


def _is_sane(path: str) -> bool:
    parts = path.removeprefix("/").removesuffix("/").split("/")
    is_whole = all(part not in ("", ".", "..") for part in parts) or path == "/"
    return is_whole and path.isprintable() and "\\" not in path
