"""The session under every client of ours: it shows what it is told to show, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable

import requests
from requests.adapters import BaseAdapter

Carrier = Callable[[], BaseAdapter]
"""Makes what carries requests. Nobody gives one but a simulation, which has no network."""


class Session(requests.Session):  # noqa: TID251 - this is the one
    """Proxies and certificates are those of the environment; credentials are never.

    A `.netrc` on the machine would put a person's password in a token's place. And no redirect is
    followed: a token is for one server, and a post that is repeated elsewhere is another one.
    `carrier` makes what carries the requests (None: the network does).
    """

    def __init__(self, carrier: Carrier | None = None) -> None:
        super().__init__()
        self.auth = _as_it_is
        if carrier is not None:
            self.mount("https://", carrier())
            self.mount("http://", carrier())

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere, so that not even the body of a redirect is read without a bound."""


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave the request as it is: where there are credentials, they are in it."""
    return request
