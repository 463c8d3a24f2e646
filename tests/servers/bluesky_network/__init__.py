"""Bluesky's own software (`@atproto/dev-env` from npm) on the loopback, for the contract suite.

It wants Node 20 or newer, PostgreSQL, and its packages, which `python -m
tests.servers.bluesky_network` installs once for each state of package-lock.json, outside of the
tree. `missing` says what is not there.
"""

from .installed import missing
from .running import Account, Network, running_network

__all__ = ["Account", "Network", "missing", "running_network"]
