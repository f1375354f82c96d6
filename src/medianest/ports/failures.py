"""The world said no. (The domain's no is `Refused`; anything else is a bug.)"""

from typing import ClassVar


class Unavailable(Exception):
    """Something outside did not answer as it should; trying again later may help.

    `code` is stable, `retry_after` is in seconds. The text is for people and never holds a secret or an address
    with credentials.
    """

    code: ClassVar[str] = "unavailable"
    text: ClassVar[str] = "A part of MediaNest is not reachable at the moment. Try again shortly."

    def __init__(self, detail: str | None = None, *, retry_after: float = 5.0) -> None:
        super().__init__(detail or self.text)
        self.retry_after = retry_after


class LogUnavailable(Unavailable):
    code = "log_unavailable"
    text = "The database is not reachable at the moment. Nothing was lost; try again shortly."


class ViewsBehind(Unavailable):
    code = "views_behind"
    text = "The views have not caught up yet. It is tried again by itself."


class ViewNotBuilt(Unavailable):
    code = "view_not_built"
    text = "What this shows is being built from the log. Try again shortly."


class TooBusy(Unavailable):
    code = "too_busy"
    text = "Too many people changed the same thing at once. Try again."


class MetadataUnavailable(Unavailable):
    code = "metadata_unavailable"
    text = "The Movie Database does not answer at the moment. Try again shortly."


class MetadataNotConfigured(Unavailable):
    code = "metadata_not_configured"
    text = "No key for The Movie Database is set. The owner sets MEDIANEST_TMDB_TOKEN and starts again."


class GatewayUnavailable(Unavailable):
    code = "gateway_unavailable"
    text = "The request gateway does not answer at the moment. It is tried again by itself."
