"""The routes under `/api/v1`, and who a bearer token speaks for."""

from datetime import timedelta

from litestar import Router
from litestar.di import Provide
from litestar.openapi.spec import Tag

from medianest.adapters.http.acting import provide_acting
from medianest.adapters.http.activity import list_activity
from medianest.adapters.http.api_keys import api_keys_router
from medianest.adapters.http.audit import audit_router
from medianest.adapters.http.auth import auth_router
from medianest.adapters.http.board import media_router
from medianest.adapters.http.browser import get_csrf_token
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.caller import Authenticate, Caller
from medianest.adapters.http.foundation.problems import FRESH_FOR
from medianest.adapters.http.invitations import invitations_router
from medianest.adapters.http.library import library_router
from medianest.adapters.http.links import links_router
from medianest.adapters.http.live import live
from medianest.adapters.http.lockouts import lockouts_router
from medianest.adapters.http.me import me_router
from medianest.adapters.http.media_servers import media_servers_router
from medianest.adapters.http.notifications import notifications_router
from medianest.adapters.http.oidc import oidc_router
from medianest.adapters.http.oidc_providers import oidc_providers_router
from medianest.adapters.http.parked import parked_router
from medianest.adapters.http.passwords import passwords_router
from medianest.adapters.http.pictures import pictures_router
from medianest.adapters.http.plex import plex_router
from medianest.adapters.http.plex_library import plex_library_router
from medianest.adapters.http.projections import projections_router
from medianest.adapters.http.second_factor import second_factor_router, second_factors_of_people_router
from medianest.adapters.http.security_log import security_log_router
from medianest.adapters.http.services import services_router
from medianest.adapters.http.session_analytics import analyse_sessions
from medianest.adapters.http.sessions import sessions_of_people_router, sessions_router
from medianest.adapters.http.settings import settings_router
from medianest.adapters.http.streams import streams_router
from medianest.adapters.http.titles import TMDB_NOTICE
from medianest.adapters.http.trace import trace_router
from medianest.adapters.http.undo import undo_router
from medianest.adapters.http.users import users_router
from medianest.adapters.http.ways import ways_router
from medianest.adapters.http.webhooks import webhooks_router
from medianest.application.people import PeopleBook, permissions_of
from medianest.ports.identity import AccessTokens
from medianest.ports.surroundings import Clock

TAGS = (
    Tag("Signing in", "The first administrator, tokens (for a page: cookies), and who you are."),
    Tag(
        "Films and series",
        "Look for them, ask for them, and see what becomes of it. Wherever titles are shown, say so: "
        f"{TMDB_NOTICE} `GET /api/v1/media/attribution` has it with where to find the logo.",
    ),
    Tag("Notifications", "What you are told, in your inbox and live."),
    Tag("People", "Who lives in the house and what they may do."),
    Tag("Services", "How the servers that MediaNest calls are doing."),
    Tag("Libraries", "The media servers, and what they hold."),
    Tag("Settings", "The rules of the house that change while it runs."),
    Tag("History", "Who did what, when and why; and the views that are made of it."),
    Tag("Webhooks", "What other services report."),
    Tag("Health", "Whether it is well, with figures."),
)
"""In the order in which the documentation page shows them."""


def api() -> Router:
    return Router(
        path="/api/v1",
        route_handlers=[
            auth_router,
            plex_router,
            oidc_router,
            links_router,
            oidc_providers_router,
            me_router,
            sessions_router,
            second_factor_router,
            api_keys_router,
            passwords_router,
            ways_router,
            get_csrf_token,
            users_router,
            sessions_of_people_router,
            second_factors_of_people_router,
            analyse_sessions,
            lockouts_router,
            invitations_router,
            settings_router,
            services_router,
            media_servers_router,
            library_router,
            media_router,
            pictures_router,
            plex_library_router,
            notifications_router,
            live,
            list_activity,
            audit_router,
            security_log_router,
            projections_router,
            streams_router,
            trace_router,
            undo_router,
            parked_router,
            webhooks_router,
        ],
    )


def door_dependencies(door: FrontDoor) -> dict[str, Provide]:
    """What handlers may ask for by name."""
    return {
        "door": Provide(lambda: door, sync_to_thread=False),
        "acting": Provide(provide_acting),
    }


def credentials_of(tokens: AccessTokens, people: PeopleBook, clock: Clock) -> Authenticate:
    """Reads bearer tokens: the person of a session that has not ended, as they are now."""

    async def authenticate(token: str) -> Caller | None:
        now = clock.now()
        session = tokens.read(token, now)
        person = await people.admit(session.user_id, session.session_id) if session is not None else None
        if session is None or person is None:
            return None
        return Caller(
            user_id=person.user_id,
            session_id=session.session_id,
            role=person.role,
            permissions=permissions_of(person),
            session=session,
            is_limited=people.is_limited(person),
            is_fresh=now - session.authenticated_at < timedelta(seconds=FRESH_FOR),
        )

    return authenticate
