"""Every projection by its name."""

from collections.abc import Mapping
from typing import Final

from medianest.projections.api_keys import API_KEYS
from medianest.projections.dashboard import DASHBOARD
from medianest.projections.inbox import INBOX
from medianest.projections.invitations import INVITATIONS
from medianest.projections.kernel import AnyProjection
from medianest.projections.linked_accounts import LINKED_ACCOUNTS
from medianest.projections.media_servers import MEDIA_SERVERS
from medianest.projections.oidc_providers import OIDC_PROVIDERS
from medianest.projections.request_board import REQUEST_BOARD
from medianest.projections.user_directory import USER_DIRECTORY

PROJECTIONS: Final[Mapping[str, AnyProjection]] = {
    projection.name: projection
    for projection in (
        REQUEST_BOARD,
        USER_DIRECTORY,
        INBOX,
        DASHBOARD,
        INVITATIONS,
        API_KEYS,
        LINKED_ACCOUNTS,
        OIDC_PROVIDERS,
        MEDIA_SERVERS,
    )
}
