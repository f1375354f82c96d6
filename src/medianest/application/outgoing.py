"""Which addresses that people give may be called: server-side request forgery is answered with a refusal.

A webhook or an identity provider is called from inside the owner's network, where a stranger has no business. So an
address that somebody gave over HTTP is looked at twice: as it is written, when it is given (`check`), and as it is
resolved, whenever a connection is made (`permits`; adapters/upstream/guard.py). Only the second can be relied on; the
first is there to say so at once. What the owner set in the environment is theirs and is not looked at.
"""

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import ClassVar, Final, Self

from medianest.application.networks import Address, Network, is_within, networks_of, plain
from medianest.domain.kernel import RefusalKind, Refused

# Special-purpose addresses: the IANA registries for IPv4 and IPv6 (RFC 6890 and its updates). Written out, since what
# `ipaddress` takes for global differs between releases of Python.
NOT_PUBLIC: Final = networks_of(
    "0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.0.0.0/24, 192.0.2.0/24,"
    "192.88.99.0/24, 192.168.0.0/16, 198.18.0.0/15, 198.51.100.0/24, 203.0.113.0/24, 224.0.0.0/4, 240.0.0.0/4,"
    "2001::/23, 2001:db8::/32, 2002::/16, 3fff::/20"
)
"""What lies in `GLOBAL_UNICAST`, or is IPv4, and leads to nobody in particular, or to somebody here."""

GLOBAL_UNICAST: Final = networks_of("2000::/3")
"""All of IPv6 that is handed out (RFC 4291, 2.4): the rest is loopback, link-local, ULA, multicast or reserved."""

METADATA: Final = networks_of(
    "169.254.169.254, 169.254.170.2, 169.254.170.23, 100.100.100.200, 168.63.129.16, 192.0.0.192, 169.254.42.42,"
    "fd00:ec2::254, fd00:ec2::23, fd20:ce::254, fd00:42::42"
)
"""Where clouds tell their machines' own keys to whoever asks from inside: never to be called for anybody."""

NAT64: Final = networks_of("64:ff9b::/96")
"""The well-known prefix, under which a network without IPv4 reaches it (RFC 6052)."""

NAT64_LOCAL: Final = networks_of("64:ff9b:1::/48")
"""Prefixes of a network's own for the same (RFC 8215)."""

_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?P<host>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?))(?::(?P<port>\d{1,5}))?(?:[/?][!-~]*)?",
    re.IGNORECASE | re.ASCII,
)
_NUMBER: Final = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)
_LOOPBACK: Final = (IPv4Address("127.0.0.1"), IPv6Address("::1"))


class AddressNotAllowed(Refused):
    code: ClassVar[str] = "address_not_allowed"
    kind: ClassVar[RefusalKind] = "invalid"
    text: ClassVar[str] = (
        "This address leads into a private network, or to nowhere. Give one that can be reached from the internet, or "
        "have the owner of this server allow the network by MEDIANEST_ALLOW_PRIVATE_ADDRESSES."
    )


@dataclass(frozen=True, slots=True)
class AllowedAddresses:
    """What may be called besides the internet: nothing, all, or the networks of the owner."""

    networks: Sequence[Network] = ()
    is_all: bool = False

    @classmethod
    def of(cls, setting: str) -> Self:
        """`off`, `on`, or networks separated by commas. Raises ValueError."""
        match setting.strip().lower():
            case "off":
                return cls()
            case "on":
                return cls(is_all=True)
            case networks:
                return cls(networks_of(networks))

    def permits(self, address: Address) -> bool:
        """Whether a connection may be made to this address."""
        found = plain(address)
        if any(is_within(form, METADATA) for form in (found, *_embedded(found))):
            return False
        if isinstance(found, IPv6Address) and is_within(found, NAT64) and not is_within(found, self.networks):
            found = _low(found)  # the translator calls that one
        return self.is_all or is_within(found, self.networks) or _is_public(found)

    def check(self, url: str) -> None:
        """Raises AddressNotAllowed for what is no plain http or https address, and for one whose host is, in whichever
        notation, an address that is not permitted. Names are not resolved here."""
        if (match := _URL.fullmatch(url)) is None:
            raise AddressNotAllowed(
                "An address looks like https://host:port/path, in ASCII (xn--...) and without name or password."
            )
        port = int(match["port"] or 443)
        if port not in (80, 443) and not 1024 <= port <= 65535:
            raise AddressNotAllowed("An address has port 80, 443, or one from 1024 on.")
        addresses = _literal(match["ipv6"] or match["host"].lower())
        if not all(self.permits(address) for address in addresses):
            raise AddressNotAllowed


def _literal(host: str) -> Sequence[Address]:
    """The address that `host` spells; both of them for localhost; none for a name. Raises AddressNotAllowed for what
    resolvers read as a number, each in its own way."""
    host = host.removesuffix(".")
    last = host.rpartition(".")[2]
    if last == "localhost":  # and all names below it (RFC 6761, 6.3)
        return _LOOPBACK
    try:
        if ":" in host:
            return (ip_address(host),)
        if _NUMBER.fullmatch(last):  # 2130706433, 0x7f.1, 017700000001: what resolvers take for IPv4
            return (IPv4Address(socket.inet_aton(host)),)
    except (ValueError, OSError):
        raise AddressNotAllowed from None
    return ()


def _is_public(address: Address) -> bool:
    if is_within(address, NOT_PUBLIC):
        return False
    return isinstance(address, IPv4Address) or is_within(address, GLOBAL_UNICAST)


def _embedded(address: Address) -> Sequence[IPv4Address]:
    """The IPv4 addresses that an IPv6 address may be a way to."""
    if isinstance(address, IPv4Address):
        return ()
    found = [_low(address), *(address.teredo or ())]
    if address.sixtofour is not None:
        found.append(address.sixtofour)
    if is_within(address, NAT64_LOCAL):
        octets = address.packed  # RFC 6052, 2.2: prefixes of 48, 56 and 64 bits, with octet 8 left out
        spreads = ((6, 7, 9, 10), (7, 9, 10, 11), (9, 10, 11, 12))
        found += [IPv4Address(bytes(octets[at] for at in spread)) for spread in spreads]
    return found


def _low(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFF_FFFF)
