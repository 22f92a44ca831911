"""From which address a request comes, for limits: one that the visitor cannot choose."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

UNKNOWN = "0.0.0.0"  # noqa: S104 (stands for a visitor, nothing listens there)
IPV6_NETWORK = 64
"""Bits of an IPv6 address that count: a household or a server has the rest to itself."""


def address(request: HttpRequest) -> str:
    """Return the visitor's address; of an IPv6 address its /64 network.

    Behind a proxy that is the last address of ``X-Forwarded-For``, which the proxy appended;
    those before it were sent by the visitor and are not believed. Where the proxy names none,
    all count as one visitor rather than as whoever they say.
    """
    peer = str(request.META.get("REMOTE_ADDR") or "")
    if settings.BEHIND_PROXY:
        named = str(request.META.get("HTTP_X_FORWARDED_FOR") or "").rpartition(",")[2]
        return _counted(named) or _counted(peer) or UNKNOWN
    return _counted(peer) or UNKNOWN


def key(request: HttpRequest, purpose: str) -> str:
    """Return a name for the visitor that does not hold their address, for the cache."""
    named = salted_hmac(purpose, address(request), algorithm="sha256").hexdigest()
    return f"{purpose}-{named}"


def _counted(text: str) -> str:
    """Return the address that counts, or nothing for what is none. A port is cut off."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ip_network((found, IPV6_NETWORK), strict=False).network_address)
    return str(found)
