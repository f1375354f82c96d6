"""Every projection by its name."""

from collections.abc import Mapping
from typing import Final

from medianest.projections.dashboard import DASHBOARD
from medianest.projections.inbox import INBOX
from medianest.projections.kernel import AnyProjection
from medianest.projections.request_board import REQUEST_BOARD
from medianest.projections.user_directory import USER_DIRECTORY

PROJECTIONS: Final[Mapping[str, AnyProjection]] = {
    projection.name: projection for projection in (REQUEST_BOARD, USER_DIRECTORY, INBOX, DASHBOARD)
}
