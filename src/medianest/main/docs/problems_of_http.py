"""What the HTTP layer itself refuses: code, status, what it means. A test compares codes and statuses with the code of
the adapter."""

from collections.abc import Sequence
from typing import Final

Row = tuple[str, int, str]

HTTP_PROBLEMS: Final[Sequence[Row]] = (
    ("ambiguous_moment", 400, "A version and a time are both given: say one."),
    ("bad_request", 400, "This is not valid HTTP, or not for this address."),
    ("body_too_large", 413, "A body has at most 1 MiB, a report of Plex 6 MiB."),
    ("confirmation_required", 401, "Prove once more who you are (`POST /api/v1/auth/confirm`), and do it again."),
    ("csrf_missing", 403, "Changes by cookie need the token of `GET /api/v1/csrf` in `X-CSRF-Token`."),
    ("csrf_wrong", 403, "The token in `X-CSRF-Token` is not the cookie's, or not of this session."),
    ("event_unreadable", 503, "A newer release wrote what concerns this, and this process has to be upgraded first."),
    ("head_too_large", 431, "The head of the request is too long, or has too many fields."),
    ("idempotency_key_reused", 422, "This `Idempotency-Key` came with another request before."),
    ("if_match_not_taken", 400, "This change is made to nothing that has versions. Send it without `If-Match`."),
    ("internal_error", 500, "A fault inside MediaNest. It was written down, under the correlation id."),
    ("invalid_body", 400, "The body is not what this operation expects; `errors` says where."),
    ("invalid_cursor", 400, "The cursor does not belong to this query. Start again from the first page."),
    ("invalid_if_match", 400, "`If-Match` holds one version as the `ETag` said it, or `*`."),
    ("invalid_parameter", 400, "A parameter is missing, repeated, or not what it should be; `errors` names it."),
    ("invalid_token", 401, "The token or key has expired, was revoked, or is not valid."),
    ("method_not_allowed", 405, "This address answers other methods: `Allow` names them."),
    ("no_room_for_streams", 503, "This process has as many live streams open as it can."),
    ("not_allowed", 403, "The caller lacks the role or the permission, or it is an API key; the text says which."),
    ("not_found", 404, "There is nothing here, or nothing that the caller may see."),
    ("not_signed_in", 401, "Sign in first."),
    ("origin_not_allowed", 403, "The page that asks is of another origin (`MEDIANEST_CORS_ORIGINS`)."),
    ("plex_pin_expired", 410, "The PIN has expired, or was used. Begin anew."),
    ("scope_missing", 403, "The API key lacks the scope that the text names."),
    ("second_factor_enrolment_required", 403, "This server requires a second factor of you: enrol one first."),
    ("stale_version", 412, "It was changed meanwhile; `ETag` has the version that it is at. Read it again."),
    ("stopping", 503, "The process ends. Whether a change was made is not known: look, or send it with its key again."),
    ("too_many_connections", 503, "The process holds as many connections as it can."),
    ("too_many_requests", 429, "A budget is used up; `RateLimit` says which."),
    ("too_many_streams", 429, "You have as many live streams open as one person may. Close one."),
    ("too_slow", 408, "The head or the body of the request did not come to its end in time."),
    ("two_credentials", 400, "Two different tokens or keys came with this. Send one."),
    ("unknown_name", 400, "There is no such action or category of events."),
    ("unknown_parameter", 400, "This operation knows no such parameter."),
    ("unsupported_content_coding", 415, "Send the body as it is: nothing is unpacked."),
    ("unsupported_media_type", 415, "The body has to be `application/json`, a report of Plex `multipart/form-data`."),
    ("webhook_refused", 401, "The `Authorization` of the webhook is not what the settings say."),
)
