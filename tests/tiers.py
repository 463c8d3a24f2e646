"""Which tests are quick and which are long: `make test` runs the quick ones, `make test-all` both.

A test is of its folder's tier, unless it or its file is marked with the other one. The variant of a
test that runs on PostgreSQL is long, unless the test or its file is marked quick.
"""

from __future__ import annotations

import pytest

TIERS = {
    "app": "quick",
    "bootstrap": "quick",
    "cli": "quick",
    "contract": "quick",
    "core": "quick",
    "demo": "long",
    "files": "quick",
    "fleet": "quick",
    "outbound": "quick",
    "pictures": "quick",
    "platforms": "quick",
    "project": "quick",
    "scheduler": "quick",
    "recorded": "quick",
    "servers": "quick",
    "setup": "long",
    "sim": "long",
    "store": "quick",
    "tips_file": "quick",
    "web": "quick",
    "whole": "long",
}
"""The tier of each folder with tests."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each test exactly one of the two markers."""
    for item in items:
        marked = {mark.name for mark in item.iter_markers()} & set(TIERS.values())
        if len(marked) > 1:
            raise pytest.UsageError(f"{item.nodeid} is marked as quick and as long; remove one")
        if not marked:
            item.add_marker(_tier(config, item))


def _tier(config: pytest.Config, item: pytest.Item) -> str:
    """The tier of a test that is not marked with one."""
    folder = item.path.relative_to(config.rootpath / "tests").parts[0]
    if folder not in TIERS:
        raise pytest.UsageError(f"tests/{folder} is in no tier; add it to tests/tiers.py")
    return "long" if item.get_closest_marker("postgresql") else TIERS[folder]
