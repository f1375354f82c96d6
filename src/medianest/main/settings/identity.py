"""Who may come in, by which ways, and what is asked of them."""

from typing import Annotated, Literal

from medianest.main.settings.form import about
from medianest.main.settings.oidc import OpenIdConnect


class Identity(OpenIdConnect, frozen=True, kw_only=True):
    """Registration, second factors, providers."""

    open_registration: Annotated[
        bool | None,
        about(
            "Whether anybody who finds this server may register as a member. Off, people need an invitation. Set here, "
            "it is fixed; otherwise administrators change it while the server runs.",
            example="on",
            form="on or off",
            default="not set: `off` until an administrator changes it",
        ),
    ] = None
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
        Literal["off", "admins", "everybody"] | None,
        about(
            "Who has to enrol a second factor (an authenticator app): until they have, they can do nothing else here. "
            "Whoever wants one may enrol it in any case. Set here, it is fixed; otherwise administrators change it "
            "while the server runs.",
            example="admins",
            form="off, admins or everybody",
            default="not set: `off` until an administrator changes it",
        ),
    ] = None
