"""OpenID Connect behind the `OidcClient` port: authlib speaks OAuth, joserfc reads what is signed."""

from medianest.adapters.oidc.client import AuthlibOidcClient

__all__ = ["AuthlibOidcClient"]
