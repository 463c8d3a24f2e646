"""What carries the requests of a session: the network, unless somebody has another way."""

from __future__ import annotations

from collections.abc import Callable

from requests.adapters import BaseAdapter

Carrier = Callable[[], BaseAdapter]
"""Makes what carries requests. Nobody gives one but a simulation, which has no network."""
