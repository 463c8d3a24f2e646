"""Addresses of the public internet: the only ones to which a stranger's page may lead."""

import socket
from collections.abc import Callable, Collection, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from bot.core.errors import Refused, RetryLater

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[str]]
"""Every address of a host; raises OSError. The owner of a name chooses its addresses."""

_UNICAST = ip_network("2000::/3")
"""The public part of IPv6."""

_NOT_PUBLIC = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # relays of 6to4
        "2001::/23",  # Teredo, ORCHID and other tunnels
        "2002::/16",  # 6to4: an IPv4 address, of any network, inside
        "3fff::/20",  # documentation
    )
)
"""Networks that the standard library of Python 3.11 takes for global, or may."""


def is_public(address: Address) -> bool:
    """Whether this is one machine of the public internet.

    No IPv6 address that carries an IPv4 address counts (mapped, NAT64, 6to4, Teredo): it leads to
    that IPv4 address.
    """
    if address.version == 6 and address not in _UNICAST:
        return False
    known = any(address in network for network in _NOT_PUBLIC)
    return address.is_global and not address.is_multicast and not known


def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of a host, as the machine's resolver has it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def public_addresses(
    host: str, port: int, ask: Resolve, allowed: Collection[Network] = ()
) -> list[str]:
    """The addresses of a host, resolved once: connect to one of them, not to its name.

    Raises Refused if any is neither public nor in an `allowed` network, and RetryLater where the
    name is not found.
    """
    try:
        found = [ip_address(one) for one in ask(host, port)]
    except (OSError, UnicodeError, ValueError) as error:
        raise RetryLater(f"the name {host} is not found") from error
    for one in found:
        if not is_public(one) and not any(one in network for network in allowed):
            raise Refused(f"{host} is in a private network")
    if not found:
        raise RetryLater(f"the name {host} has no address")
    return [str(one) for one in found]
