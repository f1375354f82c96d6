"""The `OidcClient` port."""

from medianest.adapters.upstream import Limits

QUICK = Limits(total=5.0, attempts=1, breaker_threshold=1000)
REDIRECT = "https://nest.example.org/api/v1/auth/oidc/own/callback"
