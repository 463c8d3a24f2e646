"""The packages from npm, kept in the user's cache by the hash of the lock file."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.servers.postgres import NOT_INSTALLED, binaries

HERE = Path(__file__).parent
OLDEST_NODE = 20
_CACHE = Path(pwd.getpwuid(os.getuid()).pw_dir) / ".cache" / "tipsbot-tests"
"""In the user's own home: a test run has another one."""
_HASH = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
FOLDER = _CACHE / f"bluesky-network-{_HASH}"
"""Where `node_modules` is."""
FAST = {"CFLAGS": "-O0", "CXXFLAGS": "-O0", "npm_config_nodedir": "/usr"}
"""Compiles what has to be compiled quickly, and with the headers of the installed Node."""


def missing() -> str:
    """What the network needs and is not there; "" if it can run."""
    if _node() < OLDEST_NODE:
        return f"Node {OLDEST_NODE} or newer is not installed here"
    if binaries() is None:
        return NOT_INSTALLED
    if not FOLDER.exists():
        return "Bluesky's own software is not installed: run `make bluesky-network`"
    return ""


def install() -> None:
    """Install the packages, unless they are there; all of them or none."""
    if FOLDER.exists():
        return
    _CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_CACHE) as name:
        new = Path(name) / "new"
        new.mkdir()
        for one in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / one, new)
        subprocess.run(["npm", "ci"], cwd=new, env=os.environ | FAST, check=True)
        new.rename(FOLDER)


def _node() -> int:
    """The major version of Node here; 0 where there is none."""
    if shutil.which("node") is None:
        return 0
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)", told.stdout)
    return int(found[1]) if found else 0
