"""What tests have measured, told at the end of a run; no test fails for being slow."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.sim import told

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the properties that passing tests recorded; those of the simulation as a sum."""
    measured = [one for one in terminalreporter.getreports("passed") if one.user_properties]
    if measured:
        terminalreporter.write_sep("=", "measured")
    seeds = []
    for report in measured:
        for name, value in report.user_properties:
            if name == told.NAME:
                seeds.append(value)
            else:
                terminalreporter.write_line(f"{report.nodeid}: {name}: {value}")
    if seeds:
        terminalreporter.section("simulation")
        for line in told.lines(seeds):
            terminalreporter.write_line(line)
