"""Connects to a service before a message is sent, so that a failure proves that nothing was."""

import socket
from contextlib import suppress
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy

from bot.core.errors import RetryLater
from bot.outbound.public_only.guard import WHY, PrivateAddressError

CONNECT = 5.0
"""Seconds for each of a host's addresses."""


def connect(name: str, variable: str, host: str, port: int) -> None:
    """Resolve the host of the service `name`, or of the proxy to it, and connect to it.

    The connection is closed at once. Raises RetryLater, which names the variable of the address
    and not the host, which is a part of it.
    """
    try:
        socket.create_connection((host, port), CONNECT).close()
    except PrivateAddressError:
        raise unreachable(name, variable, WHY) from None
    except (socket.gaierror, UnicodeError) as error:
        raise unreachable(name, variable, "its name is not found") from error
    except TimeoutError as error:
        raise unreachable(name, variable, "it does not answer the connection") from error
    except OSError as error:
        raise unreachable(name, variable, "no connection to it can be made") from error


def unreachable(name: str, variable: str, why: str) -> RetryLater:
    """The error for a service to which nothing was sent."""
    todo = f"it is tried again; if that lasts, look at the network and at {variable}"
    return RetryLater(f"{name} cannot be reached: {why}", todo)


def proxy_for(host: str, port: int) -> tuple[str, int] | None:
    """The proxy of the environment for web requests to this host; None: there is none."""
    url = f"{'http' if port == 80 else 'https'}://{host}:{port}"
    proxy = select_proxy(url, get_environ_proxies(url, no_proxy=None))
    with suppress(ValueError):
        parts = urlsplit(proxy if proxy is None or "://" in proxy else f"http://{proxy}")
        if parts.hostname:
            return str(parts.hostname), parts.port or 80
    return None
