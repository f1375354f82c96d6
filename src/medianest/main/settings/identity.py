"""Who may come in, by which ways, and what is asked of them."""

from typing import Annotated, Literal

from medianest.main.settings.form import about
from medianest.main.settings.oidc import OpenIdConnect


class Identity(OpenIdConnect, frozen=True, kw_only=True):
    """Registration, second factors, providers."""

    open_registration: Annotated[
        bool,
        about(
            "Whether anybody who finds this server may register as a member. Off, people need an invitation.",
            example="on",
            form="on or off",
        ),
    ] = False
    plex_registration: Annotated[
        bool,
        about(
            "Whether whoever has access to your Plex Media Server becomes a member here at the first sign-in by Plex. "
            "Off, people link the account they have here, or need an invitation.",
            example="off",
            form="on or off",
        ),
    ] = True
    require_second_factor: Annotated[
        Literal["off", "admins", "everybody"],
        about(
            "Who has to enrol a second factor (an authenticator app): until they have, they can do nothing else here. "
            "Whoever wants one may enrol it in any case.",
            example="admins",
            form="off, admins or everybody",
        ),
    ] = "off"
