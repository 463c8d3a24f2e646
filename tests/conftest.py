"""What tests have measured, told at the end of a run; no test fails for being slow."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the properties that passing tests recorded."""
    measured = [one for one in terminalreporter.getreports("passed") if one.user_properties]
    if measured:
        terminalreporter.write_sep("=", "measured")
    for report in measured:
        terminalreporter.write_line(report.nodeid)
        for name, value in report.user_properties:
            terminalreporter.write_line(f"    {name}: {value}")
