"""`If-Match`: a change that names the version it was made for (RFC 9110, 13.1.1).

Our tags are weak (`W/"12"`: the same version, not the same bytes), and a stream's version is all that two people
can collide on; so, unlike the RFC, a weak tag is accepted here.
"""

import re
from typing import Annotated, Final

from litestar.params import HeaderParameter

from medianest.adapters.http.foundation.problems import FieldError, HttpProblem, PreconditionFailed

_TAG: Final = re.compile(r'(?:W/)?"([1-9][0-9]{0,17})(?:-[0-9a-f]{1,64})?"', re.ASCII)

IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match",
        schema_extra={"pattern": r'^(\*|(W/)?"[1-9][0-9]{0,17}(-[0-9a-f]{1,64})?")$'},
        description='The version that the change was made for, as its `ETag` said it (`W/"12"`); `*` for any.',
    ),
]
"""For `if_match: IfMatch = None` in a handler."""


def expected_version(if_match: str | None) -> int | None:
    """The version that the header names; None for no header and for `*`. Raises HttpProblem 400 `invalid_if_match`."""
    if if_match is None or if_match.strip() == "*":
        return None
    if match := _TAG.fullmatch(if_match.strip()):
        return int(match.group(1))
    message = 'One version as the ETag said it, such as W/"12", or *.'
    raise HttpProblem(400, "invalid_if_match", message, errors=[FieldError(field="If-Match", message=message)])


def ensure_version(if_match: str | None, current: int) -> None:
    """Raises PreconditionFailed (412 `stale_version`) when the header names another version than `current`."""
    expected = expected_version(if_match)
    if expected is not None and expected != current:
        raise PreconditionFailed(current)


def version_tag(version: int) -> str:
    """The value of `ETag` for a resource at this version."""
    return f'W/"{version}"'
