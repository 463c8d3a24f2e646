"""The README's two commands on a fresh machine, with any pip, on the day after every release."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from tests.setup.index import index, releases
from tests.tree import ROOT, copy_to
from tests.whole.operator import free_port

LOCKS = (
    "requirements.txt",
    "requirements-fleet.txt",
    "requirements-build.txt",
    "requirements-dev.txt",
)
OLD_PIPS = ("22.3", "23.0.1") if sys.version_info < (3, 12) else ("23.2.1",)
"""Those that misread an extra in hash mode and run on this Python; 23.0.1 is Debian 12's."""

PYTHON = os.path.realpath(sys.executable)
"""The Python that the environment of the tests was made with."""

PATIENCE = 300
"""Seconds within which a command on a busy machine has to end."""

pytestmark = pytest.mark.timeout(3 * PATIENCE)


def download(folder, *words):
    """Have pip, which knows the registry that this machine uses, put files into a new folder."""
    home = folder.with_name(f"{folder.name}-home")  # it starts other programs to name them
    home.mkdir()
    options = ("--quiet", "--no-deps", "--dest", str(folder))
    subprocess.run(
        [sys.executable, "-m", "pip", "download", *options, *words],
        env=os.environ | {"HOME": str(home)},
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """The address of an index with the locked files and a newer release of each project."""
    folder = tmp_path_factory.mktemp("files")
    locks = [word for lock in LOCKS for word in ("-r", str(ROOT / lock))]
    try:
        download(folder, "--require-hashes", *locks)
    except subprocess.CalledProcessError as error:
        if "No matching distribution" in error.stderr and "Retrying" in error.stderr:
            pytest.skip("no registry can be reached from here, so that there is nothing to serve")
        raise
    with index(folder) as address:
        assert all(len(versions) == 2 for versions in releases(folder.iterdir()).values())
        yield address


@pytest.fixture(params=[*OLD_PIPS, "newest"])
def installer(request, tmp_path):
    """The words by which Python runs a certain pip: its wheel is a program, too."""
    wanted = "pip" if request.param == "newest" else f"pip=={request.param}"
    download(tmp_path / "pip", wanted)
    (wheel,) = (tmp_path / "pip").iterdir()
    return f"{wheel}/pip"


@pytest.fixture
def clone(tmp_path):
    """A copy of the project as it is handed out, in a folder whose name has a blank."""
    return copy_to(tmp_path / "a clone")


@pytest.fixture
def newcomer(tmp_path, registry):
    """The environment of somebody with an empty home and nothing but this index."""
    kept = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    home = tmp_path / "home"
    home.mkdir()
    return {
        **kept,
        "HOME": str(home),
        "TMPDIR": str(tmp_path),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": registry,
        "TIPSBOT_BIND": f"127.0.0.1:{free_port()}",
    }


def make(clone, newcomer, installer, *words):
    """The words of a `make` with this pip and the Python that runs the tests."""
    program = ["make", *words, f"PIP={installer}", f"PYTHON={PYTHON}"]
    return subprocess.Popen(
        program,
        cwd=clone,
        env=newcomer,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def page(address):
    """What the bot's site answers, or None while it does not."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.read().decode()
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None


def test_both_commands_work_whatever_was_released_since(clone, newcomer, installer):
    """`make run` shows a page and `make test` passes, one after the other, from nothing."""
    running = make(clone, newcomer, installer, "run")
    deadline = time.monotonic() + PATIENCE
    while (shown := page(f"http://{newcomer['TIPSBOT_BIND']}/")) is None:
        assert running.poll() is None, running.stdout.read()
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "Ten Tips" in shown
    os.killpg(running.pid, signal.SIGINT)  # as Ctrl-C does
    told, _ = running.communicate(timeout=PATIENCE)
    assert "Traceback" not in told

    tested = make(
        clone, newcomer, installer, "test", "ARGS=tests/core/text/counting/test_measure.py"
    )
    told, _ = tested.communicate(timeout=PATIENCE)
    assert tested.returncode == 0, told
    assert " passed" in told
    assert not list((clone / ".venv").glob("lib/python*/site-packages/pytest"))


def test_the_guide_installs_it_for_good(clone, newcomer, tmp_path):
    """The commands of the installation guide install a bot that works outside the source tree."""
    guide = (clone / "docs" / "install.md").read_text(encoding="utf-8")
    block = guide.split("as root:\n\n```sh\n")[1].split("```")[0]
    place = tmp_path / "opt"
    commands = block.replace("python3 ", f"{PYTHON} ").replace("/opt/tipsbot", str(place))
    done = subprocess.run(
        ["sh", "-eux", "-c", commands],
        cwd=clone, env=newcomer, check=False, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shutil.rmtree(clone / "bot")
    told = subprocess.run(
        [place / "bin" / "tipsbot", "check"],
        cwd=clone, env=newcomer, check=False, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert (told.returncode, told.stderr) == (0, ""), told.stderr


def test_a_lock_that_lacks_a_package_is_refused(clone, newcomer):
    """Set-up ends with the name of a package that the lock lacks, not with a bot that crashes."""
    lock = clone / "requirements.txt"
    text = lock.read_text(encoding="utf-8")
    start = text.index("\nmarkupsafe==")
    lock.write_text(text[:start] + text[text.index("\nmastodon-py==") :], encoding="utf-8")
    broken = make(clone, newcomer, "-m pip", "run")
    told, _ = broken.communicate(timeout=PATIENCE)
    assert broken.returncode != 0
    assert "jinja2" in told.lower()
    assert "markupsafe" in told.lower()
    assert not (clone / ".venv" / "installed").exists()
