"""The settings of every run, and the figures that its tests recorded; no test fails for being slow."""

from __future__ import annotations

from functools import cache

import pytest
from httpx._config import DEFAULT_TIMEOUT_CONFIG
from httpx._transports import default as transports
from hypothesis import settings

from tests import databases, isolation, real_networks, tiers
from tests.sim import figures

# The same examples on every machine, without a deadline.
settings.register_profile("any machine", deadline=None, derandomize=True)
settings.load_profile("any machine")

# A site on a busy machine may take longer to answer than httpx waits by default. httpx has no public
# setting for this: `httpx.get` and its siblings take a time-out only as an argument, and the tests
# call them in more than 100 places. The lock pins httpx, so a release that moves the name fails here.
DEFAULT_TIMEOUT_CONFIG.read = 30.0

# Each of these calls reads the authorities of the web's certificates, which takes longer than what it
# asks of a site in this process: once is enough.
transports.create_ssl_context = cache(transports.create_ssl_context)  # type: ignore[attr-defined]


def pytest_configure(config: pytest.Config) -> None:
    """Isolate the run from the user's environment, and select its tier."""
    config.pluginmanager.register(isolation)
    config.pluginmanager.register(tiers)
    config.pluginmanager.register(databases)
    config.pluginmanager.register(real_networks)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the properties that passing tests recorded; those of the simulation as a sum."""
    measured = [one for one in terminalreporter.getreports("passed") if one.user_properties]
    if measured:
        terminalreporter.write_sep("=", "measured")
    seeds = []
    for report in measured:
        for name, value in report.user_properties:
            if name == figures.NAME:
                seeds.append(value)
            else:
                terminalreporter.write_line(f"{report.nodeid}: {name}: {value}")
    if seeds:
        terminalreporter.section("simulation")
        for line in figures.lines(seeds):
            terminalreporter.write_line(line)
