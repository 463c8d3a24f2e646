"""What tests have measured, told at the end of a run."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the properties that passing tests recorded."""
    measured = [one for one in terminalreporter.getreports("passed") if one.user_properties]
    if measured:
        terminalreporter.write_sep("=", "measured")
    for report in measured:
        terminalreporter.write_line(report.nodeid)
        for name, value in report.user_properties:
            terminalreporter.write_line(f"    {name}: {value}")
