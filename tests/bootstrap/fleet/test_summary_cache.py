"""The cache of summaries of a process that works for many bots."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.bootstrap.fleet.bots import FleetContainers

pytestmark = pytest.mark.postgresql


@pytest.mark.parametrize("is_named", [True, False])
def test_it_needs_no_data_directory(operated, tmp_path, monkeypatch, is_named):
    """It is a file in the directory of TIPSBOT_DATA, and in memory where that is not set."""
    operated.write("ada")
    operated.sync()
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    environ = operated.fleet.environment
    if not is_named:
        variables = {**environ.variables, "TIPSBOT_DATA": ""}
        environ = replace(environ, variables=variables, data=tmp_path / "empty" / "data")
    containers = FleetContainers(
        server=operated.fleet.server, fleet=operated.fleet.store, environment=environ
    )
    with capture_logs() as logged:
        bot = containers.require("ada").container
        bot.preview.coming(bot.config, bot.clock.now(), 1, is_running=True)
    assert logged == []
    assert (tmp_path / "summaries.db").exists() is is_named
    assert list((tmp_path / "empty").iterdir()) == []
