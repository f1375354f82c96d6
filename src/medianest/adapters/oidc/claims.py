"""Who somebody is, from what the provider claims: the signed ID token first, then its userinfo endpoint."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from medianest.ports.oidc import OidcIdentity, Provider

LONGEST_EMAIL: Final = 254
LONGEST_NAME: Final = 100
MOST_VALUES: Final = 500
"""Groups of one person. More than that is nobody's."""

NAMES: Final = ("name", "preferred_username", "nickname")

Claims = Mapping[str, Any]


def is_complete(claims: Claims, provider: Provider) -> bool:
    """Whether there is nothing left to ask the userinfo endpoint for."""
    return (
        _email(claims) is not None
        and "email_verified" in claims
        and _name(claims) is not None
        and (provider.role_claim is None or _at(claims, provider.role_claim) is not None)
    )


def identity_from(signed: Claims, asked: Claims, provider: Provider) -> OidcIdentity:
    """`signed`: the claims of the ID token; `asked`: those of userinfo about the same subject, empty where it was not
    needed. What both speak of is taken from the signed ones."""
    email, is_verified = _address(signed, asked)
    values = None if provider.role_claim is None else _at(signed, provider.role_claim)
    if values is None and provider.role_claim is not None:
        values = _at(asked, provider.role_claim)
    return OidcIdentity(
        issuer=provider.issuer,
        subject=signed["sub"],
        email=email,
        is_email_verified=is_verified,
        name=_name(signed) or _name(asked),
        role_values=_words(values),
    )


def _address(signed: Claims, asked: Claims) -> tuple[str | None, bool]:
    """An address and whether it is verified, in one breath: a word about one address says nothing of another."""
    email, other = _email(signed), _email(asked)
    if email is None:
        return other, other is not None and _is_verified(asked)
    says_more = "email_verified" not in signed and other == email
    return email, _is_verified(asked if says_more else signed)


def _email(claims: Claims) -> str | None:
    match claims.get("email"):
        case str(email) if 3 <= len(email) <= LONGEST_EMAIL and email.isprintable() and "@" in email[1:-1]:
            return email
    return None


def _is_verified(claims: Claims) -> bool:
    """A boolean (Core, 5.1). Some providers write it as a text."""
    return claims.get("email_verified") in (True, "true")


def _name(claims: Claims) -> str | None:
    for claim in NAMES:
        match claims.get(claim):
            case str(name) if words := " ".join("".join(c if c.isprintable() else " " for c in name).split()):
                return words[:LONGEST_NAME].strip()
    return None


def _at(claims: Claims, path: str) -> Any:
    """The claim of that name, or the one that a path with dots leads to; None where there is none."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _words(values: Any) -> tuple[str, ...]:
    """A text, or a list with texts in it."""
    match values:
        case str():
            return (values,)
        case Sequence():
            return tuple(value for value in values[:MOST_VALUES] if isinstance(value, str))
    return ()
