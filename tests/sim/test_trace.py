"""The same seed gives the same trace, byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.timeout(700)
@pytest.mark.parametrize("options", [["--days", "0.25"], ["--talk", "--days", "0.05"]])
def test_the_same_seed_has_the_same_trace(options):
    """Two processes with different hash seeds give the same trace."""
    traces = [_trace(hash_seed, options) for hash_seed in ("0", "1")]
    assert traces[0] == traces[1]
    assert traces[0].count(b"\n") > 500


def _trace(hash_seed: str, options: list[str]) -> bytes:
    asked = [*options, "--seeds", "1", "--first", "7", "--trace", "--no-figures"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.sim", *asked],
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        check=True,
        timeout=300,
    )
    return done.stdout
