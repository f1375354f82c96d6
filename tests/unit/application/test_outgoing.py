"""No spelling of a private address passes for a public one."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest.application.networks import Address, networks_of
from medianest.application.outgoing import METADATA, AddressNotAllowed, AllowedAddresses

NOTHING = AllowedAddresses.of("off")
EVERYTHING = AllowedAddresses.of("on")
PRIVATE = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
    *("224.0.0.0/4", "240.0.0.0/4"),
)
V6_PRIVATE = networks_of(
    "::1, ::, fc00::/7, fe80::/10, fec0::/10, ff00::/8, 100::/64, 2001::/32, 2001:db8::/32, 3fff::/20, 5f00::/16"
)


def within(*texts: str) -> st.SearchStrategy[IPv4Address]:
    networks = [network for text in texts for network in networks_of(text)]
    return st.sampled_from(networks).flatmap(
        lambda network: st.integers(int(network[0]), int(network[-1])).map(IPv4Address)
    )


private_v4 = within(*PRIVATE)


def spelt(number: int, notation: str, octets: int) -> str:
    """One way to write an IPv4 address: 1 to 4 numbers in decimal, octal or hexadecimal, as resolvers take them."""
    parts = [number >> 8 * (3 - at) & 0xFF for at in range(octets - 1)]
    parts.append(number & (1 << 8 * (5 - octets)) - 1)
    form = {"decimal": "{}", "octal": "0{:o}", "padded octal": "000{:o}", "hex": "0x{:x}", "HEX": "0X{:X}"}[notation]
    return ".".join(form.format(part) for part in parts)


v4_hosts = st.builds(
    lambda text, dot: text + dot,
    st.builds(
        spelt,
        private_v4.map(int),
        st.sampled_from(["decimal", "octal", "padded octal", "hex", "HEX"]),
        st.integers(1, 4),
    ),
    st.sampled_from(["", "."]),
)

WRAPPED = [
    lambda v4: IPv6Address(0xFFFF << 32 | v4),  # IPv4-mapped
    IPv6Address,  # IPv4-compatible
    lambda v4: IPv6Address(0x64FF9B << 96 | v4),  # NAT64
    lambda v4: IPv6Address(0x64FF9B0001 << 80 | v4),  # NAT64 of a network's own
    lambda v4: IPv6Address(0x2002 << 112 | v4 << 80 | 1),  # 6to4
    lambda v4: IPv6Address(0x2001 << 112 | v4 ^ 0xFFFFFFFF),  # Teredo
]
private_v6 = st.one_of(
    st.builds(lambda wrap, v4: wrap(int(v4)), st.sampled_from(WRAPPED), private_v4),
    st.sampled_from(V6_PRIVATE).flatmap(lambda found: st.integers(int(found[0]), int(found[-1])).map(IPv6Address)),
)
v6_hosts = st.builds(
    lambda address, form: f"[{form(address)}]",
    private_v6,
    st.sampled_from([str, lambda address: address.exploded, lambda address: str(address).upper()]),
)


@given(
    scheme=st.sampled_from(["http", "https", "HTTP", "hTTps"]),
    host=st.one_of(v4_hosts, v6_hosts, st.sampled_from(["localhost", "LOCALHOST.", "nest.localhost"])),
    port=st.sampled_from(["", ":80", ":8096"]),
    path=st.sampled_from(["", "/", "/.well-known/openid-configuration", "?x=1"]),
)
def test_no_spelling_of_a_private_address_passes(scheme: str, host: str, port: str, path: str) -> None:
    with pytest.raises(AddressNotAllowed):
        NOTHING.check(f"{scheme}://{host}{port}{path}")


@given(address=st.one_of(private_v4, private_v6))
def test_no_connection_to_a_private_address_is_permitted(address: Address) -> None:
    assert not NOTHING.permits(address)


@given(number=st.integers(0, 2**32 - 1))
def test_what_python_calls_private_is_not_permitted_either(number: int) -> None:
    address = IPv4Address(number)
    if not address.is_global or address.is_multicast:
        assert not NOTHING.permits(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://id.example.org",
        "http://id.example.org:8080/realms/house?x=1",
        "https://1.1.1.1/",
        "https://0x01010101/",
        "https://[2606:4700:4700::1111]/",
        "https://[64:ff9b::1.1.1.1]/",
        "https://[::ffff:1.1.1.1]:8443/",
        "https://xn--bcher-kva.example",
        "https://7th.example.org",
        "https://id.example.org./",
    ],
)
def test_a_public_address_passes(url: str) -> None:
    NOTHING.check(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "id.example.org",
        "//id.example.org",
        "ftp://id.example.org",
        "file:///etc/passwd",
        "gopher://id.example.org",
        "https://ben@id.example.org",
        "https://ben:hush@id.example.org",
        "https://id.example.org\\@127.0.0.1/",
        "https://id.example.org#@127.0.0.1/",
        "https://127.0.0.1%00.example.org",
        "https://%6c%6f%63alhost/",
        "https://id.example.org/\r\nX: y",
        " https://id.example.org",
        "https://id.example.org\n",
        "https://\u24dbocalhost/",
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://127\u30020\u30020\u30021/",
        "https://[fe80::1%25eth0]/",
        "https://[v1.x]/",
        "https://[::1",
        "https://256.256.256.256/",
        "https://1.2.3.4.5/",
        "https://08.0.0.1/",
        "https://id.example.org:0",
        "https://id.example.org:22",
        "https://id.example.org:65536",
        "https://..",
        "https://",
    ],
)
def test_what_is_no_plain_address_is_refused_even_if_all_is_allowed(url: str) -> None:
    with pytest.raises(AddressNotAllowed) as refused:
        EVERYTHING.check(url)
    assert "hush" not in str(refused.value)


def test_the_refusal_says_what_to_do() -> None:
    with pytest.raises(AddressNotAllowed, match="MEDIANEST_ALLOW_PRIVATE_ADDRESSES") as refused:
        NOTHING.check("http://192.168.1.5:9000")
    assert (refused.value.code, refused.value.kind) == ("address_not_allowed", "invalid")


def test_an_owner_allows_their_own_network_and_no_other() -> None:
    allowed = AllowedAddresses.of("192.168.1.0/24, fd12::/48")
    for url in ("http://192.168.1.5", "http://0xc0a80105", "http://[::ffff:192.168.1.5]", "http://[fd12::7]:8080"):
        allowed.check(url)
    for url in ("http://192.168.2.5", "http://127.0.0.1", "http://[fd13::7]", "http://localhost"):
        with pytest.raises(AddressNotAllowed):
            allowed.check(url)


@given(address=within("10.0.0.0/8, 127.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16"))
def test_all_private_networks_can_be_allowed(address: IPv4Address) -> None:
    assert EVERYTHING.permits(address)


@pytest.mark.parametrize("setting", ["on", "169.254.0.0/16, fd00:ec2::/32, 64:ff9b::/96, 64:ff9b:1::/48, 2002::/16"])
@pytest.mark.parametrize(
    "address",
    [
        *(str(network[0]) for network in METADATA),
        "::ffff:169.254.169.254",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::169.254.169.254",
        "64:ff9b:1:a9fe:a9:fe00::",
        "64:ff9b:1:a9:fe:a9fe::",
        "64:ff9b:1::a9:fea9:fe00:0",
        "2002:a9fe:a9fe::1",
        "2001:0:a9fe:a9fe::1",
        "2001:0:7f00:1::5601:5601",
        "2606:4700::5efe:169.254.169.254",
    ],
)
def test_a_clouds_keys_are_nobodys_whatever_is_allowed(setting: str, address: str) -> None:
    assert not AllowedAddresses.of(setting).permits(ip_address(address))


@pytest.mark.parametrize("setting", ["yes", "10.0.0.1/8", "10.0.0.0/33", "0.0.0.0/0", "::/0", "10.0.0.0/8,", "home"])
def test_a_setting_that_says_nothing_clear_is_none(setting: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        AllowedAddresses.of(setting)
