"""Networks as people write them in settings, and whether an address lies in one."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def networks_of(text: str) -> tuple[Network, ...]:
    """The networks in `text`, separated by commas: `192.168.1.0/24`, or one address, which is a network of its own.

    An empty text holds none. Raises ValueError for anything else, for a network with bits beyond its length (which of
    the two was meant?), and for one of length 0: everybody is no network.
    """
    networks = tuple(ip_network(part.strip()) for part in text.split(",")) if text.strip() else ()
    if any(network.prefixlen == 0 for network in networks):
        raise ValueError("a network of length 0 is everybody")
    return networks


def plain(address: Address) -> Address:
    """The IPv4 address that an IPv4-mapped one stands for (RFC 4291, 2.5.5.2), which is also how a socket that
    listens on `::` names its IPv4 peers; any other as it is, without its zone."""
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Address(int(address))


def is_within(address: Address, networks: Iterable[Network]) -> bool:
    """Whether the address is in one of the networks; one of the other family never is."""
    found = plain(address)
    return any(found.version == network.version and found in network for network in networks)
