"""An OpenID Connect provider by whose word people come in."""

from typing import Annotated

from medianest.main.settings.form import HTTP, Secret, about
from medianest.main.settings.mail import Mail

SCOPE = r"[\x21\x23-\x5b\x5d-\x7e]+"


class OpenIdConnect(Mail, frozen=True, kw_only=True):
    """One provider, and what it has a say in."""

    oidc_issuer: Annotated[
        str | None,
        about(
            "The OpenID Connect provider (Authelia, Authentik, Keycloak, ...) that people may sign in at: its issuer, "
            "exactly as it writes it, with or without a slash at the end. Goes together with "
            "`MEDIANEST_OIDC_CLIENT_ID`; the address to register there is below `MEDIANEST_PUBLIC_URL`.",
            example="https://id.example.org",
            form="an http:// or https:// address without a password in it",
            pattern=HTTP,
            is_exact=True,
        ),
    ] = None
    oidc_client_id: Annotated[
        str | None,
        about(
            "What MediaNest is called there.",
            example="medianest",
            form="a text of printable ASCII characters",
            pattern=r"[\x20-\x7e]+",
        ),
    ] = None
    oidc_client_secret: Annotated[
        Secret | None,
        about(
            "Its secret there. Unset, it is a public client, which PKCE alone protects.",
            example="<the secret that the provider shows>",
            form="a text of printable ASCII characters",
            pattern=r"[\x20-\x7e]+",
        ),
    ] = None
    oidc_name: Annotated[
        str,
        about(
            "What people know the provider as: they are offered to sign in with it.",
            example="The family's accounts",
            form="a text of one line, at most 60 characters",
            pattern=r".{1,60}",
        ),
    ] = "OpenID Connect"
    oidc_scopes: Annotated[
        str,
        about(
            "What is asked for there. Some providers show groups only to those who ask for `groups`.",
            example="openid profile email groups",
            form="a list of scopes, separated by spaces, with openid among them",
            pattern=rf"({SCOPE} +)*openid( +{SCOPE})*",
        ),
    ] = "openid profile email"
    oidc_role_claim: Annotated[
        str | None,
        about(
            "The claim that says who is an administrator; dots lead into a claim, as in `realm_access.roles`. Set, "
            "the provider decides at each sign-in, and whoever is no administrator there is none here. Unset, it has "
            "no say. Goes together with `MEDIANEST_OIDC_ADMIN_VALUES`.",
            example="groups",
            form="the name of a claim",
            pattern=r"\S.{0,99}",
        ),
    ] = None
    oidc_admin_values: Annotated[
        str | None,
        about(
            "The values of that claim that make an administrator.",
            example="medianest-owners, admins",
            form="a list of values, separated by commas",
            pattern=r"\s*[^\s,][^,]*(,\s*[^\s,][^,]*)*",
        ),
    ] = None
    oidc_link_by_email: Annotated[
        bool,
        about(
            "Whether whoever the provider says owns the e-mail address of an account here comes in as that account, "
            "once a letter proved the address here: their password was reset by one. Others sign in and link it. "
            "Turn it `on` only for a provider that verifies addresses, and whose owner you trust with every account.",
            example="on",
            form="on or off",
        ),
    ] = False
    oidc_registration: Annotated[
        bool,
        about(
            "Whether whoever has an account there becomes a member here at the first sign-in. Off, people link the "
            "account they have here, or need an invitation.",
            example="on",
            form="on or off",
        ),
    ] = False
