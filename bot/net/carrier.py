"""What carries the requests of a session: the network, unless somebody has another way."""

from __future__ import annotations

from collections.abc import Callable

import requests
from requests.adapters import BaseAdapter

Carrier = Callable[[], BaseAdapter]
"""Makes what carries requests. Nobody gives one but a simulation, which has no network."""


def carry(session: requests.Session, carrier: Carrier | None) -> None:
    """Have all requests of this session go by this way; None: over the network, as ever."""
    if carrier is not None:
        session.mount("https://", carrier())
        session.mount("http://", carrier())
