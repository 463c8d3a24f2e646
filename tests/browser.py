"""A real Chromium for tests, where this machine has one; where it has none, that is said."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


MISSING = f"no browser: none of {', '.join(NAMES)} is on the PATH"


def browser_path() -> str | None:
    """Where the system's Chromium is, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def running_browser(home: Path) -> Iterator[Browser]:
    """Start the system's Chromium with this home; skip the test with the reason where it is not."""
    path = browser_path()
    if path is None:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        environment: dict[str, str | float | bool] = {**os.environ, "HOME": str(home)}
        browser = playwright.chromium.launch(executable_path=path, args=QUIET, env=environment)
        try:
            yield browser
        finally:
            browser.close()
