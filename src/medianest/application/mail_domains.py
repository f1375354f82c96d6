"""The domain of an e-mail address, as DNS asks for it.

Names beyond ASCII travel as ASCII (`xn--...`). What becomes of them is IDNA 2008 (RFC 5891) after the mapping of
UTS 46, non-transitional, as in browsers: IDNA 2003, which Python's own codec speaks, makes `fussball.de` of
`fußball.de`. These are two owners' domains by now, and the letters of one must not go to the other.
"""

import idna

from medianest.domain.kernel import Refused


class AddressUnreachable(Refused):
    code, kind = "address_unreachable", "invalid"
    text = (
        "No letter could reach this e-mail address: what stands behind the @ is no domain name. Look how it is spelled."
    )


def in_dns(domain: str) -> str | None:
    """In ASCII, or None where there can be no such name. What is ASCII already stays as it is."""
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except UnicodeError:
        return None


def as_read(domain: str) -> str | None:
    """In one spelling for all that lead to the same place, as people read it: in lower case, and with each letter that
    tells it from another domain. None where there can be no such name."""
    try:
        return idna.decode(domain, uts46=True)
    except UnicodeError:
        return None


def ensure_reachable(email: str) -> None:
    """Raises AddressUnreachable for a domain beyond ASCII that there cannot be. More is proved by a letter alone."""
    if in_dns(email.strip().rpartition("@")[2]) is None:
        raise AddressUnreachable
