"""What the seeds have done, told at the end of the run, whichever worker lived them."""

from __future__ import annotations

from collections import Counter


def pytest_terminal_summary(terminalreporter):
    """Tell faulted slots, seeds, and how often each fault fired."""
    told = [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "sim"
    ]
    if not told:
        return
    fired: Counter[str] = Counter()
    for one in told:
        fired.update(one["fired"])
    faulted, seeds, seconds = (sum(one[k] for one in told) for k in ("faulted", "seeds", "seconds"))
    terminalreporter.section("simulation")
    terminalreporter.write_line(
        f"{seeds} seeds, {faulted} faulted slots, {faulted / seconds:.1f} a second of each worker; "
        "how often each fault fired:"
    )
    for name, times in sorted(fired.items()):
        terminalreporter.write_line(f"  {times:6} {name}")
